"""The directions of sentence vectors in which troubles differ, and not the ways of telling one.

Two mails of one trouble differ by greeting, length and temper, and a sentence vector holds all of that. Linear
discriminant analysis (Fisher 1936) finds where the troubles of one family lie apart, measured by how far the ways of
telling one of them do; the cosine is taken there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.logistic import Matrix

DIRECTIONS = 32
SHRINKAGE = 1.0
"""How much of the mean spread is added to each direction: 2,000 ways of telling do not fix 384 of them."""

Family = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Scatter:
    """Sums of squares and what they are sums of: `within` the ways of one trouble, `between` the troubles."""

    within: Matrix
    ways: int
    between: Matrix
    troubles: int


def scatter(family: Family, vectors: Mapping[str, Matrix]) -> Scatter:
    """Of one family; a trouble that is told in one way has no spread within."""
    troubles = [np.array([vectors[way] for way in ways], dtype=np.float64) for ways in family.values()]
    middles = np.array([told.mean(axis=0) for told in troubles])
    apart = [
        (told - told.mean(axis=0)) * np.sqrt(len(told) / (len(told) - 1))
        for told in troubles
        if len(told) > 1
    ]
    within = np.concatenate([*apart, np.zeros((0, middles.shape[1]))])
    between = middles - middles.mean(axis=0)
    return Scatter(within.T @ within, len(within), between.T @ between, len(middles))


def directions(scatters: Iterable[Scatter]) -> Matrix:
    """One a column, those that tell most apart first."""
    found = list(scatters)
    within = sum((each.within for each in found), start=np.zeros(())) / sum(each.ways for each in found)
    between = sum((each.between for each in found), start=np.zeros(())) / sum(each.troubles for each in found)
    spread = within + SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within))
    values, axes = np.linalg.eigh(spread)
    whitened = axes @ np.diag(values**-0.5) @ axes.T
    _, best = np.linalg.eigh(whitened @ between @ whitened)
    return np.asarray(whitened @ best[:, ::-1][:, :DIRECTIONS])


def cosines(pairs: Sequence[tuple[Matrix, Matrix]], turned: Matrix) -> Matrix:
    """Of each pair of vectors in these directions, at least 0."""
    one, other = (np.array([pair[side] for pair in pairs]) @ turned for side in (0, 1))
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.asarray(np.maximum(0.0, (one * other).sum(axis=1) / np.maximum(lengths, 1e-9)))


class Seen:
    """The meanings of pairs as the families of other parts show them: by its own a pair would look surer.

    `parts` says of which part each pair is, `scatters` of which part each family is; pairs of no family's part are
    seen by all.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[Matrix, Matrix]],
        parts: NDArray[np.int64],
        scatters: Sequence[tuple[int, Scatter]],
    ) -> None:
        self._pairs, self._parts, self._scatters = pairs, parts, scatters
        self._known: dict[frozenset[int], Matrix] = {}

    def meanings(self, left_out: int) -> Matrix:
        """The part that is left out shows nobody anything."""
        found = np.zeros(len(self._pairs))
        for part in {*self._parts.tolist()}:
            which = np.flatnonzero(self._parts == part)
            found[which] = cosines([self._pairs[place] for place in which], self._without({part, left_out}))
        return found

    def _without(self, parts: set[int]) -> Matrix:
        without = frozenset(parts & {part for part, _ in self._scatters})
        if without not in self._known:
            left = (scatter for part, scatter in self._scatters if part not in without)
            self._known[without] = directions(left)
        return self._known[without]
