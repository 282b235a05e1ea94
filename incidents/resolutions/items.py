"""Configuration items that were changed to resolve an incident, named by device tag or service slug."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.models import Incident
from incidents.resolutions.models import ChangedItem
from incidents.services import Device, Service

MOST = 20


def changed_by(incident: Incident) -> Sequence[ChangedItem]:
    """What was changed for this incident, in the order in which it was said."""
    found = select(ChangedItem).where(ChangedItem.incident_id == incident.id)
    return db.session.scalars(found.order_by(ChangedItem.id)).all()


def note_changed(session: Session, incident: Incident, names: Sequence[str]) -> list[str]:
    """Keep that these items were changed and return what to call them; raises `Invalid`."""
    if len(names) > MOST:
        raise Invalid(_("Name at most %(most)s items.", most=MOST), field="items")
    known = {
        (item.device_id, item.service_id)
        for item in session.scalars(select(ChangedItem).where(ChangedItem.incident_id == incident.id))
    }
    items = [_item(session, incident, name) for name in dict.fromkeys(names)]
    session.add_all(item for item in items if (item.device_id, item.service_id) not in known)
    return [item.label for item in items]


def _item(session: Session, incident: Incident, name: str) -> ChangedItem:
    device = session.scalar(select(Device).where(func.lower(Device.tag) == name.casefold()))
    if device is not None:
        return _build(incident, device=device)
    service = session.scalar(select(Service).where(Service.slug == name.casefold()))
    if service is None:
        raise Invalid(
            _("There is no device or service “%(name)s”. Write a tag such as LT-0042.", name=name[:60]),
            field="items",
        )
    return _build(incident, service=service)


def _build(
    incident: Incident, *, device: Device | None = None, service: Service | None = None
) -> ChangedItem:
    return ChangedItem(
        incident_id=incident.id,
        device_id=device.id if device else None,
        device=device,
        service_id=service.id if service else None,
        service=service,
    )
