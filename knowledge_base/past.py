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

LIKE = 0.4
LIKENESS, SURPASSING = 6.0, 14.0
"""Points a report gives for each unit of cosine above LIKE, and for each above what the article has
itself: words that are nearer than the article's own tell most."""
SHARED_WORDS, MOST_FOR_WORDS = 0.05, 2.0
LIKE_IN_WORDS = 0.5
"""Without a vector a report counts if it holds this part of the query, by rarity."""
MOST_DEAD = 100
_NOBODY = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """What one past report said; the vector may come later."""

    words: str
    vector: Vector | None = None

    @property
    def identity(self) -> tuple[str, bytes]:
        """Equal for equal reports."""
        return self.words, b"" if self.vector is None else self.vector.tobytes()


class Past:
    """Reports of numbered slots, a row each; rows of reports that went are dead until there are many."""

    def __init__(self) -> None:
        self._columns: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
        self._reset()

    def put(self, slot: int, reports: Sequence[Told]) -> None:
        """The reports of a slot, in place of those it had."""
        self._columns = None
        wanted = {report.identity: report for report in reports}
        rows = self._rows_of.setdefault(slot, {})
        for gone in rows.keys() - wanted.keys():
            self._slots[rows.pop(gone)] = _NOBODY
            self._dead += 1
        for identity, report in wanted.items():
            if identity not in rows:
                rows[identity] = self._append(slot, report)
        self._compact()

    def drop(self, slot: int) -> None:
        """The slot is dead."""
        self.put(slot, ())

    def nearest(
        self, slots: int, *, rarity: dict[str, float], vector: Vector | None
    ) -> tuple[Scores, Scores]:
        """Of so many slots: the cosine of the report nearest to the query, and what words reports share."""
        near, shared = np.zeros((2, slots), dtype=np.float32)
        if self._slots:
            owners, rows = self._columns_of_rows()
            nearness, likeness = self._compare(rarity, vector, rows)
            live = owners != _NOBODY
            np.maximum.at(near, owners[live], nearness[live])
            np.maximum.at(shared, owners[live], likeness[live])
        return near, shared

    def _reset(self) -> None:
        self._field = Field(k1=TITLE_K1, b=TITLE_B)
        self._reports: list[Told] = []
        self._slots: list[int] = []
        self._dead = 0
        self._vector_row: list[int] = []
        self._vectors = Rows()
        self._rows_of: dict[int, dict[tuple[str, bytes], int]] = {}

    def _append(self, slot: int, report: Told) -> int:
        row = len(self._slots)
        self._field.add(row, Counter(words(report.words)))
        self._reports.append(report)
        self._slots.append(slot)
        self._vector_row.append(-1 if report.vector is None else self._vectors.size)
        if report.vector is not None:
            self._vectors.append(report.vector[np.newaxis])
        return row

    def _compact(self) -> None:
        if self._dead > MOST_DEAD and 2 * self._dead > len(self._slots):
            rows = list(zip(self._slots, self._reports, strict=True))
            self._reset()
            for slot, report in rows:
                if slot != _NOBODY:
                    self._rows_of.setdefault(slot, {})[report.identity] = self._append(slot, report)

    def _columns_of_rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The slot of each report, and its row among the vectors."""
        columns = self._columns
        if columns is None:
            columns = np.array(self._slots), np.array(self._vector_row)
            self._columns = columns
        return columns

    def _compare(
        self, rarity: dict[str, float], vector: Vector | None, rows: NDArray[np.int64]
    ) -> tuple[Scores, Scores]:
        """Of each report, its cosine, 0 where it is not known, and the score of its words if it is alike."""
        shared = self._field.score(rarity)
        covers = shared >= LIKE_IN_WORDS * max(sum(rarity.values()), 1.0)
        if vector is None or not self._vectors.size:
            return np.zeros_like(shared), np.where(covers, shared, 0)
        nearness = np.where(rows >= 0, (self._vectors.rows @ vector)[rows], 0)
        return nearness, np.where(np.where(rows >= 0, nearness > LIKE, covers), shared, 0)


def points(near: Scores, shared: Scores, *, own: Scores) -> Scores:
    """What past reports add for each article, never less than nothing; `own` is its own best cosine."""
    alike = LIKENESS * np.maximum(near - LIKE, 0)
    nearer = SURPASSING * np.maximum(near - np.maximum(own, LIKE), 0)
    added: Scores = alike + nearer + np.minimum(SHARED_WORDS * shared, MOST_FOR_WORDS)
    return added
