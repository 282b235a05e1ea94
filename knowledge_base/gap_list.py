"""Which gaps are worth an author's time, and what authors do with them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.jobs import nudge
from knowledge_base import articles, confidence
from knowledge_base.articles import INDEX_JOB, Draft
from knowledge_base.errors import WrongState
from knowledge_base.following import Follower, follower
from knowledge_base.gaps import shared_by
from knowledge_base.models import Article, Attempt, Gap, Offer, State
from knowledge_base.naming import LEAST_PEOPLE
from knowledge_base.passages import unpack
from knowledge_base.ranking import rank

MOST_LISTED = 30
RECENT = timedelta(days=14)
COMES_BACK_AFTER = 3
"""Reports after a gap was put aside that bring it back."""
SKELETON = "## Fix\n\n1. \n\n## If that does not help\n"


class Trend(StrEnum):
    """Reports of the last two weeks against the two before."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


@dataclass(frozen=True, kw_only=True)
class Need:
    """A gap as an author sees it; `draft` is the article that was begun for it."""

    gap_id: int
    title: str
    category: str
    reports: int
    people: int
    recent: int
    trend: Trend
    last_at: datetime
    draft: Article | None = None


class UnknownGap(WrongState):
    """It was answered or merged with another meanwhile."""


def needs() -> list[Need]:
    """Gaps of several people that no published article answers now, those of most reports first."""
    return _needs(is_aside=False)


def put_aside() -> list[Need]:
    """Gaps that authors put aside, until more people report the same."""
    return _needs(is_aside=True)


def start_article(gap_id: int, *, author_id: int) -> Article:
    """The draft for a gap: the one that was begun before, else a new one of the words people share."""
    words = ", ".join(shared_by(db.session(), gap_id))
    with write() as session:
        gap = _get(session, gap_id)
        begun = session.get(Article, gap.article_id) if gap.article_id else None
        if begun is not None:
            return begun
        draft = Draft(
            title=gap.title, body=SKELETON, symptoms=f"- {words}\n", category=gap.category_slug or None
        )
        article = articles.add(session, draft, author_id=author_id)
        gap.article_id = article.id
    nudge(INDEX_JOB, article.id)
    return article


def dismiss(gap_id: int) -> None:
    """Not worth an article; COMES_BACK_AFTER more reports bring it back."""
    with write() as session:
        _get(session, gap_id).dismissed_at = clock.now()


def bring_back(gap_id: int) -> None:
    """Undo `dismiss`."""
    with write() as session:
        _get(session, gap_id).dismissed_at = None


def _get(session: Session, gap_id: int) -> Gap:
    gap = session.get(Gap, gap_id, with_for_update=True)
    if gap is None:
        raise UnknownGap(_("This gap was answered or joined to another meanwhile. Look at the list again."))
    return gap


def _needs(*, is_aside: bool) -> list[Need]:
    named = select(Gap).where(Gap.people >= LEAST_PEOPLE, Gap.title != "")
    if is_aside:
        named = named.where(Gap.dismissed_at.is_not(None))
    gaps = db.session.scalars(named.order_by(Gap.reports.desc(), Gap.id).limit(3 * MOST_LISTED)).all()
    if not gaps:
        return []
    following = follower()
    listed = [
        gap for gap in gaps if _is_aside(gap) == is_aside and not _is_answered(gap, following)
    ]  # fmt: skip
    return [_as_need(gap) for gap in listed[:MOST_LISTED]]


def _as_need(gap: Gap) -> Need:
    now = clock.now()
    recent = _reported(gap, since=now - RECENT)
    before = _reported(gap, since=now - 2 * RECENT) - recent
    trend = Trend.RISING if recent > before else Trend.FALLING if recent < before else Trend.STEADY
    return Need(
        gap_id=gap.id,
        title=gap.title,
        category=gap.category_slug,
        reports=gap.reports,
        people=gap.people,
        recent=recent,
        trend=trend,
        last_at=gap.last_at,
        draft=db.session.get(Article, gap.article_id) if gap.article_id else None,
    )


def _reported(gap: Gap, *, since: datetime) -> int:
    counted = select(func.count()).select_from(Attempt)
    return db.session.scalar(counted.where(Attempt.gap_id == gap.id, Attempt.created_at > since)) or 0


def _is_aside(gap: Gap) -> bool:
    return gap.dismissed_at is not None and _reported(gap, since=gap.dismissed_at) < COMES_BACK_AFTER


def _is_answered(gap: Gap, following: Follower) -> bool:
    """Whether somebody who reports just this would be offered a fix now, other than those that failed."""
    begun = db.session.get(Article, gap.article_id) if gap.article_id else None
    if begun is not None and begun.state == State.PUBLISHED:
        return True
    if following.encoder is None or gap.model != following.encoder.of_reports.identity:
        return False
    hidden = following.sunk | frozenset(_cannot_answer(gap))
    ranking = rank(following.index, gap.title, unpack(gap.centre), for_support=False, hidden=hidden)
    return bool(confidence.offered(replace(ranking, named=ranking.named & False)))


def _cannot_answer(gap: Gap) -> Sequence[int]:
    """Articles that did not help these people and say the same still.

    Where most were offered something, an old article that now takes the place of those is no answer.
    """
    mine = select(Offer).join(Attempt).where(Attempt.gap_id == gap.id).subquery()
    offered_to = db.session.scalar(select(func.count(mine.c.attempt_id.distinct()))) or 0
    if 2 * offered_to >= gap.reports:
        return db.session.scalars(select(Article.id).where(Article.updated_at <= gap.last_at)).all()
    told = select(Offer.article_id).join(Attempt).join(Article, Article.id == Offer.article_id)
    unchanged = Article.updated_at <= Attempt.created_at
    return db.session.scalars(told.where(Attempt.gap_id == gap.id, Offer.helped.is_(False), unchanged)).all()
