"""Learns categories from texts: least squares on words and, where there is a model, meaning.

Closed form, so it trains in a moment and twice the same. What it says is a probability: a
temperature makes it as sure as it is right, fitted on answers it gave to texts it had not seen. On
the same answers the bar is chosen, above which nine of ten are right.
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
MOST_TERMS = 8_000
WANTED_PRECISION = 0.9
FEWEST_ABOVE_THE_BAR = 20
LOWEST_BAR = 0.6
"""A young desk's texts are much alike and all guessed right: then a bar of their own would keep nothing out."""
MOST_REASONS = 3


@dataclass(frozen=True)
class Guess:
    """A category and the chance that it is right."""

    category: str
    chance: float


@dataclass(frozen=True)
class Reasoned:
    """The likeliest category, whether it clears the bar, its words, and what else it may be."""

    best: Guess
    is_sure: bool
    because: tuple[str, ...]
    others: tuple[Guess, ...]


class Features:
    """Texts as rows: weighted words and pairs of words, then the sentence vector."""

    def __init__(self, weights: dict[str, float], encoder: Encoder | None = None) -> None:
        self.weights = weights
        self._columns = {term: column for column, term in enumerate(weights)}
        self._encoder = encoder

    @classmethod
    def seen_in(cls, texts: Sequence[str], encoder: Encoder | None = None) -> "Features":
        """The terms of these texts, the rarer the weightier."""
        seen = Counter(term for text in texts for term in set(_terms(text)))
        return cls(
            {
                term: math.log((1 + len(texts)) / (1 + count)) + 1
                for term, count in seen.most_common(MOST_TERMS)
            },
            encoder,
        )

    def rows(self, texts: Sequence[str]) -> Matrix:
        parts = [self._lexical(texts)]
        if self._encoder is not None:
            parts.append(2 * self._encoder.encode(texts).astype(np.float64))
        return np.hstack([*parts, np.ones((len(texts), 1))])

    def named(self, text: str) -> dict[str, int]:
        """The terms of a text that are known, with their columns."""
        return {term: self._columns[term] for term in _terms(text) if term in self._columns}

    def _lexical(self, texts: Sequence[str]) -> Matrix:
        rows = np.zeros((len(texts), len(self._columns)))
        for row, text in enumerate(texts):
            for term, count in Counter(_terms(text)).items():
                if term in self._columns:
                    rows[row, self._columns[term]] = (1 + math.log(count)) * self.weights[term]
        return _unit(rows)


class Classifier:
    """Trained on rows of features and the category of each; `counts` is how much each row weighs."""

    def __init__(
        self, rows: Matrix, categories: Sequence[str], *, counts: Sequence[float] | None = None
    ) -> None:
        self.categories = sorted(set(categories))
        position = {category: place for place, category in enumerate(self.categories)}
        wanted = np.eye(len(self.categories))[[position[category] for category in categories]]
        scale = np.sqrt(np.ones(len(rows)) if counts is None else np.array(counts))[:, None]
        self.weights = _solve(rows * scale, wanted * scale)
        scores = _held_out_scores(rows, wanted, scale)
        surprise = {each: _surprise(scores / each, wanted) for each in TEMPERATURES}
        self.temperature = min(surprise, key=surprise.__getitem__)
        self._judge(_softmax(scores / self.temperature), wanted)

    @classmethod
    def of(
        cls, categories: Sequence[str], weights: Matrix, temperature: float, bar: float | None
    ) -> "Classifier":
        """One that was trained before."""
        known = cls.__new__(cls)
        known.categories, known.weights = list(categories), weights
        known.temperature, known.bar = temperature, bar
        return known

    def guess(self, rows: Matrix) -> list[Guess]:
        chances = self._chances(rows)
        return [Guess(self.categories[int(row.argmax())], float(row.max())) for row in chances]

    def reason(self, features: Features, text: str) -> Reasoned:
        row = features.rows([text])
        chances = self._chances(row)[0]
        order = np.argsort(-chances)[: MOST_REASONS + 1]
        best, *others = (Guess(self.categories[int(at)], float(chances[at])) for at in order)
        is_sure = self.bar is not None and best.chance >= self.bar
        return Reasoned(best, is_sure, self._because(features, text, row[0], int(order[0])), tuple(others))

    def _because(self, features: Features, text: str, row: Matrix, place: int) -> tuple[str, ...]:
        """The words that spoke most for this category against the others."""
        against = self.weights.mean(axis=1)
        said = {
            term: float(row[column] * (self.weights[column, place] - against[column]))
            for term, column in features.named(text).items()
        }
        loudest = sorted(said, key=lambda term: -said[term])[:MOST_REASONS]
        return tuple(term for term in loudest if said[term] > 0)

    def _chances(self, rows: Matrix) -> Matrix:
        return _softmax(rows @ self.weights / self.temperature)

    def _judge(self, chances: Matrix, wanted: Matrix) -> None:
        """Accuracy on unseen texts, the bar for 90% precision there, and how many clear it."""
        right = chances.argmax(axis=1) == wanted.argmax(axis=1)
        sure = chances.max(axis=1)
        order = np.argsort(-sure)
        precise = np.cumsum(right[order]) >= WANTED_PRECISION * np.arange(1, len(right) + 1)
        precise &= sure[order] >= LOWEST_BAR
        enough = [place for place in np.flatnonzero(precise) if place + 1 >= FEWEST_ABOVE_THE_BAR]
        self.accuracy = float(right.mean())
        self.bar: float | None = float(sure[order][enough[-1]]) if enough else None
        self.coverage = (enough[-1] + 1) / len(right) if enough else 0.0


def _held_out_scores(rows: Matrix, wanted: Matrix, scale: Matrix) -> Matrix:
    # Shuffled: what came in turns would else be held out kind by kind.
    folds = np.random.default_rng(INNER_FOLDS).permutation(len(rows)) % INNER_FOLDS
    scores = np.zeros_like(wanted)
    for fold in range(min(INNER_FOLDS, len(rows))):
        held = folds == fold
        scores[held] = rows[held] @ _solve((rows * scale)[~held], (wanted * scale)[~held])
    return scores


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
