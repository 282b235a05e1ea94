"""How sure we are that a right article exists, calibrated on queries whose answer was there or hidden."""

import math

from knowledge_base.ranking import Ranking

BAR = 0.42
"""Below this chance nothing is offered."""
LEAST_SHARE = 0.03
"""An article less likely than this beside the others is not shown with them."""
NAMED = 0.55
"""A short query whose every word an article bears in title or keywords is about it."""

_WITH_MEANING = {"points": 0.1793, "lead3": 0.2775, "lead10": 0.0732, "share3": 0.8071}
_WITH_MEANING_BASE = -4.165
_WORDS_ONLY = {
    "points": -0.1614,
    "lead3": 1.0356,
    "lead10": 0.2925,
    "title_share": 2.9906,
    "body_share": -0.6254,
}
_WORDS_ONLY_BASE = -1.287


def chance(ranking: Ranking) -> float:
    """The chance, 0 to 1, that an article about this exists at all."""
    seen = dict(ranking.evidence)
    if not seen:
        return 0.0
    seen["share3"] = float(ranking.shares()[:3].sum())
    weights, base = (
        (_WITH_MEANING, _WITH_MEANING_BASE) if seen["has_meaning"] else (_WORDS_ONLY, _WORDS_ONLY_BASE)
    )
    learned = _logistic(base + sum(weight * seen[name] for name, weight in weights.items()))
    return max(learned, NAMED) if ranking.is_named else learned


def offered(ranking: Ranking, *, limit: int = 3) -> list[tuple[int, float]]:
    """(article, chance that it is a right one) of those worth showing; empty below the bar."""
    sure = chance(ranking)
    shares = ranking.shares()
    if not ranking.is_named and sure * float(shares[:3].sum()) < BAR:
        return []
    shown = zip(ranking.keys[:limit].tolist(), shares[:limit].tolist(), strict=True)
    return [(key, round(sure * share, 4)) for key, share in shown if share >= LEAST_SHARE]


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
