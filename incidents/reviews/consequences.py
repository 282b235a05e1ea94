"""What an incident cost: people, minutes, promises. Counted where we know, corrected by hand where not."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from firstline.db import db
from incidents.models import Incident
from incidents.reviews.models import Review

MINUTE = 60


@dataclass(frozen=True)
class Consequences:
    """None means that it is not known. `lost_hours` are people times downtime, the most it can be."""

    people: int
    downtime_minutes: int | None
    responded_in_time: bool | None
    resolved_in_time: bool | None
    cost: int | None

    @property
    def lost_hours(self) -> float | None:
        if self.downtime_minutes is None:
            return None
        return self.people * self.downtime_minutes / MINUTE


def of(review: Review) -> Consequences:
    """As counted, unless somebody corrected a number."""
    incident = review.incident
    counted = people_of(incident) if review.people_affected is None else review.people_affected
    minutes = _minutes(incident) if review.downtime_minutes is None else review.downtime_minutes
    return Consequences(
        people=counted,
        downtime_minutes=minutes,
        responded_in_time=_in_time(incident.responded_at, incident.respond_by),
        resolved_in_time=_in_time(incident.resolved_at, incident.resolve_by),
        cost=review.cost,
    )


def people_of(incident: Incident) -> int:
    """Who reported it, here or in a report that was joined with it."""
    who = select(func.count(func.distinct(Incident.requester_id))).where(
        (Incident.id == incident.id) | (Incident.merged_into_id == incident.id)
    )
    return db.session.scalar(who) or 0


def _minutes(incident: Incident) -> int | None:
    if incident.resolved_at is None:
        return None
    return round((incident.resolved_at - incident.created_at).total_seconds() / MINUTE)


def _in_time(done_at: datetime | None, by: datetime) -> bool | None:
    return None if done_at is None else done_at <= by
