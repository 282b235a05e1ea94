"""What the words of a report mean where they stand: the sentence model's vectors of its single words.

"Prints with grey streaks" and "leaves smears on each page" share no word; "rings all night" and "does not ring" share
all of them. The model has seen the words around each, and its vectors tell both.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from incidents import concepts
from incidents.wording import MOST_WORDS
from knowledge_base.embedding import Encoder
from knowledge_base.words import stem

KEPT = 256
"""Reports of which the vectors of all words are kept, some 20 kilobytes each: an open one is compared again and again."""
WORD = re.compile(r"[\w'’]+(?:[.-]\w+)*")

Vector = NDArray[np.float32]
FEATURES = ("bare_alike", "met_alike")
UNKNOWN = (0.0, 0.5)
"""Where one has no bare word, or they share none; and of both where none is bare: who tells it in the same words tells the same."""


@lru_cache(maxsize=KEPT)
def read(text: str, encoder: Encoder) -> Mapping[str, Vector]:
    """The unit vector of each word, by its stem, where it stands first."""
    spans, tokens = encoder.tokens(text)
    places = [place for place, (start, end) in enumerate(spans) if start < end]
    starts, ends = np.array([spans[place] for place in places], dtype=np.int64).reshape(-1, 2).T
    words = list(WORD.finditer(text))[:MOST_WORDS]
    firsts = np.searchsorted(starts, [word.start() for word in words])
    lasts = np.searchsorted(ends, [word.end() for word in words], side="right")
    found: dict[str, Vector] = {}
    for word, first, last in zip(words, firsts.tolist(), lasts.tolist(), strict=True):
        name = stem(concepts.fold(word.group()))
        if first < last and name not in found:
            found[name] = _unit(tokens[places[first] : places[last - 1] + 1].sum(axis=0) / (last - first))
    return found


def compare(
    one: Mapping[str, Vector],
    other: Mapping[str, Vector],
    *,
    bare: tuple[Sequence[str], Sequence[str]],
    met: Iterable[str],
) -> tuple[float, float]:
    """Cosines, in the order of `FEATURES`: of all that is bare in each, and of the words that both say."""
    first, second = _known(bare[0], one), _known(bare[1], other)
    bare_alike = float(_middle(first) @ _middle(second)) if first and second else UNKNOWN[0]
    if not bare[0] and not bare[1]:
        return UNKNOWN
    shared = [float(one[word] @ other[word]) for word in met if word in one and word in other]
    return bare_alike, sum(shared) / len(shared) if shared else UNKNOWN[1]


def _known(words: Iterable[str], vectors: Mapping[str, Vector]) -> list[Vector]:
    return [vectors[word] for word in words if word in vectors]


def _middle(vectors: Sequence[Vector]) -> Vector:
    return _unit(np.mean(vectors, axis=0))


def _unit(vector: NDArray[np.floating]) -> Vector:
    return np.asarray(vector / (float(np.linalg.norm(vector)) or 1.0), dtype=np.float32)
