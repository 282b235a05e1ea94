"""One fixed blend of words and meaning, and what it shows of how sure it may be.

All scores are absolute, none is scaled to the best of the query: a side that is not sure has low
scores everywhere and so little to say. The weights are those of a conditional logit fitted on the
development queries of three public sets, rounded; docs/search.md has the figures.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from knowledge_base import past
from knowledge_base.index import Cosines, Index, Scored, Vector
from knowledge_base.lexical import Scores

MOST_FIXES = 3
"""So many are shown to somebody at once."""
CANDIDATES = 50
READ_ON = 1_000
"""So many articles, the nearest by title, whole and words, have their passages looked at."""
TITLE_COSINE, WHOLE_COSINE, PART_COSINE, BEST_COSINE = 4.0, 7.0, 3.0, 4.0
SYMPTOM_AS_TITLE = 2.5
TITLE_WORDS, BODY_WORDS = 0.1, 0.01
PHRASES, FOREIGN_CODE = 0.04, -0.7
MOST_PHRASES = 75.0
SAME_SERVICE = 0.5
WORDS_ONLY = 3.0
"""Without meaning the words speak for it too; fitted, so that shares stay chances."""
EQUAL_TO = 4
"""Decimals of the points; past them it is rounding, as rows lie in memory, that would choose."""
ENOUGH_KNOWN = 0.95
"""While fewer articles than this part have vectors, as after a first start, words decide alone."""


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Articles in order with their points (log-odds against each other), and the evidence.

    Of equal articles the older stands first. `named` says of each whether title and keywords hold
    every word of a short query.
    """

    keys: NDArray[np.int64]
    points: Scores
    evidence: dict[str, float]
    named: NDArray[np.bool_]
    has_meaning: bool = False

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def is_named(self) -> bool:
        """Whether a short query names one of the first three."""
        return bool(self.named[:MOST_FIXES].any())

    def shares(self) -> Scores:
        """If one of them is right, how likely it is this one; they add up to 1."""
        odds: Scores = np.exp(self.points - self.points.max(initial=-np.inf))
        return odds / np.float32(max(float(odds.sum()), 1e-9))


def rank(
    index: Index,
    text: str,
    vector: Vector | None,
    *,
    for_support: bool,
    service: str | None = None,
    hidden: frozenset[int] = frozenset(),
) -> Ranking:
    """The best articles for these words, whether or not any of them fits."""
    with index.lock:
        scored = look(index, text, vector, for_support=for_support, hidden=hidden)
        lexical, meaning = by_words(scored), by_meaning(scored)
        learned = _learned(scored)
        places = _candidates(lexical + learned, meaning)
        compared = index.compare(scored, places, vector)
        base = WORDS_ONLY * lexical if meaning is None else lexical + meaning
        base = (base + learned + scored.standings)[places]
        if meaning is not None:
            base = base + _told(scored, places, compared.symptoms)
        phrases = np.minimum(compared.phrases, MOST_PHRASES)
        points = base + PHRASES * phrases + FOREIGN_CODE * compared.foreign_codes
        if service:
            points = points + SAME_SERVICE * (scored.services[places] == service)
        order = np.lexsort((scored.keys[places], -points.round(EQUAL_TO)))
        held = index.held(scored, int(places[order[0]])) if len(order) else 0.0
    return Ranking(
        keys=scored.keys[places[order]],
        points=points[order],
        evidence=_evidence(scored, places[order], points[order], phrases[order], held),
        has_meaning=meaning is not None,
        named=compared.is_named[order],
    )


def look(
    index: Index, text: str, vector: Vector | None, *, for_support: bool, hidden: frozenset[int] = frozenset()
) -> Scored:
    """Raw scores, with the passages of those articles that may come first.

    Hold the lock of the index as long as they are used.
    """
    with index.lock:
        scored = index.score(text, vector, for_support=for_support, hidden=hidden)
        rough, near = by_meaning(scored), scored.cosines
        if rough is None or near is None or vector is None:
            return scored
        nearest = _best(rough + by_words(scored) + _learned(scored), READ_ON)
        return replace(scored, cosines=index.read_passages(near, nearest, vector))


def by_words(scored: Scored) -> Scores:
    """What the words say for each article."""
    return TITLE_WORDS * scored.title_words + BODY_WORDS * scored.body_words


def by_meaning(scored: Scored) -> Scores | None:
    """What the vectors say for each article; None while too few have any."""
    near = scored.cosines
    if near is None or not near.known.size or near.known.mean() < ENOUGH_KNOWN:
        return None
    best = _best_cosine(near)
    meaning = (
        TITLE_COSINE * near.title + WHOLE_COSINE * near.whole + PART_COSINE * near.part + BEST_COSINE * best
    )
    return meaning if near.known.all() else _guessed_where_missing(meaning, by_words(scored), near.known)


def _told(scored: Scored, places: NDArray[np.int64], symptoms: Scores) -> Scores:
    """What a symptom adds that is nearer than passages and title: it counts in their place."""
    near = scored.cosines
    if near is None:
        return np.zeros_like(symptoms)
    nearer = (
        (PART_COSINE, near.part),
        (BEST_COSINE, _best_cosine(near)),
        (SYMPTOM_AS_TITLE, near.title),
    )
    added: Scores = sum(weight * np.maximum(symptoms - held[places], 0) for weight, held in nearer)
    return added


def _learned(scored: Scored) -> Scores:
    """What the words of reports that an article solved say for it."""
    near = scored.cosines
    # Of an article without vectors nobody knows whether a report is nearer than it is itself.
    own = scored.past_near if near is None else np.where(near.known, _best_cosine(near), scored.past_near)
    return past.points(scored.past_near, scored.past_words, own=own)


def _best_cosine(near: Cosines) -> Scores:
    return np.maximum(np.maximum(near.title, near.whole), near.part)


def _guessed_where_missing(meaning: Scores, lexical: Scores, known: NDArray[np.bool_]) -> Scores:
    """An article too new to have vectors means as much, against the best, as its words do."""
    likeness = lexical / max(float(lexical.max(initial=0.0)), 1e-9)
    return np.where(known, meaning, float(meaning[known].max(initial=0.0)) * likeness)


def _candidates(lexical: Scores, meaning: Scores | None) -> NDArray[np.int64]:
    found = _best(lexical, CANDIDATES)
    found = found[lexical[found] > 0]
    if meaning is None:
        return found
    is_chosen = np.zeros(len(lexical), dtype=bool)
    is_chosen[found] = is_chosen[_best(meaning + lexical, CANDIDATES)] = True
    return np.flatnonzero(is_chosen)


def _best(scores: Scores, count: int) -> NDArray[np.int64]:
    if len(scores) <= count:
        return np.arange(len(scores))
    return np.argpartition(-scores, count)[:count]


def _evidence(
    scored: Scored, chosen: NDArray[np.int64], points: Scores, phrases: Scores, held: float
) -> dict[str, float]:
    """What tells a query that has a right article from one that has none; empty without candidates.

    The more articles a base has, the better one of them fits by chance; a long query shares some word pairs
    with any (`phrases`). `held` is what the best article has of the query's words.
    """
    if not len(chosen):
        return {}
    best, ideal = chosen[0], max(scored.ideal, 1.0)
    return {
        "points": float(points[0]),
        "share": float(1 / np.exp(points - points[0]).sum()),
        "articles": float(np.log(len(scored.keys))),
        "held": held,
        "phrases": float(phrases[0]),
        "lead3": float(points[0] - points[min(3, len(points) - 1)]),
        "title_share": float(scored.title_words[best]) / ideal,
        "body_share": float(scored.body_words[best]) / ideal,
        "terms": float(np.log1p(len(set(scored.terms)))),
    }
