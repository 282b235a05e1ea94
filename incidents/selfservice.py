"""How self-help goes: attempts and what they came to, over time, by channel and by article."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select

from firstline import clock
from firstline.db import db
from incidents.models import Channel, Incident
from incidents.topics import Told, is_same
from knowledge_base import effect
from knowledge_base.effect import LASTS_FOR, ArticleTally, Seen, Shown, Tally
from knowledge_base.intervals import Median
from knowledge_base.models import Article, Attempt, AttemptOutcome, Offer


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


@dataclass(frozen=True)
class _Report:
    """One time a person told us something: an incident, or an attempt without one."""

    at: datetime
    incident_id: int | None
    attempt_id: int | None
    told: Told


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
            Attempt.incident_id,
        )
        .where(_counted(wanted))
        .order_by(Attempt.created_at, Attempt.id)
    ).all()
    shown, came_back = _shown(wanted), _came_back(wanted)
    return [
        Seen(
            at=row.created_at,
            channel=row.channel,
            outcome=AttemptOutcome(row.outcome),
            decided_at=row.decided_at,
            is_known_person=row.person_id is not None,
            came_back_at=came_back.get(row.id),
            shown=shown.get(row.id, ()),
        )
        for row in rows
    ]


def _in_time(wanted: Wanted) -> ColumnElement[bool]:
    in_time = (Attempt.created_at >= wanted.since) & (Attempt.created_at < wanted.until)
    return in_time & (Attempt.channel == wanted.channel) if wanted.channel else in_time


def _counted(wanted: Wanted) -> ColumnElement[bool]:
    return _in_time(wanted) & Attempt.is_held_out.is_(False) & Attempt.offers.any()


def _shown(wanted: Wanted) -> dict[int, list[Shown]]:
    offers = select(Offer.attempt_id, Offer.article_id, Offer.helped).join(Attempt).where(_counted(wanted))
    shown: dict[int, list[Shown]] = {}
    for attempt_id, article_id, helped in db.session.execute(offers):
        shown.setdefault(attempt_id, []).append(Shown(article_id, helped))
    return shown


def _came_back(wanted: Wanted) -> dict[int, datetime]:
    """When the person first reported the same topic after saying it was solved, for those who did."""
    solved = _counted(wanted) & (Attempt.outcome == AttemptOutcome.SOLVED_SAID)
    attempts = db.session.scalars(select(Attempt).where(solved, Attempt.person_id.is_not(None))).all()
    reports = _reports(wanted, solved)
    found = ((attempt.id, _next(attempt, reports.get(attempt.person_id or 0, []))) for attempt in attempts)
    return {attempt_id: at for attempt_id, at in found if at is not None}


def _next(attempt: Attempt, reports: Sequence[_Report]) -> datetime | None:
    told, since = Told(attempt.words, attempt.category_slug), attempt.decided_at or attempt.created_at
    return min(
        (
            report.at
            for report in reports
            if since < report.at <= since + LASTS_FOR
            and report.attempt_id != attempt.id
            and (report.incident_id is None or report.incident_id != attempt.incident_id)
            and is_same(told, report.told)
        ),
        default=None,
    )


def _reports(wanted: Wanted, solved: ColumnElement[bool]) -> dict[int, list[_Report]]:
    """Everything those who said “solved” told us since, by person."""
    people = select(Attempt.person_id).where(solved)
    reports: dict[int, list[_Report]] = {}
    incidents = select(
        Incident.requester_id,
        Incident.created_at,
        Incident.id,
        Incident.category,
        Incident.title,
        Incident.description,
    ).where(Incident.requester_id.in_(people), Incident.created_at >= wanted.since)
    for row in db.session.execute(incidents):
        told = Told(f"{row.title}\n{row.description}", row.category)
        reports.setdefault(row.requester_id, []).append(_Report(row.created_at, row.id, None, told))
    attempts = select(
        Attempt.person_id, Attempt.created_at, Attempt.id, Attempt.category_slug, Attempt.words
    ).where(Attempt.person_id.in_(people), Attempt.incident_id.is_(None), Attempt.created_at >= wanted.since)
    for asked in db.session.execute(attempts):
        told = Told(asked.words, asked.category_slug)
        reports.setdefault(asked.person_id or 0, []).append(_Report(asked.created_at, None, asked.id, told))
    return reports


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
