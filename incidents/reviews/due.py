"""Which incidents end with a review by themselves."""

from sqlalchemy import select

from firstline import jobs
from firstline.db import db, write
from incidents.models import Incident
from incidents.reviews import work
from incidents.reviews.models import Review

PRIORITY = 1
"""Critical ones; others by choice."""


@jobs.sweep(every_s=120)
def begin_what_is_due() -> None:
    """Begin the review of every critical incident that is resolved; whoever solved it owns the review."""
    reviewed = select(Review.id).where(Review.incident_id == Incident.id).exists()
    due = select(Incident.id).where(
        Incident.priority == PRIORITY, Incident.state.in_(list(work.OVER)), ~reviewed
    )
    for incident_id in db.session.scalars(due.limit(50)).all():
        with write() as session:
            incident = session.get_one(Incident, incident_id)
            if incident.state in work.OVER:
                work.ensure(session, incident, owner=incident.assignee)
