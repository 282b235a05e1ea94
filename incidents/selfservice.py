"""How self-help goes: attempts and what they came to, over time, by channel and by article."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select

from firstline import clock
from firstline.db import db
from incidents import followup
from incidents.models import Channel, Incident
from knowledge_base import effect
from knowledge_base.effect import ArticleTally, Seen, Shown, Tally
from knowledge_base.intervals import Median
from knowledge_base.models import Article, Attempt, AttemptOutcome, Offer

OUTCOME = {outcome.value: outcome for outcome in AttemptOutcome}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which attempts are counted: those that began in this time, by this channel; empty means any."""

    since: datetime
    until: datetime
    channel: str = ""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What was reported in the same time and is not counted, since nobody was shown a fix."""

    monitoring: int
    no_fix: int
    held_out: int


@dataclass(frozen=True)
class ArticleLine:
    """An article with what came of it."""

    slug: str
    title: str
    tally: ArticleTally


@dataclass(frozen=True, kw_only=True)
class SelfService:
    """The whole report. `weeks` are named by their Monday (UTC)."""

    whole: Tally
    weeks: dict[date, Tally]
    channels: dict[str, Tally]
    articles: list[ArticleLine]
    lost: Median
    left_out: LeftOut


def measure(wanted: Wanted, *, sort: str = "offered") -> SelfService:
    """Count what was wanted, as it is known now; articles in the order of `SORTS`."""
    now = clock.now()
    attempts = load(wanted)
    articles = _named(effect.by_article(attempts, now=now))
    return SelfService(
        whole=effect.tally(attempts, now=now),
        weeks=effect.by(lambda seen: clock.monday(seen.at.date()), attempts, now=now),
        channels=effect.by(lambda seen: seen.channel, attempts, now=now),
        articles=sorted(articles, key=SORTS.get(sort, SORTS["offered"])),
        lost=effect.lost_minutes(attempts),
        left_out=_left_out(wanted),
    )


def load(wanted: Wanted) -> list[Seen]:
    """Every attempt at which somebody was shown a fix, oldest first."""
    rows = db.session.execute(
        select(
            Attempt.id,
            Attempt.created_at,
            Attempt.channel,
            Attempt.outcome,
            Attempt.decided_at,
            Attempt.person_id,
            Attempt.came_back_at,
        )
        .where(_counted(wanted))
        .order_by(Attempt.created_at, Attempt.id)
    ).all()
    shown, came_back = _shown(wanted), _came_back(wanted)
    return [
        Seen(
            at=at,
            channel=channel,
            outcome=OUTCOME[outcome],
            decided_at=decided_at,
            is_known_person=person_id is not None,
            came_back_at=came_back_at or came_back.get(attempt_id),
            shown=shown.get(attempt_id, ()),
        )
        for attempt_id, at, channel, outcome, decided_at, person_id, came_back_at in rows
    ]


def _in_time(wanted: Wanted) -> ColumnElement[bool]:
    in_time = (Attempt.created_at >= wanted.since) & (Attempt.created_at < wanted.until)
    return in_time & (Attempt.channel == wanted.channel) if wanted.channel else in_time


def _counted(wanted: Wanted) -> ColumnElement[bool]:
    return _in_time(wanted) & Attempt.is_held_out.is_(False) & Attempt.offers.any()


def _shown(wanted: Wanted) -> dict[int, list[Shown]]:
    counted = _in_time(wanted) & Attempt.is_held_out.is_(False)
    offers = select(Offer.attempt_id, Offer.article_id, Offer.helped).join(Attempt).where(counted)
    shown: dict[int, list[Shown]] = {}
    for attempt_id, article_id, helped in db.session.execute(offers):
        shown.setdefault(attempt_id, []).append(Shown(article_id, helped))
    return shown


def _came_back(wanted: Wanted) -> dict[int, datetime]:
    """Of those the worker has not looked after yet."""
    return followup.came_back(followup.pending(_counted(wanted)))


def _named(tallies: Sequence[ArticleTally]) -> list[ArticleLine]:
    ids = [tally.article_id for tally in tallies]
    found = select(Article.id, Article.slug, Article.title).where(Article.id.in_(ids))
    names = {row.id: (row.slug, row.title) for row in db.session.execute(found)}
    return [ArticleLine(*names[tally.article_id], tally) for tally in tallies]


def _left_out(wanted: Wanted) -> LeftOut:
    raised = select(func.count()).where(
        Incident.channel == Channel.MONITORING,
        Incident.created_at >= wanted.since,
        Incident.created_at < wanted.until,
    )
    no_fix = select(func.count()).select_from(Attempt).where(_in_time(wanted), ~Attempt.offers.any())
    held_out = select(func.count()).select_from(Attempt).where(_in_time(wanted), Attempt.is_held_out)
    return LeftOut(
        monitoring=0 if wanted.channel else db.session.scalar(raised) or 0,
        no_fix=db.session.scalar(no_fix) or 0,
        held_out=db.session.scalar(held_out) or 0,
    )


SORTS: dict[str, Callable[[ArticleLine], tuple[float | str, ...]]] = {
    "offered": lambda line: (-line.tally.offered, line.title.casefold()),
    # By the lower end of the interval: one lucky answer of one is no first place.
    "helped": lambda line: (-line.tally.said.interval[0], line.title.casefold()),
    "failed": lambda line: (-line.tally.said_not.interval[0], line.title.casefold()),
    "durable": lambda line: (
        -line.tally.lasting.interval[0] if line.tally.followed else 1.0,
        line.title.casefold(),
    ),
    "title": lambda line: (line.title.casefold(),),
}
"""The orders of the articles; of nothing known comes last."""
