"""What happens when work goes to somebody, waits, or goes on."""

from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents import notices, routing, sla
from incidents.errors import Invalid
from incidents.lifecycle.wanted import Change
from incidents.models import Event, Incident, State, Visibility
from incidents.notices import Topic
from incidents.people import Person
from incidents.timeline import record


def route(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    incident.assignee_id, incident.assignee = None, None
    routing.route(session, incident, because=wanted.note or _("Put back into the queue"))


def take(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    assert by is not None, "the table lets only people take an incident"
    if incident.team_id is None:
        routing.route(session, incident, because=_("Taken from the self-help list"))
    incident.state, incident.offered_until, incident.waiting_on = State.IN_PROGRESS, None, None
    incident.assignee_id, incident.assignee = by.id, by
    record(session, incident, Event.TAKEN, author=by, text=wanted.note)


def wait(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    if wanted.waiting_on not in {"requester", "vendor"}:
        raise Invalid(_("Say whom it waits for: the requester or the vendor."), field="waiting_on")
    incident.state, incident.waiting_on = State.WAITING, wanted.waiting_on
    if by is not None and incident.assignee_id is None:
        incident.assignee_id, incident.assignee = by.id, by
    internal = wanted.waiting_on == "vendor"
    visibility = Visibility.INTERNAL if internal else Visibility.PUBLIC
    facts: dict[str, object] = {"waiting_on": wanted.waiting_on}
    entry = record(
        session, incident, Event.WAITING, author=by, text=wanted.note, facts=facts, visibility=visibility
    )
    if not internal:
        if wanted.note.strip():
            sla.answered(incident)
        notices.notify(session, Topic.WAITING, incident, entry=entry)


def resume(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    incident.state = State.IN_PROGRESS if incident.assignee_id else State.QUEUED
    incident.waiting_on = None
    record(session, incident, Event.RESUMED, author=by, text=wanted.note)
