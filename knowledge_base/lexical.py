"""Words of a text against words of articles: BM25, title and body each with its own saturation.

A title says what the trouble is in a few chosen words, a body repeats many: added up separately,
no body can drown a title. docs/search.md has the figures.
"""

import math
import re
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from knowledge_base.words import STOP_WORDS, is_code, stem

Scores = NDArray[np.float32]

TITLE_K1, TITLE_B = 1.2, 0.6
BODY_K1, BODY_B = 1.5, 0.75
MAX_REPEATS = 3
MAX_QUERY_TERMS = 400
MAX_UNKNOWN = 6
GUESS_WEIGHT = 0.7
MAX_CORRECTED = 200
_CORRECTABLE = re.compile(r"\b[a-zA-Z]{3,30}\b")


class Lexical:
    """Postings of numbered slots; a slot is filled once and may be emptied once."""

    def __init__(self) -> None:
        self._title = Field(k1=TITLE_K1, b=TITLE_B)
        self._body = Field(k1=BODY_K1, b=BODY_B)
        self._documents_with: Counter[str] = Counter()
        self._vocabulary: list[str] | None = None
        self._guesses: dict[str, tuple[str, ...]] = {}
        self._count = 0

    def add(self, slot: int, *, title: Iterable[str], body: Iterable[str]) -> None:
        title_counts, body_counts = Counter(title), Counter(body)
        self._title.add(slot, title_counts)
        self._body.add(slot, body_counts)
        new = title_counts.keys() | body_counts.keys()
        self._learn([term for term in new if term not in self._documents_with])
        self._documents_with.update(new)
        self._count += 1

    def weigh(self, terms: Iterable[str]) -> dict[str, float]:
        """What to look for, and how much each counts: by its repeats and by how rare it is.

        Words nobody wrote stand for their nearest, and what no article has counts as the rarest.
        """
        counts = Counter(list(terms)[:MAX_QUERY_TERMS])
        weights = {term: min(count, MAX_REPEATS) ** 0.5 for term, count in counts.items()}
        unknown = [term for term in weights if term not in self._documents_with and not is_code(term)]
        for term in unknown[-MAX_UNKNOWN:]:
            for guess in self._near(term):
                weights[guess] = max(weights.get(guess, 0.0), GUESS_WEIGHT)
        return {term: weight * self.idf(term) for term, weight in weights.items()}

    def score(self, rarity: dict[str, float]) -> tuple[Scores, Scores]:
        """Title and body scores of every slot."""
        return self._title.score(rarity), self._body.score(rarity)

    def held(self, slot: int, terms: Iterable[str]) -> float:
        """The part (0..1) of these words' rarity that the slot has; what no article has counts as the rarest."""
        rarity = {term: self.idf(term) for term in list(terms)[:MAX_QUERY_TERMS]}
        having = (term for term in rarity if self._title.has(term, slot) or self._body.has(term, slot))
        return sum(rarity[term] for term in having) / max(sum(rarity.values()), 1e-9)

    def idf(self, term: str) -> float:
        having = self._documents_with.get(term, 0)
        return math.log(1 + (self._count - having + 0.5) / (having + 0.5))

    def _learn(self, terms: list[str]) -> None:
        self._guesses.clear()
        if self._vocabulary is not None and len(terms) < 2_000:
            for term in terms:
                insort(self._vocabulary, term)

    def correct(self, text: str) -> str:
        """A short text with likely slips of the finger put right, for a reader who cannot guess.

        Long ones say enough without.
        """
        if len(text) > MAX_CORRECTED:
            return text
        return _CORRECTABLE.sub(lambda found: self._corrected(found.group()), text)

    def _corrected(self, word: str) -> str:
        term = stem(word.lower())
        if word.lower() in STOP_WORDS or term in self._documents_with:
            return word
        swapped_or_long = [
            near for near in self._near(term) if len(term) >= 8 or sorted(near) == sorted(term)
        ]
        is_unfinished = any(near.startswith(term) for near in swapped_or_long)
        return swapped_or_long[0] if swapped_or_long and not is_unfinished else word

    def _near(self, term: str) -> tuple[str, ...]:
        if term not in self._guesses:
            if len(self._guesses) > 10_000:
                self._guesses.clear()
            self._guesses[term] = self._look_near(term)
        return self._guesses[term]

    def _look_near(self, term: str) -> tuple[str, ...]:
        """Words it begins (it may still be typed), else words one slip of the finger away."""
        if not 3 <= len(term) <= 30:
            return ()
        found = _starting_with(self._sorted(), term) or self._slips(term)
        return tuple(sorted(found, key=lambda word: -self._documents_with[word])[:3])

    def _slips(self, term: str) -> list[str]:
        """Short words only with two letters swapped: any other slip of "vpn" is another word."""
        vocabulary = self._sorted()
        nearby = _starting_with(vocabulary, term[0]) + _starting_with(vocabulary, term[1])
        found = {word for word in nearby if abs(len(word) - len(term)) <= 1 and one_slip_apart(word, term)}
        return [word for word in found if len(term) > 3 or sorted(word) == sorted(term)]

    def _sorted(self) -> list[str]:
        if self._vocabulary is None:
            self._vocabulary = sorted(self._documents_with)
        return self._vocabulary


class Field:
    """Word counts of numbered places and their BM25 scores."""

    def __init__(self, *, k1: float, b: float) -> None:
        self._k1, self._b = k1, b
        self._postings: dict[str, _Posting] = {}
        self._lengths = np.zeros(64, dtype=np.float32)
        self._size = 0
        self._total = 0

    def add(self, slot: int, counts: Counter[str]) -> None:
        if slot >= len(self._lengths):
            self._lengths = np.concatenate([self._lengths, np.zeros(max(slot, 64), dtype=np.float32)])
        self._size = max(self._size, slot + 1)
        self._lengths[slot] = counts.total()
        self._total += counts.total()
        for term, count in counts.items():
            self._postings.setdefault(term, _Posting()).append(slot, count)

    def has(self, term: str, slot: int) -> bool:
        posting = self._postings.get(term)
        return posting is not None and posting.has(slot)

    def score(self, rarity: dict[str, float]) -> Scores:
        scores = np.zeros(self._size, dtype=np.float32)
        average = max(self._total / max(self._size, 1), 1e-9)
        drag = self._k1 * (1 - self._b + self._b * self._lengths[: self._size] / average)
        for term, weight in rarity.items():
            if posting := self._postings.get(term):
                slots, counts = posting.arrays()
                scores[slots] += weight * (self._k1 + 1) * counts / (counts + drag[slots])
        return scores


class _Posting:
    """Slots that have a term, rising, and how often; arrays are made when first asked for."""

    __slots__ = ("_arrays", "_counts", "_slots")

    def __init__(self) -> None:
        self._slots: list[int] = []
        self._counts: list[int] = []
        self._arrays: tuple[NDArray[np.int64], Scores] | None = None

    def append(self, slot: int, count: int) -> None:
        self._slots.append(slot)
        self._counts.append(count)
        self._arrays = None

    def has(self, slot: int) -> bool:
        place = bisect_left(self._slots, slot)
        return place < len(self._slots) and self._slots[place] == slot

    def arrays(self) -> tuple[NDArray[np.int64], Scores]:
        if self._arrays is None:
            self._arrays = np.array(self._slots, dtype=np.int64), np.array(self._counts, dtype=np.float32)
        return self._arrays


def one_slip_apart(one: str, other: str) -> bool:
    """Whether one letter more, less, different or swapped makes one word the other."""
    if len(one) > len(other):
        one, other = other, one
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start + 1 : start + 2] + one[start : start + 1] + one[start + 2 :]
    return one[start + 1 :] == other[start + 1 :] or swapped == other[start:]


def _starting_with(vocabulary: list[str], prefix: str) -> list[str]:
    return vocabulary[bisect_left(vocabulary, prefix) : bisect_left(vocabulary, prefix + "\U0010ffff")]
