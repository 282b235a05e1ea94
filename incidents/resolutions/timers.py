"""What a running timer comes to, for those who stop it inside a transaction of their own."""

import math

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from incidents.models import Incident
from incidents.people import Person
from incidents.resolutions.models import WorkTimer

MOST_MINUTES = 10_000


def stop_timer(session: Session, incident: Incident, person: Person) -> int:
    """End this person's timer; the minutes it ran, begun ones counted whole, 0 where none ran."""
    timer = session.get(WorkTimer, (incident.id, person.id))
    return _end(session, timer) if timer else 0


def stop_all(session: Session, incident: Incident) -> int:
    """End everybody's timers, because the work is over; all their minutes."""
    running = session.scalars(select(WorkTimer).where(WorkTimer.incident_id == incident.id)).all()
    return sum(_end(session, timer) for timer in running)


def _end(session: Session, timer: WorkTimer) -> int:
    session.delete(timer)
    ran = clock.now() - timer.started_at
    return min(MOST_MINUTES, max(1, math.ceil(ran.total_seconds() / 60)))
