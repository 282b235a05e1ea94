"""The tables beside a resolution."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import BY_ITSELF, Model
from incidents.people import Person
from incidents.services import Device, Service


class Score(StrEnum):
    """What somebody thinks of the help they got, in one click."""

    GREAT = "great"
    OKAY = "okay"
    NOT_GOOD = "not_good"


class CauseCode(Model):
    """What was at the bottom of it, in the desk's own short list. Codes retire, they are not deleted."""

    __tablename__ = "cause_code"

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(default=0, info=BY_ITSELF)
    is_active: Mapped[bool] = mapped_column(default=True)


class ClosingRule(Model):
    """How long a resolution may be objected to, in working days; one row at most."""

    __tablename__ = "closing_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    close_after_days: Mapped[int]
    reopen_within_days: Mapped[int]


class ChangedItem(Model):
    """A configuration item that was changed to resolve an incident: a device or a service."""

    __tablename__ = "changed_item"
    __table_args__ = (UniqueConstraint("incident_id", "device_id", "service_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    device: Mapped[Device | None] = relationship(lazy="joined")
    service: Mapped[Service | None] = relationship(lazy="joined")

    @property
    def label(self) -> str:
        if self.device is not None:
            return f"{self.device.name} ({self.device.tag})"
        return self.service.name if self.service is not None else ""


class WorkTimer(Model):
    """Somebody works on an incident since `started_at`; the row goes when they stop."""

    __tablename__ = "work_timer"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)


class Rating(Model):
    """What the requester thinks of one resolution. `resolution_id` is the entry that records it."""

    __tablename__ = "rating"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    resolution_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    score: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    person: Mapped[Person] = relationship()
