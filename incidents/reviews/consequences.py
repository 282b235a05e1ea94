"""What an incident cost: people, minutes, promises. Counted where we know, corrected by hand where not."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from firstline.db import db
from incidents.majors.models import Major, MajorReport
from incidents.models import Channel, Incident
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
    """Who reported it, here, in a report that was joined with it, or in one that hung on it as a major."""
    own = (Incident.id == incident.id) & (Incident.channel != Channel.MONITORING)
    others = Incident.id.in_(reports_of(incident))
    who = select(func.count(func.distinct(Incident.requester_id))).where(own | others)
    return db.session.scalar(who) or 0


def reports_of(incident: Incident) -> Select[int]:
    """The ids of the other reports of the same trouble."""
    hanging = (
        select(MajorReport.incident_id)
        .join(Major, Major.id == MajorReport.major_id)
        .where(Major.incident_id == incident.id)
    )
    return select(Incident.id).where((Incident.merged_into_id == incident.id) | Incident.id.in_(hanging))


def _minutes(incident: Incident) -> int | None:
    if incident.resolved_at is None:
        return None
    return round((incident.resolved_at - incident.created_at).total_seconds() / MINUTE)


def _in_time(done_at: datetime | None, by: datetime) -> bool | None:
    return None if done_at is None else done_at <= by
