"""What the reporter says of urgency and reach after it was logged; their word beats our guess."""

from firstline.i18n import gettext as _
from incidents import routing
from incidents.lifecycle import locked
from incidents.models import Event, Level, State, Visibility
from incidents.people import Person
from incidents.policy import Action, require
from incidents.reach import Reach, impact_of
from incidents.timeline import record
from incidents.triage import prioritise

AT_ONCE = 2
"""Priorities up to this one do not wait for the known fixes."""


def assess(incident_id: int, *, by: Person, urgency: Level | None = None, reach: Reach | None = None) -> int:
    """Set what the reporter now knows better and return the priority that follows."""
    with locked(incident_id) as (session, incident):
        require(by, Action.COMMENT, incident)
        incident.urgency = urgency or incident.urgency
        if reach is not None:
            incident.reach, incident.impact = reach, impact_of(reach, incident.service)
            incident.impact_before_count = None
        priority = prioritise(incident.impact, incident.urgency, incident.kind)
        incident.priority = priority
        facts: dict[str, object] = {
            "reach": incident.reach,
            "impact": incident.impact,
            "urgency": incident.urgency,
            "priority": priority,
            "because": [_("the requester said so")],
        }
        record(session, incident, Event.CLASSIFIED, author=by, facts=facts, visibility=Visibility.INTERNAL)
        if incident.state == State.OFFERED and priority <= AT_ONCE:
            routing.route(session, incident, because=_("P%(n)s: support at once", n=priority))
        return priority
