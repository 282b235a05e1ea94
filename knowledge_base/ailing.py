"""Published articles that age, that do not help, that readers complain of, or that lead nowhere."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select, update

from firstline import clock
from firstline.db import db, write
from knowledge_base.contents import REVIEW_AFTER
from knowledge_base.models import Article, Feedback, OldAddress, State
from knowledge_base.standing import SUNK, standings

LEAST_FAILED, BAD = 3, -0.4
"""People it did not help, and the standing that as many failures make without any help."""
NOT_TOUCHED_FOR = timedelta(days=365)
MOST = 50
_LINK = re.compile(r"\]\(\s*<?(?:https?://[^/\s)]+)?/fixes/([^)\s>#?\"]+)")


@dataclass(frozen=True)
class Bad:
    """An article that was offered and failed; a sunk one is not offered any more."""

    article: Article
    is_sunk: bool


@dataclass(frozen=True)
class Word:
    """What one reader said, without who."""

    reason: str
    comment: str
    said_at: datetime
    is_of_older_text: bool


@dataclass(frozen=True)
class Told:
    """The open words of readers who were not helped, the newest first."""

    article: Article
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Broken:
    """The addresses in an article that lead to no published article."""

    article: Article
    addresses: tuple[str, ...]


def bad_outcomes() -> list[Bad]:
    """Those that people said did not help, the worst first."""
    stands = {key: value for key, value in standings(db.session()).items() if value <= BAD}
    often = _published().where(Article.id.in_(stands), Article.failed_count >= LEAST_FAILED)
    found = db.session.scalars(often).all()
    return [Bad(one, stands[one.id] <= SUNK) for one in sorted(found, key=lambda one: stands[one.id])][:MOST]


def unhelpful() -> list[Told]:
    """Articles that readers were not helped by, as long as no author settled it."""
    said = (
        select(Feedback, Article)
        .join(Article, Article.id == Feedback.article_id)
        .where(
            Feedback.is_helpful.is_(False), Feedback.settled_at.is_(None), Article.state == State.PUBLISHED
        )
        .order_by(Feedback.created_at.desc(), Feedback.id)
        .limit(10 * MOST)
    )
    words: defaultdict[Article, list[Word]] = defaultdict(list)
    for feedback, article in db.session.execute(said):
        older = feedback.revision < article.revision
        words[article].append(Word(feedback.reason, feedback.comment, feedback.created_at, older))
    return [Told(article, tuple(held)) for article, held in words.items()][:MOST]


def settle(article_id: int) -> None:
    """An author has seen to what readers said of an article so far."""
    with write() as session:
        open_ones = and_(Feedback.article_id == article_id, Feedback.settled_at.is_(None))
        session.execute(update(Feedback).where(open_ones).values(settled_at=clock.now()))


def broken_links() -> list[Broken]:
    """Articles that lead to an article that is not there or not published."""
    linking = _published().where(or_(Article.body.contains("/fixes/"), Article.symptoms.contains("/fixes/")))
    asked = [(article, _addresses(article)) for article in db.session.scalars(linking)]
    there = _reachable({slug for _, slugs in asked for slug in slugs})
    broken = ((article, tuple(slug for slug in slugs if slug not in there)) for article, slugs in asked)
    return [Broken(article, slugs) for article, slugs in broken if slugs][:MOST]


def without_service(services: Collection[str]) -> Sequence[Article]:
    """Articles about a service that is not among these."""
    gone = _published().where(Article.service.is_not(None), Article.service.not_in(services))
    return db.session.scalars(gone.order_by(Article.offered_count.desc(), Article.id).limit(MOST)).all()


def stale() -> Sequence[Article]:
    """Articles that should have been looked over by now."""
    now = clock.now()
    forgotten = and_(Article.review_at.is_(None), Article.updated_at < now - NOT_TOUCHED_FOR)
    due = _published().where(or_(Article.review_at < now, forgotten))
    return db.session.scalars(due.order_by(Article.offered_count.desc(), Article.id).limit(MOST)).all()


def still_right(article_id: int) -> None:
    """An author looked the article over and it holds for another while."""
    with write() as session:
        article = session.get(Article, article_id, with_for_update=True)
        if article is not None:
            article.review_at = clock.now() + REVIEW_AFTER


def _published() -> Select[Article]:
    return select(Article).where(Article.state == State.PUBLISHED)


def _addresses(article: Article) -> list[str]:
    found = _LINK.findall(f"{article.symptoms}\n{article.body}")
    return list(dict.fromkeys(slug.rstrip("/").partition("/")[0] for slug in found))


def _reachable(slugs: Collection[str]) -> set[str]:
    now = select(Article.slug).where(Article.slug.in_(slugs), Article.state == State.PUBLISHED)
    once = (
        select(OldAddress.slug)
        .join(Article, Article.id == OldAddress.article_id)
        .where(OldAddress.slug.in_(slugs), Article.state == State.PUBLISHED)
    )
    return {*db.session.scalars(now), *db.session.scalars(once)}
