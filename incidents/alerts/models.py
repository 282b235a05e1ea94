"""What monitors sent, each alert as it stands now, and the groups that share an incident."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.models import Incident
from incidents.people import Person
from incidents.services import Service

FINGERPRINT_LENGTH = 64
GROUP_LENGTH = 200


class Status(StrEnum):
    """What the monitor says of an alert."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Outcome(StrEnum):
    """What became of one received alert; every row ends in one of these."""

    DUE = "due"
    OPENED = "opened"
    JOINED = "joined"
    REPEATED = "repeated"
    RECOVERED = "recovered"
    FLAPPING = "flapping"
    MAINTENANCE = "maintenance"
    OVER_ALREADY = "over_already"
    NEVER_SEEN = "never_seen"
    REFUSED = "refused"


class Received(Model):
    """One alert as it was received, and what became of it."""

    __tablename__ = "alert_received"
    __table_args__ = (Index("ix_alert_received_outcome", "outcome", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    fingerprint: Mapped[str] = mapped_column(String(FINGERPRINT_LENGTH), index=True)
    group_key: Mapped[str] = mapped_column(String(GROUP_LENGTH))
    status: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    labels: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    starts_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    outcome: Mapped[str] = mapped_column(String(16), default=Outcome.DUE)
    incident_id: Mapped[int | None] = mapped_column(
        ForeignKey("incident.id", ondelete="SET NULL"), index=True
    )

    incident: Mapped[Incident | None] = relationship()


class Alert(Model):
    """One alert as it stands now. `incident_id` is None while maintenance keeps it from support."""

    __tablename__ = "alert"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(FINGERPRINT_LENGTH), unique=True)
    group_key: Mapped[str] = mapped_column(String(GROUP_LENGTH), index=True, default="")
    status: Mapped[str] = mapped_column(String(10))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    began: Mapped[list[str]] = mapped_column(JSON, default=list)
    """When it began to fire lately, by which flapping is known."""

    incident: Mapped[Incident | None] = relationship()


class AlertGroup(Model):
    """Alerts of one service and name: they share an incident while it is open.

    `resolve_at` is set when none of them fires any more: at once, or later while one flaps.
    """

    __tablename__ = "alert_group"

    key: Mapped[str] = mapped_column(String(GROUP_LENGTH), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    opened_by_id: Mapped[int]
    """The received alert for which the incident was opened."""
    resolve_at: Mapped[datetime | None] = mapped_column(index=True)

    incident: Mapped[Incident] = relationship()


class Maintenance(Model):
    """A time in which alerts of a service, or of one host, open nothing. Neither given means all."""

    __tablename__ = "maintenance"

    id: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    host: Mapped[str] = mapped_column(String(120), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    service: Mapped[Service | None] = relationship()
    by: Mapped[Person] = relationship()


class AlertSource(Model):
    """A program that signs what it sends. `secret` is encrypted and never shown again."""

    __tablename__ = "alert_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    secret: Mapped[str] = mapped_column(Text)
    mapping: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    is_active: Mapped[bool] = mapped_column(default=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    by: Mapped[Person] = relationship()
