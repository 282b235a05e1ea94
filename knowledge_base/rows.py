"""Vectors in rows: a matrix that grows by doubling."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


class Rows:
    def __init__(self) -> None:
        self._held: Vector = np.zeros((0, 0), dtype=np.float32)
        self.size = 0

    @property
    def rows(self) -> Vector:
        return self._held[: self.size]

    def append(self, rows: Vector) -> None:
        needed = self.size + len(rows)
        if needed > len(self._held):
            grown = np.zeros((max(64, 2 * needed), rows.shape[1]), dtype=np.float32)
            grown[: self.size] = self._held[: self.size].reshape(self.size, rows.shape[1])
            self._held = grown
        self._held[self.size : needed] = rows
        self.size = needed
