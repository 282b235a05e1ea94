"""What changed lately on the service, or on what it needs: the usual suspect."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from firstline import clock
from firstline.db import db
from incidents.alerts.models import Maintenance
from incidents.catalogue.dependencies import upstream
from incidents.guidance import verdicts
from incidents.guidance.verdicts import Piece
from incidents.models import Incident
from incidents.resolutions.models import ChangedItem
from incidents.services import Device

LATELY = timedelta(days=14)
MOST = 5


@dataclass(frozen=True)
class ChangeLately:
    """Something that was changed. `number` names the incident for which it was; maintenance has none.

    `subject` tells it from others; `is_needed` says that it is what the service needs, not itself.
    """

    subject: str
    at: datetime
    what: str
    number: str = ""
    is_needed: bool = False


def before(incident: Incident) -> Sequence[ChangeLately]:
    """What was changed in the two weeks before it was reported, latest first."""
    if incident.service_id is None:
        return []
    near = frozenset({incident.service_id})
    needed = upstream(db.session(), incident.service_id)
    found = [*_changed(incident, near, needed), *_worked_on(incident, near, needed)]
    no = verdicts.here(incident)
    wrong = verdicts.lately(incident.category, Piece.CHANGE)
    left = [one for one in found if (Piece.CHANGE, one.subject) not in no]
    left.sort(key=lambda one: one.at, reverse=True)
    # What was suspected in vain elsewhere stands behind what was not.
    return sorted(left, key=lambda one: wrong[one.subject])[:MOST]


def _changed(incident: Incident, near: frozenset[int], needed: frozenset[int]) -> list[ChangeLately]:
    services = near | needed
    devices = select(Device.id).where(Device.service_id.in_(services), Device.owner_id.is_(None))
    found = select(ChangedItem, Incident).join(Incident, Incident.id == ChangedItem.incident_id)
    wanted = found.where(
        ChangedItem.service_id.in_(services) | ChangedItem.device_id.in_(devices),
        ChangedItem.incident_id != incident.id,
        ChangedItem.created_at.between(incident.created_at - LATELY, clock.now()),
    )
    rows = db.session.execute(wanted.order_by(ChangedItem.id.desc()).limit(4 * MOST)).all()
    return [
        ChangeLately(
            subject=f"item:{item.id}",
            at=item.created_at,
            what=item.label,
            number=other.number,
            is_needed=(item.service_id or (item.device.service_id if item.device else None)) not in near,
        )
        for item, other in rows
    ]


def _worked_on(incident: Incident, near: frozenset[int], needed: frozenset[int]) -> list[ChangeLately]:
    found = select(Maintenance).where(
        Maintenance.service_id.in_(near | needed),
        Maintenance.starts_at.between(incident.created_at - LATELY, clock.now()),
    )
    loaded = found.options(joinedload(Maintenance.service)).order_by(Maintenance.id.desc())
    windows = db.session.scalars(loaded.limit(MOST))
    return [
        ChangeLately(
            subject=f"maintenance:{one.id}",
            at=one.starts_at,
            what=f"{one.service.name if one.service else ''}: {one.reason}",
            is_needed=one.service_id not in near,
        )
        for one in windows
    ]
