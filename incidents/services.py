"""What people work with: services, their devices, and the outages that are known."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, Text, bindparam, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model, db
from incidents.people import Person, Team


class Criticality(StrEnum):
    """How much stands still when the service does."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Service(Model):
    """Something the company offers its people, with the team that owns it."""

    __tablename__ = "service"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    criticality: Mapped[str] = mapped_column(String(10), default=Criticality.MEDIUM)
    keywords: Mapped[list[str]] = mapped_column(JSON, default=list)
    sites: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Where people use it; empty means everywhere."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("work_calendar.id"))

    team: Mapped[Team | None] = relationship()
    owner: Mapped[Person | None] = relationship()


class Device(Model):
    """A configuration item: what a person works on, or what a service runs on."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40), default="")
    site: Mapped[str] = mapped_column(String(60), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id", ondelete="SET NULL"))

    owner: Mapped[Person | None] = relationship()
    service: Mapped[Service | None] = relationship()


class Outage(Model):
    """A fault we already know of. `site` empty means everywhere; `ended_at` None means now."""

    __tablename__ = "outage"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    site: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime]
    next_update_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)

    service: Mapped[Service | None] = relationship(lazy="joined")


class OutageReport(Model):
    """An incident whose requester said that it is this outage; they hear when it is over."""

    __tablename__ = "outage_report"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)


RUNNING = (
    select(Outage)
    .where(or_(Outage.ended_at.is_(None), Outage.ended_at > bindparam("now", callable_=clock.now)))
    .order_by(Outage.since.desc())
)
RUNNING_AT = RUNNING.where(Outage.site.in_(["", bindparam("site")]))


def known_outages(person: Person | None = None) -> list[Outage]:
    """The running outages, those at this person's site or everywhere when a person is given."""
    if person is not None and person.site and not person.is_support:
        return list(db.session.scalars(RUNNING_AT, {"site": person.site}))
    return list(db.session.scalars(RUNNING))


def list_services() -> list[Service]:
    """Every service, by name."""
    return list(db.session.scalars(select(Service).order_by(Service.name)))


def devices_of(person: Person) -> list[Device]:
    """What this person works on."""
    return list(db.session.scalars(select(Device).where(Device.owner_id == person.id).order_by(Device.tag)))
