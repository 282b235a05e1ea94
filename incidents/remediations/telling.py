"""What the timeline says of a run, and who follows when it fails."""

from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents import notices, routing
from incidents.models import Entry, Event, Incident, State, Visibility
from incidents.notices import Topic
from incidents.people import Person
from incidents.remediations.models import Result, Run, Trigger
from incidents.timeline import record


def note(session: Session, run: Run, *, by: Person | None = None) -> Entry:
    """One entry; its requester reads of what they asked for and of what was done, support of all."""
    public = not run.is_dry and (run.trigger == Trigger.REQUESTER or run.state == Result.DONE)
    return record(
        session,
        _incident(session, run),
        Event.REMEDIATED,
        author=by,
        text=run.message,
        facts={
            "name": run.remediation.name if run.remediation else "",
            "state": run.state,
            "target": run.target,
            "dry": run.is_dry,
        },
        visibility=Visibility.PUBLIC if public else Visibility.INTERNAL,
    )


def hand_to_person(session: Session, run: Run, entry: Entry) -> None:
    """It did not work, or nobody knows: whoever has the incident looks at it, else its team gets it now."""
    incident = _incident(session, run)
    if not incident.is_open:
        return
    if incident.state == State.OFFERED:
        because = (
            _("“%(name)s” failed", name=run.remediation.name)
            if run.state == Result.FAILED
            else _("Nobody knows whether “%(name)s” worked", name=run.remediation.name)
        )
        routing.route(session, incident, because=because)
    elif incident.assignee is not None:
        notices.owe(session, Topic.COMMENTED, incident, incident.assignee, entry=entry)


def _incident(session: Session, run: Run) -> Incident:
    return session.get_one(Incident, run.incident_id)
