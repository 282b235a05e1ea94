"""Logistic regression, by which what is shipped as weights is fitted."""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
STEPS = 50


def solve(
    columns: Matrix,
    truth: NDArray[np.bool_],
    counts: Matrix,
    *,
    start: Matrix,
    ridge: Matrix,
) -> Matrix:
    """The weights by Newton's method. `counts` is what a row counts."""
    weights = start
    for _ in range(STEPS):
        chances = logistic(columns @ weights)
        slope = columns.T @ (counts * (chances - truth)) + ridge @ weights
        bend = (columns * (counts * chances * (1 - chances))[:, None]).T @ columns + ridge
        weights = weights - np.linalg.solve(bend, slope)
    return weights


def logistic(odds: Matrix) -> Matrix:
    return 1 / (1 + np.exp(-odds))
