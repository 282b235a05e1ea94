"""What a guess is measured against: the plainest classifier that is not a guess."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

SMOOTHING = 0.5


class NaiveBayes:
    """Multinomial naive Bayes on words and pairs of words, as they are written."""

    def __init__(self, texts: Sequence[str], categories: Sequence[str]) -> None:
        self._said: dict[str, Counter[str]] = defaultdict(Counter)
        self._known = Counter(categories)
        for text, category in zip(texts, categories, strict=True):
            self._said[category].update(_grams(text))
        self._size = len({gram for said in self._said.values() for gram in said})
        self._whole = {category: said.total() for category, said in self._said.items()}

    def guess(self, text: str) -> tuple[str, float]:
        """The likeliest category and its share of the likelihood."""
        grams = _grams(text)
        scores = {category: self._score(category, grams) for category in self._known}
        best = max(scores, key=lambda category: (scores[category], category))
        return best, 1 / sum(math.exp(score - scores[best]) for score in scores.values())

    def _score(self, category: str, grams: Sequence[str]) -> float:
        said = self._said[category]
        whole = self._whole[category] + SMOOTHING * self._size
        return math.log(self._known[category]) + sum(
            math.log((said[gram] + SMOOTHING) / whole) for gram in grams
        )


def _grams(text: str) -> list[str]:
    words = text.casefold().split()
    return [*words, *map(" ".join, pairwise(words))]
