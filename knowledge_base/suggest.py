"""At most three known fixes for a person's words, each only if we are sure enough of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select

from firstline.db import db
from knowledge_base import confidence, text
from knowledge_base.following import Card, Follower, follower
from knowledge_base.models import Article, Audience
from knowledge_base.ranking import MOST_FIXES
from knowledge_base.search import rank_words
from knowledge_base.words import normalise


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A fix worth showing; `score` is the calibrated chance (0..1) that it is a right one."""

    article_id: int
    slug: str
    title: str
    summary: str
    score: float
    steps: tuple[str, ...] = ()


def suggest(
    words: str, *, audience: Audience, limit: int = MOST_FIXES, service: str | None = None
) -> list[Suggestion]:
    """The fixes to show for these words, best first; empty when none clears the bar.

    What never helped anybody is not among them (standing.py). `audience` is the reader's. Never raises for any words. Embeds them, so never call it inside
    `write()`. Asked again while typing it costs next to nothing.
    """
    following = follower()
    key = (following.seen, normalise(words), audience, limit, service)

    def find() -> tuple[tuple[int, float], ...]:
        ranking = rank_words(following, words, audience=audience, service=service, hidden=following.sunk)
        return tuple(confidence.offered(ranking, limit=limit))

    offered = following.results.get(key, find)
    cards = [(following.cards.get(article_id), score) for article_id, score in offered]
    return _suggestions([(card, score) for card, score in cards if card is not None], following)


def _suggestions(shown: Sequence[tuple[Card, float]], following: Follower) -> list[Suggestion]:
    return [
        Suggestion(
            article_id=card.article_id,
            slug=card.slug,
            title=card.title,
            summary=card.summary,
            score=score,
            steps=following.steps.get((card.article_id, card.revision), partial(_read_steps, card)),
        )
        for card, score in shown
    ]


def _read_steps(card: Card) -> tuple[str, ...]:
    body = db.session.scalar(select(Article.body).where(Article.id == card.article_id))
    return text.steps(body or "")
