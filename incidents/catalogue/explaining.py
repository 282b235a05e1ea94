"""A fault upstream explains those downstream: which one this may come from, and which may come from it."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from firstline import clock
from firstline.db import db
from incidents.catalogue.dependencies import downstream, upstream
from incidents.models import OPEN, Channel, Incident
from incidents.services import Outage

SERIOUS = 2
"""Up to this priority an incident of a service that others need counts as a fault of the service."""
ONE_FAULT_FOR = timedelta(hours=4)
"""What began longer before or after a fault than this is another story."""
MOST = 20


def causes_of(incident: Incident) -> Sequence[Incident]:
    """Open faults of services which this one's needs, oldest first: it probably is one of them."""
    if incident.service_id is None:
        return []
    found = select(Incident).where(
        Incident.service_id.in_(upstream(db.session(), incident.service_id)),
        Incident.state.in_(OPEN),
        (Incident.priority <= SERIOUS) | (Incident.channel == Channel.MONITORING),
        Incident.id != incident.id,
        Incident.created_at.between(incident.created_at - ONE_FAULT_FOR, incident.created_at + ONE_FAULT_FOR),
    )
    return _first(found.order_by(Incident.created_at))


def proposed_children(incident: Incident) -> Sequence[Incident]:
    """Open incidents of services that need this one's, since shortly before it: it may explain them."""
    if incident.service_id is None or not incident.is_open:
        return []
    found = select(Incident).where(
        Incident.service_id.in_(downstream(db.session(), incident.service_id)),
        Incident.state.in_(OPEN),
        Incident.created_at.between(incident.created_at - ONE_FAULT_FOR, incident.created_at + ONE_FAULT_FOR),
    )
    return _first(found.order_by(Incident.created_at))


def outages_above(service_id: int) -> Sequence[Outage]:
    """Known outages of what this service needs."""
    running = (Outage.ended_at.is_(None)) | (Outage.ended_at > clock.now())
    above = upstream(db.session(), service_id)
    return db.session.scalars(
        select(Outage).where(Outage.service_id.in_(above), running).order_by(Outage.since)
    ).all()


def _first(found: Select[Incident]) -> Sequence[Incident]:
    loaded = found.options(joinedload(Incident.service)).limit(MOST)
    return list(db.session.scalars(loaded))
