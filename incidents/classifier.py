"""Learns categories from texts: least squares on words and, where there is a model, meaning.

Closed form, so it trains in a moment and twice the same. What it says is a probability: a
temperature makes it as sure as it is right, fitted on answers it gave to texts it had not seen.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge_base.embedding import Encoder
from knowledge_base.words import words

Matrix = NDArray[np.float64]
RIDGE = 1.0
INNER_FOLDS = 5
TEMPERATURES: tuple[float, ...] = tuple(2.0 ** (half / 2) for half in range(-12, 9))
MOST_TERMS = 20_000


@dataclass(frozen=True)
class Guess:
    """A category and the chance that it is right."""

    category: str
    chance: float


class Features:
    """Texts as rows: weighted words and pairs of words, then the sentence vector."""

    def __init__(self, texts: Sequence[str], encoder: Encoder | None = None) -> None:
        seen = Counter(term for text in texts for term in set(_terms(text)))
        self._weights = {
            term: math.log((1 + len(texts)) / (1 + count)) + 1 for term, count in seen.most_common(MOST_TERMS)
        }
        self._columns = {term: column for column, term in enumerate(self._weights)}
        self._encoder = encoder

    def rows(self, texts: Sequence[str]) -> Matrix:
        lexical = np.zeros((len(texts), len(self._columns)))
        for row, text in enumerate(texts):
            for term, count in Counter(_terms(text)).items():
                if term in self._columns:
                    lexical[row, self._columns[term]] = (1 + math.log(count)) * self._weights[term]
        parts = [_unit(lexical)]
        if self._encoder is not None:
            parts.append(2 * self._encoder.encode(texts).astype(np.float64))
        return np.hstack([*parts, np.ones((len(texts), 1))])


class Classifier:
    """Trained on rows of features and the category of each."""

    def __init__(self, rows: Matrix, categories: Sequence[str]) -> None:
        self.categories = sorted(set(categories))
        position = {category: place for place, category in enumerate(self.categories)}
        wanted = np.eye(len(self.categories))[[position[category] for category in categories]]
        self._rows, self._wanted = rows, wanted
        self._weights = _solve(rows, wanted)
        self._temperature = self._fit_temperature()

    def guess(self, rows: Matrix) -> list[Guess]:
        chances = _softmax(rows @ self._weights / self._temperature)
        return [Guess(self.categories[int(row.argmax())], float(row.max())) for row in chances]

    def _fit_temperature(self) -> float:
        """The one under which unseen answers were least surprising."""
        folds = np.arange(len(self._rows)) % INNER_FOLDS
        scores = np.zeros_like(self._wanted)
        for fold in range(min(INNER_FOLDS, len(self._rows))):
            held = folds == fold
            scores[held] = self._rows[held] @ _solve(self._rows[~held], self._wanted[~held])
        surprise = {each: _surprise(scores / each, self._wanted) for each in TEMPERATURES}
        return min(surprise, key=surprise.__getitem__)


def _terms(text: str) -> list[str]:
    single = words(text)
    return [*single, *(f"{one} {two}" for one, two in pairwise(single))]


def _unit(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths == 0, 1, lengths)


def _solve(rows: Matrix, wanted: Matrix) -> Matrix:
    """Ridge regression, in the smaller of its two forms: there are more terms than texts."""
    if len(rows) == 0:
        return np.zeros((rows.shape[1], wanted.shape[1]))
    if rows.shape[1] <= len(rows):
        return np.linalg.solve(rows.T @ rows + RIDGE * np.eye(rows.shape[1]), rows.T @ wanted)
    return rows.T @ np.linalg.solve(rows @ rows.T + RIDGE * np.eye(len(rows)), wanted)


def _softmax(scores: Matrix) -> Matrix:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _surprise(scores: Matrix, wanted: Matrix) -> float:
    return float(-np.log(np.maximum((_softmax(scores) * wanted).sum(axis=1), 1e-12)).mean())
