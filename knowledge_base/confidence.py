"""How sure we are that a right article exists, calibrated on queries whose answer was there or hidden."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge_base.ranking import MOST_FIXES, Ranking

BAR = 0.46
"""Nothing is offered unless one of the first three is right with this chance."""
WORDS_ONLY_BAR = 0.42
"""As BAR, where the shares are too flat to count: without a model."""
LEAST_BESIDE_BEST = 0.05
"""An article with less than this part of the best one's chance is not shown beside it."""
NAMED = 0.55
"""A short query whose every word an article bears in title or keywords is about it."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Of a logistic over what a ranking shows; `benchmarks/confidence_fit.py` fits those with meaning."""

    base: float
    of: Mapping[str, float]

    def chance(self, evidence: Mapping[str, float]) -> float:
        """Between 0 and 1."""
        return _logistic(self.base + sum(weight * evidence[name] for name, weight in self.of.items()))


WITH_MEANING = Weights(
    base=0.393, of={"points": 0.536, "share": 1.155, "articles": -1.09, "held": 1.075, "phrases": -0.025}
)
WORDS_ONLY = Weights(
    base=-3.106, of={"lead3": 0.517, "title_share": 0.805, "body_share": 1.38, "terms": 0.462}
)


def chance(ranking: Ranking) -> float:
    """The chance, 0 to 1, that an article about this exists at all."""
    if not ranking.evidence:
        return 0.0
    learned = (WITH_MEANING if ranking.has_meaning else WORDS_ONLY).chance(ranking.evidence)
    return max(learned, NAMED) if ranking.is_named else learned


def offered(ranking: Ranking, *, limit: int = MOST_FIXES) -> list[tuple[int, float]]:
    """(article, chance that it is a right one) of those worth showing; empty below the bar.

    Below it, what a short query names is shown all the same, but nothing beside it.
    """
    sure, shares = chance(ranking), ranking.shares()
    clears = _clears_bar(ranking, sure)
    if not clears and not ranking.is_named:
        return []
    least = LEAST_BESIDE_BEST * float(shares[0])
    first = zip(ranking.keys[:limit].tolist(), shares.tolist(), ranking.named.tolist(), strict=False)
    return [
        (key, round(sure * share, 4)) for key, share, named in first if share >= least and (clears or named)
    ]


def _clears_bar(ranking: Ranking, sure: float) -> bool:
    if not ranking.evidence:
        return False
    if not ranking.has_meaning:
        return sure >= WORDS_ONLY_BAR
    return sure * float(ranking.shares()[:MOST_FIXES].sum()) >= BAR


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
