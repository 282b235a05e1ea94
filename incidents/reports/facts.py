"""Keeps the row that reports count of each incident, and reckons it from the incident's history."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from time import monotonic
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from firstline import jobs
from firstline.app import settings_of
from firstline.db import db, write
from incidents import followup
from incidents.models import Entry, Event, Incident, State
from incidents.reports import daily
from incidents.reports.models import DaySum, Fact
from incidents.reports.timeline import LEADS_TO, Stretch, seconds_in, stretches
from incidents.sla.agreements import Book, read_book
from incidents.sla.calendars import Calendar, Stop, worked_outside
from incidents.sla.keeping import agreed_for

BATCH = 200
WORK_FOR_S = 10.0
STOOD = frozenset({State.WAITING, State.RESOLVED, State.CLOSED, State.CANCELLED})
"""While it is there the desk's clock stands."""


@jobs.sweep(every_s=15)
def keep() -> None:
    """Reckon what changed since it was last looked at, some seconds at a time."""
    stop_at, stop = monotonic() + WORK_FOR_S, jobs.stop_flag()
    while not stop.is_set() and monotonic() < stop_at and (ids := _stale()):
        keep_these(ids)


def keep_all() -> None:
    """As `keep`, to the end."""
    while ids := _stale():
        keep_these(ids)


def rebuild() -> None:
    """Forget everything and reckon it from the timelines and what people told us since."""
    with write() as session:
        session.execute(delete(DaySum))
        session.execute(delete(Fact))
    keep_all()
    daily.keep_all()
    followup.forget()
    followup.keep()


def keep_these(ids: Collection[int]) -> None:
    """Reckon the rows of these incidents anew."""
    made = list(reckon(db.session(), ids))
    with write() as session:
        before = session.scalars(select(Fact).where(Fact.incident_id.in_(ids))).all()
        daily.forget(session, [*before, *made])
        topics = {fact.incident_id: fact.category for fact in before}
        others = [one.incident_id for one in made if topics.get(one.incident_id) != one.category]
        followup.forget_about(session, others)
        for fact in made:
            session.merge(fact)


def reckon(session: Session, ids: Collection[int]) -> Iterator[Fact]:
    """The rows of these incidents as their timelines have it, nothing stored."""
    book, zone = read_book(), ZoneInfo(settings_of(current_app).timezone)
    entries = _entries(session, ids)
    for incident in session.scalars(select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id)):
        yield _fact(incident, entries[incident.id], book, zone)


def _stale() -> Sequence[int]:
    behind = (
        select(Incident.id)
        .outerjoin(Fact, Fact.incident_id == Incident.id)
        .where((Fact.version != Incident.version) | Fact.version.is_(None))
    )
    found = db.session.scalars(behind.order_by(Incident.id).limit(BATCH)).all()
    db.session.rollback()
    return found


def _entries(session: Session, ids: Collection[int]) -> dict[int, list[Entry]]:
    told = select(Entry).where(Entry.incident_id.in_(ids), Entry.event.in_([*LEADS_TO, Event.ANSWERED]))
    found: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in session.scalars(told.order_by(Entry.id)):
        found[entry.incident_id].append(entry)
    return found


def _fact(incident: Incident, entries: Sequence[Entry], book: Book, zone: ZoneInfo) -> Fact:
    calendar = agreed_for(book, incident).calendar
    resolved_at = incident.resolved_at
    past = stretches(entries, until=resolved_at or incident.updated_at)
    whole = stretches(entries, until=incident.updated_at)
    stops = [Stop(one.began_at, one.ended_at) for one in whole if one.state in STOOD]
    return Fact(
        incident_id=incident.id,
        version=incident.version,
        opened_on=_day(incident.created_at, zone),
        resolved_on=_day(resolved_at, zone) if resolved_at else None,
        settled_on=_settled_on(incident, past, zone),
        state=incident.state,
        channel=incident.channel,
        category=incident.category,
        service_id=incident.service_id,
        team_id=incident.team_id,
        priority=incident.priority,
        resolution=incident.resolution,
        **_times(incident, incident.responded_at, calendar, stops, "answer"),
        **_times(incident, resolved_at, calendar, stops, "resolve"),
        waiting_s=seconds_in(past, State.WAITING),
        waiting_vendor_s=seconds_in(past, State.WAITING, on="vendor"),
        queued_s=seconds_in(past, State.QUEUED),
        is_answered_in_time=_in_time(incident.responded_at, incident.respond_by),
        is_resolved_in_time=_in_time(resolved_at, incident.resolve_by),
        is_first_contact=incident.is_first_contact,
        is_reopened=incident.reopened_count > 0,
        minutes_spent=incident.minutes_spent,
    )


def _times(
    incident: Incident, at: datetime | None, calendar: Calendar, stops: Sequence[Stop], name: str
) -> dict[str, int | None]:
    """From receipt until then: on the clock, and in working time without what stood still."""
    if at is None:
        return {f"{name}_s": None, f"{name}_working_s": None}
    whole = at - incident.created_at
    working = worked_outside(calendar, incident.created_at, at, stops)
    return {f"{name}_s": int(whole.total_seconds()), f"{name}_working_s": int(working.total_seconds())}


def _settled_on(incident: Incident, past: Sequence[Stretch], zone: ZoneInfo) -> date | None:
    if incident.is_open:
        return None
    return _day(incident.resolved_at or (past[-1].began_at if past else incident.updated_at), zone)


def _in_time(done_at: datetime | None, by: datetime) -> bool | None:
    return None if done_at is None else done_at <= by


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
