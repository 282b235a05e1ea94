"""Finding articles: everything that is near the words, best first, for search pages and the API."""

from dataclasses import dataclass

from knowledge_base import confidence
from knowledge_base.following import Card, Follower, follower
from knowledge_base.models import Audience
from knowledge_base.ranking import Ranking, rank
from knowledge_base.words import normalise

MAX_QUERY = 10_000
"""Characters of a query that are read; what comes after in a pasted log changes nothing."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A found article; `score` is the calibrated chance (0..1) that it is a right one."""

    article_id: int
    slug: str
    title: str
    summary: str
    category: str | None
    score: float


def search(
    words: str,
    *,
    audience: Audience,
    limit: int = 20,
    category: str | None = None,
    service: str | None = None,
) -> list[Hit]:
    """The nearest articles this reader may see, without a bar. Never raises for any words."""
    following = follower()
    ranking = rank_words(following, words, audience=audience, service=service)
    scores = confidence.chance(ranking) * ranking.shares()
    found = zip(ranking.keys.tolist(), scores.tolist(), strict=True)
    hits = [_hit(card, score) for key, score in found if (card := following.cards.get(key)) is not None]
    return [hit for hit in hits if category in (None, hit.category)][:limit]


def rank_words(
    following: Follower,
    words: str,
    *,
    audience: Audience,
    service: str | None = None,
    hidden: frozenset[int] = frozenset(),
) -> Ranking:
    """All candidates for these words as this reader may see them, without the hidden ones.

    The next page of results, another category and the fixes offered beside cost nothing more.
    """
    asked = words[:MAX_QUERY].replace("\0", " ")
    for_support = audience == Audience.SUPPORT

    def ranked() -> Ranking:
        vector = following.vector_of(following.index.correct(asked)) if asked.strip() else None
        return rank(following.index, asked, vector, for_support=for_support, service=service, hidden=hidden)

    return following.rankings.get((following.seen, normalise(asked), for_support, service, hidden), ranked)


def why_by_words_only() -> str:
    """Why search does without vectors, as a sentence for `doctor`; empty while it has them."""
    return follower().reason


def _hit(card: Card, score: float) -> Hit:
    return Hit(
        article_id=card.article_id,
        slug=card.slug,
        title=card.title,
        summary=card.summary,
        category=card.category,
        score=round(score, 4),
    )
