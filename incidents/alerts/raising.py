"""A later, more severe alert of a group raises the priority of its incident; a milder one lowers nothing."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from incidents.alerts.models import Received
from incidents.alerts.signals import SEVERITY
from incidents.classification import refile
from incidents.models import Entry, Event, Incident
from incidents.triage import prioritise


def raise_for(session: Session, row: Received, incident_id: int) -> None:
    """Inside the caller's `write()`. What a person said of the incident stands."""
    levels = SEVERITY.get(row.labels.get("severity", "").casefold())
    incident = session.get(Incident, incident_id, with_for_update={"of": Incident}) if levels else None
    if levels is None or incident is None or not incident.is_open:
        return
    impact, urgency = levels
    if prioritise(impact, urgency, incident.kind) < incident.priority and not _is_corrected(
        session, incident
    ):
        refile(session, incident, {"impact": impact, "urgency": urgency}, by=None)


def _is_corrected(session: Session, incident: Incident) -> bool:
    by_person = select(Entry.id).where(
        Entry.incident_id == incident.id, Entry.event == Event.CLASSIFIED, Entry.author_id.is_not(None)
    )
    return session.scalar(by_person.limit(1)) is not None
