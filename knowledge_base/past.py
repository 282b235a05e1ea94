"""Words of reports that an article solved, as the index searches them.

A report speaks only for queries that resemble it: below LIKE it adds nothing, so that a query
unlike any report finds what it found before. docs/learning.md has the figures.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.lexical import TITLE_B, TITLE_K1, Field, Scores
from knowledge_base.rows import Rows, Vector
from knowledge_base.words import words

LIKE, LIKENESS = 0.4, 16.0
"""Points a report gives: LIKENESS for each unit of cosine above LIKE."""
SHARED_WORDS, MOST_FOR_WORDS = 0.05, 2.0
LIKE_IN_WORDS = 0.5
"""Without a vector a report counts if it holds this part of the query, by rarity."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one past report said; the vector may come later."""

    words: str
    vector: Vector | None = None


class Past:
    """Reports of numbered slots."""

    def __init__(self) -> None:
        self._field = Field(k1=TITLE_K1, b=TITLE_B)
        self._slots: list[int] = []
        self._vector_row: list[int] = []
        self._vectors = Rows()

    def add(self, slot: int, reports: Sequence[Told]) -> None:
        """Reports of a slot; called once a slot."""
        for report in reports:
            self._field.add(len(self._slots), Counter(words(report.words)))
            self._slots.append(slot)
            self._vector_row.append(-1 if report.vector is None else self._vectors.size)
            if report.vector is not None:
                self._vectors.append(report.vector[np.newaxis])

    def points(self, slots: int, *, rarity: dict[str, float], vector: Vector | None) -> Scores:
        """What the report most like the query adds to each of so many slots: never less than nothing."""
        best = np.zeros(slots, dtype=np.float32)
        if self._slots:
            np.maximum.at(best, np.array(self._slots), self._worth(rarity, vector))
        return best

    def _worth(self, rarity: dict[str, float], vector: Vector | None) -> Scores:
        """Of each report."""
        shared = self._field.score(rarity)
        by_words: Scores = np.minimum(SHARED_WORDS * shared, MOST_FOR_WORDS)
        covers = shared >= LIKE_IN_WORDS * max(sum(rarity.values()), 1.0)
        if vector is None or not self._vectors.size:
            return np.where(covers, by_words, 0).astype(np.float32)
        nearness, known = self._nearness(vector)
        by_meaning = LIKENESS * np.maximum(nearness - LIKE, 0)
        is_like = np.where(known, nearness > LIKE, covers)
        return np.where(is_like, by_meaning + by_words, 0).astype(np.float32)

    def _nearness(self, vector: Vector) -> tuple[Scores, NDArray[np.bool_]]:
        rows = np.array(self._vector_row)
        return (self._vectors.rows @ vector)[rows], rows >= 0
