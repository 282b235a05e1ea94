"""By when we answer and resolve. Clocks run from receipt; a suggestion is not a response."""

from datetime import datetime, timedelta

from incidents.models import Incident

RESPOND = {
    1: timedelta(minutes=15),
    2: timedelta(minutes=30),
    3: timedelta(hours=4),
    4: timedelta(hours=8),
    5: timedelta(hours=24),
}
RESOLVE = {
    1: timedelta(hours=4),
    2: timedelta(hours=8),
    3: timedelta(hours=24),
    4: timedelta(hours=72),
    5: timedelta(hours=120),
}


def start(incident: Incident, *, received_at: datetime) -> None:
    """Set both targets and what is due next, by priority, from the moment of receipt."""
    incident.respond_by = received_at + RESPOND[incident.priority]
    incident.resolve_by = received_at + RESOLVE[incident.priority]
    refresh(incident)


def refresh(incident: Incident) -> None:
    """Keep `due_at` at whichever target is still to be met."""
    incident.due_at = incident.resolve_by if incident.responded_at else incident.respond_by


def is_breached(incident: Incident, *, at: datetime) -> bool:
    """Whether what is due next was due before `at`."""
    return incident.is_open and incident.due_at < at
