"""How many people have it: counted from the reports that were joined, and what follows for the impact."""

from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents import triage
from incidents.kinship import family
from incidents.models import Event, Incident, Kind, Level, State, Visibility
from incidents.timeline import record

RANK = {Level.LOW: 0, Level.MEDIUM: 1, Level.HIGH: 2}
COUNTED = "people"


def recount(session: Session, incident: Incident) -> None:
    """Set how many people have it; when a bar is passed, raise the impact, or take that back."""
    joined = [one for one in family.of(session, incident) if one.state != State.CANCELLED]
    incident.affected_count = len({incident.requester_id, *(one.requester_id for one in joined)})
    if not incident.is_open:
        return
    by_count = triage.impact_by_count(incident.affected_count)
    told = Level(incident.impact_before_count or incident.impact)
    impact = max(told, by_count, key=RANK.__getitem__)
    if impact != incident.impact:
        _set_impact(session, incident, impact)
        incident.impact_before_count = told if impact != told else None


def _set_impact(session: Session, incident: Incident, impact: Level) -> None:
    before = {"impact": incident.impact, "kind": incident.kind, "priority": incident.priority}
    incident.impact = impact
    if incident.kind in {Kind.INCIDENT, Kind.MAJOR}:
        incident.kind = Kind.MAJOR if impact == Level.HIGH else Kind.INCIDENT
    incident.priority = triage.prioritise(incident.impact, incident.urgency, incident.kind)
    changed = {name: [old, getattr(incident, name)] for name, old in before.items()}
    record(
        session,
        incident,
        Event.CLASSIFIED,
        facts={
            "changed": {name: pair for name, pair in changed.items() if pair[0] != pair[1]},
            COUNTED: incident.affected_count,
        },
        text=_("%(n)s people have it.", n=incident.affected_count),
        visibility=Visibility.INTERNAL,
    )
