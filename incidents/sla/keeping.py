"""Keeps the clock of an incident right, whoever changes what it depends on.

Many hands change state, priority, team and service of an incident, and each would have to think of
the clock. So the clock follows by itself: before anything is written, every incident whose inputs
changed is reckoned anew in the same transaction (docs/decisions/0041).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, event, inspect, select
from sqlalchemy.orm import Session

from firstline import clock, jobs
from firstline.db import db, set_beside, write
from incidents.models import OPEN, Incident, State
from incidents.sla.agreements import Agreement, Book, Measure, read_book
from incidents.sla.calendars import Stop
from incidents.sla.models import ClockStop
from incidents.sla.reckoning import RUNNING, reckon

TASK = "reckon-clocks"
SETTLED = "settled"
STOPS = (
    select(ClockStop.began_at, ClockStop.ended_at)
    .where(ClockStop.incident_id == bindparam("incident_id"))
    .order_by(ClockStop.began_at)
)
"""Made once: to put it together takes as long as to ask it."""
BATCH = 200
INPUTS = (
    "state",
    "waiting_on",
    "priority",
    "team_id",
    "team",
    "service_id",
    "service",
    "responded_at",
    "news_at",
    "marks",
)


@event.listens_for(Session, "before_flush")
def follow_changes(session: Session, _context: object, _instances: object) -> None:
    """Stop, start and reckon the clocks of the incidents that are about to be written."""
    changed = [one for one in (*session.new, *session.dirty) if _has_moved(one)]
    if not changed:
        return
    book = read_book()
    for incident in changed:
        _fill_in(incident)
        stops = [*stops_of(session, incident), *_stop_or_start(session, incident)]
        keep(incident, agreed_for(book, incident), stops)


def keep(incident: Incident, agreed: Agreement, stops: Sequence[Stop]) -> None:
    """Write the instants onto the incident."""
    found = reckon(incident, agreed, stops)
    incident.respond_by, incident.resolve_by = found.respond_by, found.resolve_by
    incident.update_by, incident.due_at = found.update_by, found.due_at
    incident.next_mark_at = found.next_mark_at


def agreed_for(book: Book, incident: Incident) -> Agreement:
    """What is agreed for this incident as it stands, written already or not."""
    service_id, team_id = _id_of(incident, "service"), _id_of(incident, "team")
    return book.agreement(incident.priority, service_id=service_id, team_id=team_id)


def stops_of(session: Session, incident: Incident) -> list[Stop]:
    """When its clock stood, in order, without the present stop."""
    if not inspect(incident).has_identity:
        return []
    with session.no_autoflush:
        return [Stop(*row) for row in session.execute(STOPS, {"incident_id": incident.id})]


@jobs.task(TASK)
def reckon_open() -> None:
    """Every open incident anew, after a change of what is agreed; only what differs is written."""
    last = 0
    while ids := _open_after(last):
        with write() as session:
            _reckon_these(session, ids)
        last = ids[-1]


def _open_after(last: int) -> Sequence[int]:
    found = select(Incident.id).where(Incident.state.in_(OPEN), Incident.id > last)
    return db.session.scalars(found.order_by(Incident.id).limit(BATCH)).all()


def _reckon_these(session: Session, ids: Sequence[int]) -> None:
    """Beside the incident: a new holiday is no event of it."""
    book = read_book()
    found = select(Incident).where(Incident.id.in_(ids), Incident.state.in_(OPEN))
    for incident in session.scalars(found).all():
        now = vars(reckon(incident, agreed_for(book, incident), stops_of(session, incident)))
        if any(getattr(incident, name) != value for name, value in now.items()):
            set_beside(session, incident, **now)
    session.expire_all()


def _has_moved(one: object) -> bool:
    if not isinstance(one, Incident):
        return False
    attributes = inspect(one).attrs
    return one.due_at is None or any(attributes[name].history.has_changes() for name in INPUTS)


def _fill_in(incident: Incident) -> None:
    """What the columns' defaults would only give while it is written."""
    incident.created_at = incident.created_at or clock.now()
    incident.marks = incident.marks or {}
    incident.stopped_because = incident.stopped_because or ""


def _stop_or_start(session: Session, incident: Incident) -> list[Stop]:
    """Note that the clock stands from now on, or runs again; returns the stop that is over."""
    reason, was = _standing_because(incident), incident.stopped_because
    if reason == was:
        return []
    now, since = clock.now(), incident.stopped_at
    incident.stopped_at = _stood_since(incident, now) if reason else None
    incident.stopped_because = reason
    if since is None:
        return []
    session.add(ClockStop(incident_id=incident.id, began_at=since, ended_at=now, because=was))
    if was == SETTLED and incident.responded_at is not None:
        # Reopened: the requester waits for news from now on.
        incident.news_at = now
        incident.marks = {**incident.marks, Measure.UPDATE: 0}
    return [Stop(since, now)]


def _standing_because(incident: Incident) -> str:
    """Whom it waits for, that it is settled, or nothing while the clock runs."""
    if incident.state in RUNNING:
        return ""
    return (incident.waiting_on or State.WAITING) if incident.state == State.WAITING else SETTLED


def _stood_since(incident: Incident, now: datetime) -> datetime:
    """Now; what is written down as past history stood since it was resolved."""
    if inspect(incident).has_identity:
        return now
    return incident.resolved_at or incident.closed_at or now


def _id_of(incident: Incident, relation: str) -> int | None:
    """The id of the team or service, of one just set by its object too."""
    changed = inspect(incident).attrs[relation].history.added
    if changed:
        return changed[0].id if changed[0] is not None else None
    found: int | None = getattr(incident, f"{relation}_id")
    return found
