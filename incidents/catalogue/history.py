"""What happened to a service or a configuration item, latest first."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import NotFound
from incidents.models import Incident
from incidents.resolutions.models import ChangedItem
from incidents.services import Device, Service

MOST = 50


def find_service(slug: str) -> Service:
    """This service; raises `NotFound`."""
    service = db.session.scalar(select(Service).where(Service.slug == slug))
    if service is None:
        raise NotFound(_("There is no such service."))
    return service


def find_item(tag: str) -> Device:
    """This configuration item; raises `NotFound`."""
    item = db.session.scalar(select(Device).where(Device.tag == tag))
    if item is None:
        raise NotFound(_("There is no such configuration item. Check the tag."))
    return item


def items_of(service: Service) -> Sequence[Device]:
    """The configuration items of a service, by tag."""
    found = select(Device).where(Device.service_id == service.id).options(joinedload(Device.owner))
    return db.session.scalars(found.order_by(Device.tag)).all()


def of_service(service: Service) -> Sequence[Incident]:
    """The latest incidents of a service, and those for which it was changed."""
    changed = select(ChangedItem.incident_id).where(ChangedItem.service_id == service.id)
    return _latest(or_(Incident.service_id == service.id, Incident.id.in_(changed)))


def of_item(item: Device) -> Sequence[Incident]:
    """The latest incidents that name this configuration item, or for which it was changed."""
    changed = select(ChangedItem.incident_id).where(ChangedItem.device_id == item.id)
    return _latest(or_(Incident.device_id == item.id, Incident.id.in_(changed)))


def changed_for(thing: Service | Device) -> frozenset[int]:
    """The incidents to resolve which this was changed."""
    column = ChangedItem.service_id if isinstance(thing, Service) else ChangedItem.device_id
    return frozenset(db.session.scalars(select(ChangedItem.incident_id).where(column == thing.id)))


def _latest(concerned: ColumnElement[bool]) -> Sequence[Incident]:
    return db.session.scalars(
        select(Incident).where(concerned).order_by(Incident.id.desc()).limit(MOST)
    ).all()
