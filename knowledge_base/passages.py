"""What of an article gets a vector: its title, all of it, overlapping passages under the title, and every symptom.

A symptom is a line of its own in the words of those who have it: in a passage, between the steps that cure it, little
of it would be left.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge_base import text as texts
from knowledge_base.embedding import Encoder
from knowledge_base.index import Vector, Vectors
from knowledge_base.models import PassageKind

SIZE, STEP = 110, 80
MOST = 60
MOST_SYMPTOMS = 12


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One text to embed; a part's text is embedded under the title."""

    kind: PassageKind
    position: int
    text: str
    vector: Vector


def cut(encoder: Encoder, *, title: str, body: str, symptoms: str = "") -> list[tuple[PassageKind, str]]:
    """The pieces of an article in order; `body` is plain text that holds the symptoms too, these are Markdown."""
    parts = encoder.windows(body, size=SIZE, step=STEP)[:MOST]
    return [
        (PassageKind.TITLE, title),
        (PassageKind.WHOLE, f"{title}\n{body}".strip()),
        *((PassageKind.PART, part) for part in parts),
        *((PassageKind.SYMPTOM, line) for line in _lines(symptoms)[:MOST_SYMPTOMS]),
    ]


def embed(encoder: Encoder, *, title: str, body: str, symptoms: str = "") -> list[Piece]:
    """The pieces with their vectors; takes about 40 ms of one core each."""
    pieces = cut(encoder, title=title, body=body, symptoms=symptoms)
    worded = [f"{title}\n{text}" if kind == PassageKind.PART else text for kind, text in pieces]
    # A short article's only passage is all of it: embedded once.
    unique = list(dict.fromkeys(worded))
    made = dict(zip(unique, encoder.encode(unique), strict=True))
    return [
        Piece(kind=kind, position=position, text=text, vector=made[embedded])
        for position, ((kind, text), embedded) in enumerate(zip(pieces, worded, strict=True))
    ]


def arrange(pieces: Sequence[tuple[str, Vector]]) -> Vectors | None:
    """(kind, vector) in their order as the index takes them; None when they are incomplete."""
    held = {kind: [vector for found, vector in pieces if found == kind] for kind in PassageKind}
    if not held[PassageKind.TITLE] or not held[PassageKind.WHOLE]:
        return None
    title, whole, parts = held[PassageKind.TITLE][0], held[PassageKind.WHOLE][0], held[PassageKind.PART]
    return Vectors(
        title=title,
        whole=whole,
        parts=np.stack(parts) if parts else whole[np.newaxis],
        symptoms=np.array(held[PassageKind.SYMPTOM], dtype=np.float32).reshape(-1, len(title)),
    )


def _lines(symptoms: str) -> list[str]:
    return [line for line in map(str.strip, texts.plain(symptoms).splitlines()) if line]


def pack(vector: Vector) -> bytes:
    """Little-endian float16: half the size, and the ranking does not see the difference."""
    return vector.astype("<f2").tobytes()


def unpack(stored: bytes) -> Vector:
    """What `pack` was given."""
    return np.frombuffer(stored, dtype="<f2").astype(np.float32)
