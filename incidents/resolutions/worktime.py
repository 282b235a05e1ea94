"""Time spent: a timer of one's own that outlives the page, or minutes that are typed."""

from datetime import datetime

from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid
from incidents.lifecycle import locked
from incidents.models import Event, Incident, Visibility
from incidents.people import Person
from incidents.policy import Action, require
from incidents.resolutions.models import WorkTimer
from incidents.resolutions.timers import MOST_MINUTES, stop_timer
from incidents.timeline import record


def running_since(incident: Incident, person: Person) -> datetime | None:
    """Since when this person's timer runs here; None while it does not."""
    timer = db.session.get(WorkTimer, (incident.id, person.id))
    return timer.started_at if timer else None


def start_timer(incident_id: int, *, by: Person) -> None:
    """Begin to count; one that runs already goes on."""
    with locked(incident_id) as (session, incident):
        require(by, Action.WORK, incident)
        if not incident.is_open:
            raise Conflict(_("Time is spent on open incidents. Reopen it first."))
        if session.get(WorkTimer, (incident.id, by.id)) is None:
            session.add(WorkTimer(incident_id=incident.id, person_id=by.id, started_at=clock.now()))


def book_timer(incident_id: int, *, by: Person) -> int:
    """Stop counting and add the minutes to the incident; returns them, 0 where nothing ran."""
    with locked(incident_id) as (session, incident):
        require(by, Action.WORK, incident)
        minutes = stop_timer(session, incident, by)
        if minutes:
            _book(session, incident, by, minutes)
        return minutes


def book(incident_id: int, minutes: int, *, by: Person) -> None:
    """Add typed minutes."""
    if not 0 < minutes <= MOST_MINUTES:
        raise Invalid(_("Write the minutes as a whole number, such as 15."), field="minutes")
    with locked(incident_id) as (session, incident):
        require(by, Action.WORK, incident)
        _book(session, incident, by, minutes)


def _book(session: Session, incident: Incident, by: Person, minutes: int) -> None:
    incident.minutes_spent += minutes
    facts: dict[str, object] = {"minutes": minutes}
    record(session, incident, Event.TIMED, author=by, facts=facts, visibility=Visibility.INTERNAL)
