"""What happens at the end of an incident, and when it was not the end."""

from datetime import datetime

from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents import notices, routing
from incidents.diagnosis.settling import keep_what_failed
from incidents.errors import Invalid, TooLate
from incidents.lifecycle.table import REQUESTER, SUPPORT, actor_of
from incidents.lifecycle.wanted import Change
from incidents.models import Event, Incident, Resolution, State
from incidents.notices import Topic
from incidents.people import Person
from incidents.resolutions import acceptance
from incidents.resolutions.timers import stop_all
from incidents.timeline import record
from knowledge_base import learning, outcomes


def close(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    if actor_of(incident, by) == SUPPORT and not wanted.note.strip():
        raise Invalid(_("Say why you close it for the requester."), field="note")
    incident.state, incident.closed_at = State.CLOSED, clock.now()
    acceptance.stop(incident)
    event = Event.CONFIRMED if actor_of(incident, by) == REQUESTER else Event.CLOSED
    record(session, incident, event, author=by, text=wanted.note)


def reopen(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    now = clock.now()
    if incident.state == State.CLOSED and actor_of(incident, by) == REQUESTER:
        _check_window(session, incident, now)
    if incident.state != State.CANCELLED:
        keep_what_failed(session, incident, by)
    if incident.resolution == Resolution.SELF_SERVICE:
        outcomes.went_on(session, incident.id)
    learning.forget(session, incident.id)
    incident.resolved_at = incident.closed_at = incident.resolution = incident.article_id = None
    incident.cause, incident.cause_code, incident.solution = "", None, ""
    incident.is_article_wanted = incident.is_first_contact = False
    acceptance.stop(incident)
    incident.reopened_count += 1
    entry = record(session, incident, Event.REOPENED, author=by, text=wanted.note)
    routing.route(session, incident, because=_("Reopened"))
    if incident.assignee is not None:
        notices.owe(session, Topic.REOPENED, incident, incident.assignee, entry=entry)


def require_reason(incident: Incident, wanted: Change, by: Person | None) -> None:
    """A requester who opens again what was solved says why; where words were told beside, they are the reason."""
    is_over = incident.state in {State.RESOLVED, State.CLOSED} and wanted.to == State.QUEUED
    if is_over and actor_of(incident, by) == REQUESTER and not wanted.note.strip():
        raise Invalid(_("Say in a few words what is still wrong: it is where we begin."), field="note")


def cancel(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    incident.state, incident.offered_until, incident.closed_at = State.CANCELLED, None, clock.now()
    outcomes.abandon(session, incident.id)
    incident.minutes_spent += stop_all(session, incident)
    record(session, incident, Event.CANCELLED, author=by, text=wanted.note)


def _check_window(session: Session, incident: Incident, now: datetime) -> None:
    if not acceptance.may_still_be_reopened(session, incident, at=now):
        raise TooLate(
            _("It has been closed for too long to reopen. Please report it again; we keep the link.")
        )
