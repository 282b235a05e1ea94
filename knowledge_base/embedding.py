"""Sentence vectors from an ONNX model on disk.

Needs numpy, onnxruntime and tokenizers only, and runs on Python 3.10 too: the bot imports this
file from its own environment.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Hashable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

MODEL_FILE = "model.onnx"
QUICK_FILE = "model-8bit.onnx"
"""A copy that multiplies whole numbers, made by set-up (`tools/eight_bits.py`); it may be missing."""
PAIRS_FILE = "model-pairs.onnx"
"""One that was taught to read two texts together, made by set-up too (`tools/taught_model.py`)."""
REPORTS_FILE = "model-reports.onnx"
"""And one that was taught to read what people report as near to the article that helps them."""
REPORTS_TAUGHT = Path(__file__).parent / "data" / "reports.npz"
BEFORE, AFTER = "/before", "/after"
"""What was taught holds of each product of the model its name and: the two factors of its correction."""
LESSON = "lesson"
"""What a taught copy says of itself: the fingerprint of what it was taught."""
TOKENIZER_FILE = "tokenizer.json"
MAX_TOKENS = 256
MAX_TOGETHER = 48
"""Tokens of each of two texts that are read together."""
MAX_CHARACTERS = 8_000
"""More characters than MAX_TOKENS can ever need; a pasted log must not cost tokenizer time."""
SLOWER = ["SkipLayerNormFusion", "BiasGeluFusion"]
"""Optimisations of onnxruntime that cost more than they save: what is fused is not vectorised, or less."""


PROBE = (
    "Since this morning my laptop drops the Wi-Fi every few minutes, error 0x80070005; the printer is fine."
)
LEAST_LIKENESS = 0.99
"""Cosine of the probe's vector to the one that the copy brought with it: 0.998 where whole numbers are
multiplied right, less where the sum of two products overflows, as it does on processors without VNNI."""


class ModelUnavailable(Exception):
    """The model cannot be used; the message is a sentence fit for `doctor`."""


class Encoder(Hashable, Protocol):
    """Turns texts into unit vectors; the same text always gives the same vector.

    `of_reports` reads what people write in place of articles: its vectors are compared with each other and with those
    of articles. Where nobody taught it, it is the encoder itself.
    """

    identity: str
    dimensions: int

    @property
    def of_reports(self) -> Encoder: ...

    def encode(self, texts: Sequence[str]) -> np.ndarray: ...

    def windows(self, text: str, *, size: int, step: int) -> list[str]: ...

    def together(self, one: str, other: str, *, lesson: str) -> tuple[np.ndarray, np.ndarray] | None: ...


class OnnxEncoder:
    """Mean-pooled token vectors of one ONNX transformer.

    Texts are run one by one: in a batch each would be padded to the longest. The copy that multiplies
    whole numbers takes less than half the time; without it, or where it is not right, floats are multiplied.
    """

    def __init__(self, folder: Path, *, threads: int = 1, quick: bool = True) -> None:
        self._folder, self._threads, self._one_reader = folder, threads, threading.Lock()
        self._tokenizer = _open_tokenizer(folder / TOKENIZER_FILE)
        self.identity = self._model = fingerprint(folder / MODEL_FILE)
        self._is_quick = quick and self._is_right(folder / QUICK_FILE)
        if self._is_quick:
            self.identity += "-8bit"
        else:
            self._open(folder / MODEL_FILE)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit-length float32 rows, one a text; an empty text gives a row all the same."""
        return self.read_by(self._session, texts)

    def read_by(self, session, texts: Sequence[str]) -> np.ndarray:  # type: ignore[no-untyped-def]
        """The same by another copy of the model."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.stack([self._read_one(session, text) for text in texts])

    def windows(self, text: str, *, size: int, step: int) -> list[str]:
        """Overlapping pieces of `size` tokens, one every `step`, the last one reaching the end."""
        offsets = self._token_offsets(text)
        if len(offsets) <= size:
            return [text] if text.strip() else []
        starts = range(0, max(1, len(offsets) - size + step), step)
        return [text[offsets[start][0] : offsets[min(start + size, len(offsets)) - 1][1]] for start in starts]

    @property
    def of_reports(self) -> Encoder:
        """Reads reports; this one itself where no copy was taught what is taught now."""
        # Whoever remembers vectors knows it by its identity as an object: threads that ask first get the same one.
        with self._one_reader:
            return self._of_reports

    @cached_property
    def _of_reports(self) -> Encoder:
        taught, lesson = self._copy(REPORTS_FILE), lesson_of_reports(self._model)
        return OfReports(self, taught, lesson) if taught and _lesson_of(taught) == lesson else self

    def together(self, one: str, other: str, *, lesson: str) -> tuple[np.ndarray, np.ndarray] | None:
        """The mean token vectors of two texts that are read as one; None where no model was taught this lesson."""
        if self._pairs is None or _lesson_of(self._pairs) != lesson:
            return None
        first, second = self._ids(one)[:MAX_TOGETHER], self._ids(other)[1:MAX_TOGETHER]
        found = _run(self._pairs, first + second, types=[0] * len(first) + [1] * len(second))
        return found[: len(first)].mean(axis=0), found[len(first) :].mean(axis=0)

    @cached_property
    def _pairs(self):  # type: ignore[no-untyped-def]
        return self._copy(PAIRS_FILE)

    def _copy(self, name: str):  # type: ignore[no-untyped-def]
        """A taught copy multiplies whole numbers, so it is right where the first copy is."""
        try:
            return _open_session(self._folder / name, threads=self._threads) if self._is_quick else None
        except ModelUnavailable:
            return None

    def _token_offsets(self, text: str) -> list[tuple[int, int]]:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        pieces = [encoding, *encoding.overflowing]
        return [span for piece in pieces for span in piece.offsets]

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text[:MAX_CHARACTERS]).ids
        return ids

    def _read_one(self, session, text: str) -> np.ndarray:  # type: ignore[no-untyped-def]
        ids = self._ids(text)
        if len(ids) > MAX_TOKENS:
            ids = ids[: MAX_TOKENS - 1] + ids[-1:]
        return unit(_run(session, ids, types=[0] * len(ids)).mean(axis=0))

    def _is_right(self, quick: Path) -> bool:
        """Opens the copy and asks it for the vector that it brought with it, under the name of its original."""
        try:
            self._open(quick)
            brought = base64.b64decode(self._session.get_modelmeta().custom_metadata_map[self.identity])
            return (
                float(self._read_one(self._session, PROBE) @ np.frombuffer(brought, np.float32))
                >= LEAST_LIKENESS
            )
        except (ModelUnavailable, KeyError, ValueError):
            return False

    def _open(self, path: Path) -> None:
        self._session = _open_session(path, threads=self._threads)
        try:
            self.dimensions = int(self._read_one(self._session, "printer").shape[0])
        except Exception as problem:  # onnxruntime raises its own types, one a fault
            raise ModelUnavailable(f"The model {path} does not give sentence vectors: {problem}") from problem


class OfReports:
    """Reads reports as it was taught; all else is that of the encoder of articles beside which it stands."""

    def __init__(self, articles: OnnxEncoder, session, lesson: str) -> None:  # type: ignore[no-untyped-def]
        self._articles, self._session = articles, session
        self.identity, self.dimensions = f"{lesson}-8bit", articles.dimensions
        self.windows, self.together = articles.windows, articles.together

    @property
    def of_reports(self) -> Encoder:
        return self

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """As that of articles, and near to the article that helps."""
        return self._articles.read_by(self._session, texts)


def unit(vector: np.ndarray) -> np.ndarray:
    """The vector at length one; nothing stays nothing."""
    return np.asarray(vector / (float(np.linalg.norm(vector)) or 1.0), dtype=np.float32)


def _run(session, ids: Sequence[int], *, types: Sequence[int]) -> np.ndarray:  # type: ignore[no-untyped-def]
    """A vector each token; a session may do without some of what it could be given."""
    row = np.asarray([ids], dtype=np.int64)
    given = {
        "input_ids": row,
        "attention_mask": np.ones_like(row),
        "token_type_ids": np.asarray([types], dtype=np.int64),
    }
    wanted = {entry.name: given[entry.name] for entry in session.get_inputs()}
    found: np.ndarray = session.run(None, wanted)[0][0]
    return found


_lock = threading.Lock()
_opened: dict[Path, OnnxEncoder] = {}


def open_encoder(folder: Path) -> OnnxEncoder:
    """The encoder of that folder, opened once a process; raises ModelUnavailable."""
    with _lock:
        if folder not in _opened:
            _opened[folder] = OnnxEncoder(folder)
        return _opened[folder]


def try_encoder(folder: Path) -> tuple[OnnxEncoder | None, str]:
    """The encoder and an empty string, or None and the sentence that says why."""
    try:
        return open_encoder(folder), ""
    except ModelUnavailable as problem:
        return None, str(problem)


def try_report_encoder(folder: Path) -> tuple[Encoder | None, str]:
    """As `try_encoder`, for what people report."""
    encoder, why_not = try_encoder(folder)
    return (encoder and encoder.of_reports), why_not


def _lesson_of(session) -> str | None:  # type: ignore[no-untyped-def]
    taught: str | None = session.get_modelmeta().custom_metadata_map.get(LESSON)
    return taught


def _open_session(path: Path, *, threads: int):  # type: ignore[no-untyped-def]
    _require(path)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOWER
        )
    except Exception as problem:  # onnxruntime raises its own types, one a fault
        raise ModelUnavailable(f"The model file {path} cannot be read; run the set-up again.") from problem


def _open_tokenizer(path: Path):  # type: ignore[no-untyped-def]
    _require(path)
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as problem:  # tokenizers raises bare Exception
        raise ModelUnavailable(f"The tokenizer {path} cannot be read; run the set-up again.") from problem
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _require(path: Path) -> None:
    if not path.is_file():
        raise ModelUnavailable(f"The model file {path} is missing; run the set-up again.")


def lesson_of_reports(model: str) -> str:
    """By which a copy and what is taught know each other: it belongs to the model of this fingerprint, and was taught just this."""
    both = model + fingerprint(REPORTS_TAUGHT)
    return hashlib.sha256(both.encode()).hexdigest()[:12]


def fingerprint(path: Path) -> str:
    _require(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
