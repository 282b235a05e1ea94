"""Whether a fix lasted: who said it is solved and told us of the same topic again within seven days.

It is known once those days are over, and is kept then; until the worker came by it is found out anew.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, update
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db, write
from incidents.models import Incident
from incidents.topics import Told, is_same
from knowledge_base.effect import LASTS_FOR
from knowledge_base.intervals import Share
from knowledge_base.models import Attempt, AttemptOutcome

AT_ONCE = 200
SOLVED = Attempt.outcome == AttemptOutcome.SOLVED_SAID
LASTED = and_(SOLVED, Attempt.followed_at.is_not(None), Attempt.came_back_at.is_(None))
DECIDED_AT = func.coalesce(Attempt.decided_at, Attempt.created_at)


@dataclass(frozen=True)
class Came:
    """What attempts came to; `lasting`: solved for good, of those old enough to know (`knowledge_base.effect`)."""

    outcomes: Counter[str]
    lasting: Share


@dataclass(frozen=True)
class _Report:
    """One time a person told us something: an incident, or an attempt without one."""

    at: datetime
    incident_id: int | None
    attempt_id: int | None
    told: Told


def keep() -> int:
    """Keep of every attempt that is old enough whether it came back, and say of how many."""
    kept = 0
    while attempts := _due():
        found = came_back(attempts)
        decided = [(one.id, one.decided_at, found.get(one.id)) for one in attempts]
        db.session.rollback()
        with write() as session:
            for attempt_id, decided_at, at in decided:
                same = (Attempt.id == attempt_id) & Attempt.decided_at.is_not_distinct_from(decided_at)
                session.execute(update(Attempt).where(same).values(followed_at=clock.now(), came_back_at=at))
        kept += len(decided)
    return kept


def forget() -> None:
    """Let everything be found out anew, as categories and words are now."""
    with write() as session:
        session.execute(update(Attempt).values(followed_at=None, came_back_at=None))


def forget_about(session: Session, incident_ids: Collection[int]) -> None:
    """These incidents are new to us or are about something else now: so may be what came back with them."""
    of_these = select(Incident.requester_id, Incident.created_at).where(Incident.id.in_(incident_ids))
    rows = session.execute(of_these).all()
    if not rows:
        return
    people, times = {row.requester_id for row in rows}, [row.created_at for row in rows]
    near = DECIDED_AT.between(min(times) - LASTS_FOR, max(times))
    followed = Attempt.person_id.in_(people) & Attempt.followed_at.is_not(None) & near
    session.execute(update(Attempt).where(followed).values(followed_at=None, came_back_at=None))


def wrong() -> Iterator[tuple[int, datetime | None, datetime | None]]:
    """The attempts of which is kept what is not so: its id, when it came back as kept, and as told."""
    last = 0
    while attempts := _followed(last):
        found = came_back(attempts)
        for one in attempts:
            if one.came_back_at != found.get(one.id):
                yield one.id, one.came_back_at, found.get(one.id)
        last = attempts[-1].id
        db.session.rollback()


def came_to(within: ColumnElement[bool]) -> Came:
    """Every attempt is read once: a year of them is many."""
    by = (Attempt.outcome, is_young(), and_(SOLVED, Attempt.person_id.is_(None)), LASTED, is_pending())
    outcomes: Counter[str] = Counter()
    followed = durable = pending = 0
    for outcome, young, unknown, good, waits, many in db.session.execute(
        select(*by, func.count()).where(within).group_by(*by)
    ):
        outcomes[outcome] += many
        if not young and not unknown:
            followed += many
            durable += many if good else 0
            pending += many if waits else 0
    found = durable + (_durable_now(within, pending) if pending else 0)
    return Came(outcomes, Share(found, followed))


def is_young() -> ColumnElement[bool]:
    """What is younger than seven days tells nothing yet, whatever came of it."""
    since = clock.now() - LASTS_FOR
    return or_(and_(SOLVED, since < DECIDED_AT), and_(not_(SOLVED), Attempt.created_at > since))


def is_pending() -> ColumnElement[bool]:
    """Old enough, and not looked after by the worker yet."""
    return and_(
        SOLVED,
        Attempt.person_id.is_not(None),
        Attempt.followed_at.is_(None),
        clock.now() - LASTS_FOR >= DECIDED_AT,
    )


def came_back(attempts: Sequence[Attempt]) -> dict[int, datetime]:
    """When the person first reported the same topic after saying it was solved, for those who did."""
    reports = _reports(attempts)
    found = ((one.id, _next(one, reports.get(one.person_id or 0, []))) for one in attempts)
    return {attempt_id: at for attempt_id, at in found if at is not None}


def pending(within: ColumnElement[bool]) -> Sequence[Attempt]:
    """Those of a range that are old enough and not looked after yet."""
    return db.session.scalars(select(Attempt).where(within, is_pending())).all()


def _durable_now(within: ColumnElement[bool], many: int) -> int:
    return many - len(came_back(pending(within)))


def _due() -> Sequence[Attempt]:
    """The oldest first, so that what was reported since is read for a few days at a time."""
    return db.session.scalars(
        select(Attempt).where(is_pending()).order_by(DECIDED_AT, Attempt.id).limit(AT_ONCE)
    ).all()


def _followed(last: int) -> Sequence[Attempt]:
    kept = select(Attempt).where(Attempt.followed_at.is_not(None), SOLVED, Attempt.id > last)
    return db.session.scalars(kept.order_by(Attempt.id).limit(AT_ONCE)).all()


def _since(attempt: Attempt) -> datetime:
    return attempt.decided_at or attempt.created_at


def _next(attempt: Attempt, reports: Iterable[_Report]) -> datetime | None:
    told, since = Told(attempt.words, attempt.category_slug), _since(attempt)
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


def _reports(attempts: Sequence[Attempt]) -> dict[int, list[_Report]]:
    """Everything those who said “solved” told us in the days that count, by person."""
    if not attempts:
        return {}
    people = {one.person_id for one in attempts}
    first, last = min(map(_since, attempts)), max(map(_since, attempts)) + LASTS_FOR
    reports: dict[int, list[_Report]] = {}
    incidents = select(
        Incident.requester_id,
        Incident.created_at,
        Incident.id,
        Incident.category,
        Incident.title,
        Incident.description,
    ).where(Incident.requester_id.in_(people), Incident.created_at.between(first, last))
    for row in db.session.execute(incidents):
        told = Told(f"{row.title}\n{row.description}", row.category)
        reports.setdefault(row.requester_id, []).append(_Report(row.created_at, row.id, None, told))
    asked = select(
        Attempt.person_id, Attempt.created_at, Attempt.id, Attempt.category_slug, Attempt.words
    ).where(
        Attempt.person_id.in_(people),
        Attempt.incident_id.is_(None),
        Attempt.created_at.between(first, last),
    )
    for question in db.session.execute(asked):
        told = Told(question.words, question.category_slug)
        report = _Report(question.created_at, None, question.id, told)
        reports.setdefault(question.person_id or 0, []).append(report)
    return reports
