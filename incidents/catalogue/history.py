"""What happened to a service or a configuration item, latest first."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import NotFound
from incidents.models import Incident
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
    """The latest incidents of a service."""
    return _latest(Incident.service_id == service.id)


def of_item(item: Device) -> Sequence[Incident]:
    """The latest incidents that name this configuration item."""
    return _latest(Incident.device_id == item.id)


def _latest(concerned: ColumnElement[bool]) -> Sequence[Incident]:
    return db.session.scalars(
        select(Incident).where(concerned).order_by(Incident.id.desc()).limit(MOST)
    ).all()
