"""The end of the time in which a resolution may be objected to: first a warning, then it is closed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from firstline import clock
from firstline.db import db
from incidents import notices
from incidents.lifecycle import Change, apply, locked
from incidents.models import Event, Incident, State
from incidents.notices import Topic
from incidents.resolutions.acceptance import WARNED_BEFORE_DAYS, desk_days_later
from incidents.timeline import record

AT_ONCE = 200


def warn_of_closing() -> int:
    """Tell requesters that what was resolved closes on the next working day; returns how many."""
    return sum(_warn(incident_id) for incident_id in _due(Incident.warn_closing_at))


def close_what_lapsed() -> int:
    """Close what nobody objected to, never without the warning; returns how many."""
    return sum(_close(incident_id) for incident_id in _due(Incident.closes_at))


def _due(at: "InstrumentedAttribute[datetime | None]") -> Sequence[int]:
    due = select(Incident.id).where(Incident.state == State.RESOLVED, at <= clock.now())
    return db.session.scalars(due.order_by(at).limit(AT_ONCE)).all()


def _warn(incident_id: int) -> bool:
    with locked(incident_id) as (session, incident):
        # Since the list was read it may have been confirmed, or opened and resolved again.
        is_due = incident.warn_closing_at is not None and incident.warn_closing_at <= clock.now()
        if incident.state != State.RESOLVED or not is_due:
            return False
        _say_when(session, incident)
        return True


def _say_when(session: Session, incident: Incident) -> None:
    earliest = desk_days_later(session, clock.now(), WARNED_BEFORE_DAYS)
    incident.closes_at = max(incident.closes_at or earliest, earliest)
    incident.warn_closing_at = None
    facts: dict[str, object] = {"closes_at": incident.closes_at.isoformat()}
    entry = record(session, incident, Event.CLOSING_SOON, facts=facts)
    notices.notify(session, Topic.CLOSING_SOON, incident, entry=entry)


def _close(incident_id: int) -> bool:
    with locked(incident_id) as (session, incident):
        is_due = incident.closes_at is not None and incident.closes_at <= clock.now()
        if incident.state != State.RESOLVED or not is_due or incident.warn_closing_at is not None:
            return False
        apply(session, incident, Change(to=State.CLOSED), by=None)
        return True
