"""The incident, its timeline and what is attached to it."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.people import Person, Team
from incidents.services import Device, Service

TITLE_LENGTH = 200
NUMBER = re.compile(r"\A\s*#?(?:INC-?)?0*([1-9]\d{0,8})\s*\Z", re.IGNORECASE)


class State(StrEnum):
    """Where an incident stands; `incidents.lifecycle` has the ways between."""

    OFFERED = "offered"
    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


OPEN = frozenset({State.OFFERED, State.QUEUED, State.IN_PROGRESS, State.WAITING})
_OPEN_SQL = f"state IN ({', '.join(repr(str(state)) for state in sorted(OPEN))})"
OPEN_NOW: ColumnElement[bool] = literal_column(f"incident.{_OPEN_SQL}")
"""Written out, without parameters and without a type (which would add `= 1`): only so does SQLite
use the indexes of the open ones."""
_OVER_SQL = _OPEN_SQL.replace(" IN ", " NOT IN ")
OVER: ColumnElement[bool] = literal_column(f"incident.{_OVER_SQL}")
_OF_OVER: dict[str, Any] = {"sqlite_where": text(_OVER_SQL), "postgresql_where": text(_OVER_SQL)}
_OF_OPEN: dict[str, Any] = {"sqlite_where": text(_OPEN_SQL), "postgresql_where": text(_OPEN_SQL)}


class Channel(StrEnum):
    """The way by which words reached us."""

    PORTAL = "portal"
    CHAT = "chat"
    MAIL = "mail"
    PHONE = "phone"
    WALK_UP = "walk_up"
    API = "api"
    MONITORING = "monitoring"


class Level(StrEnum):
    """Impact and urgency."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Kind(StrEnum):
    """ITIL's type of what was reported; `MAJOR` is a candidate, which a person makes a major incident."""

    INCIDENT = "incident"
    REQUEST = "request"
    SECURITY = "security"
    MAJOR = "major"


class Resolution(StrEnum):
    """Who or what resolved it."""

    AUTOMATIC = "automatic"
    SELF_SERVICE = "self_service"
    SUPPORT = "support"
    HIGHER_TIER = "higher_tier"
    VENDOR = "vendor"


class Visibility(StrEnum):
    """Public entries reach the requester, internal ones only support."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Event(StrEnum):
    """What a timeline entry records."""

    REPORTED = "reported"
    CLASSIFIED = "classified"
    OFFERED = "offered"
    NOT_SOLVED = "not_solved"
    ROUTED = "routed"
    TAKEN = "taken"
    ESCALATED = "escalated"
    ASSIGNED = "assigned"
    LEAD_CALLED = "lead_called"
    VENDOR_ASKED = "vendor_asked"
    VENDOR_ANSWERED = "vendor_answered"
    SWARMED = "swarmed"
    ANSWERED = "answered"
    COMMENTED = "commented"
    NOTED = "noted"
    WAITING = "waiting"
    RESUMED = "resumed"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    MERGED = "merged"
    SUPPOSED = "supposed"
    CHECKED = "checked"
    PROPOSED = "proposed"
    TIMED = "timed"
    CLOSING_SOON = "closing_soon"
    RATED = "rated"
    CONTINUED = "continued"
    CLOCK_WARNED = "clock_warned"
    BREACHED = "breached"
    PAGED = "paged"
    ACKNOWLEDGED = "acknowledged"
    SPLIT = "split"
    ADOPTED = "adopted"
    PARTED = "parted"
    AUTOMATED = "automated"
    REMEDIATED = "remediated"


class Incident(Model):
    """One trouble of one person, whichever way it came."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_open", "priority", "due_at", "id", **_OF_OPEN),
        Index("ix_incident_open_team", "team_id", "priority", "due_at", "id", "assignee_id", **_OF_OPEN),
        Index("ix_incident_open_assignee", "assignee_id", "priority", "due_at", "id", **_OF_OPEN),
        Index("ix_incident_over", "state", "id", **_OF_OVER),
        Index("ix_incident_requester", "requester_id", "id"),
        Index("ix_incident_closes", "closes_at", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    description: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(12))
    requester_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    is_unverified: Mapped[bool] = mapped_column(default=False)

    kind: Mapped[str] = mapped_column(String(12), default=Kind.INCIDENT)
    category: Mapped[str] = mapped_column(String(60), default="other")
    reach: Mapped[str | None] = mapped_column(String(10))
    """Who has it, as whoever reported it says (`incidents.reach`); None where nobody said."""
    impact: Mapped[str] = mapped_column(String(8), default=Level.LOW)
    urgency: Mapped[str] = mapped_column(String(8), default=Level.MEDIUM)
    priority: Mapped[int]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id", ondelete="SET NULL"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id", ondelete="SET NULL"))

    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    routed_because: Mapped[str] = mapped_column(String(300), default="")
    routed_by: Mapped[str] = mapped_column(String(300), default="")
    """The rule that chose the team, and what it saw; `routed_because` is why it came there then."""
    placed_at: Mapped[datetime | None]
    """Since when its team has it to be taken."""
    waiting_on: Mapped[str | None] = mapped_column(String(12))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    follows_parent: Mapped[bool] = mapped_column(default=False)
    affected_count: Mapped[int] = mapped_column(default=1)
    impact_before_count: Mapped[str | None] = mapped_column(String(8))

    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    offered_until: Mapped[datetime | None]
    suggested_at: Mapped[datetime | None]
    respond_by: Mapped[datetime]
    update_by: Mapped[datetime | None]
    resolve_by: Mapped[datetime]
    due_at: Mapped[datetime]
    """Which of the three comes next. `incidents.sla` keeps all four; far away while the clock stands."""
    next_mark_at: Mapped[datetime | None] = mapped_column(index=True)
    marks: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """By measure, up to which percent of its time somebody was told."""
    stopped_at: Mapped[datetime | None]
    stopped_because: Mapped[str] = mapped_column(String(12), default="")
    news_at: Mapped[datetime | None]
    """When the requester last heard from a person, or it was reopened."""
    responded_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reopened_count: Mapped[int] = mapped_column(default=0)
    warn_closing_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id", ondelete="SET NULL"))

    resolution: Mapped[str | None] = mapped_column(String(12))
    cause: Mapped[str] = mapped_column(String(200), default="")
    solution: Mapped[str] = mapped_column(Text, default="")
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="SET NULL"))
    minutes_spent: Mapped[int] = mapped_column(default=0)
    cause_code: Mapped[str | None] = mapped_column(ForeignKey("cause_code.slug"))
    is_article_wanted: Mapped[bool] = mapped_column(default=False)
    is_first_contact: Mapped[bool] = mapped_column(default=False)

    version: Mapped[int] = mapped_column(default=1)

    requester: Mapped[Person] = relationship(foreign_keys=[requester_id])
    logged_by: Mapped[Person | None] = relationship(foreign_keys=[logged_by_id])
    assignee: Mapped[Person | None] = relationship(foreign_keys=[assignee_id])
    team: Mapped[Team | None] = relationship()
    service: Mapped[Service | None] = relationship()
    device: Mapped[Device | None] = relationship()
    entries: Mapped[list["Entry"]] = relationship(
        back_populates="incident", order_by="Entry.id", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it so

    @property
    def number(self) -> str:
        """The number people see: `INC-000123`."""
        return number_of(self.id)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Entry(Model):
    """One thing that happened to an incident. Entries are never changed."""

    __tablename__ = "entry"
    __table_args__ = (Index("ix_entry_incident", "incident_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(16))
    visibility: Mapped[str] = mapped_column(String(8), default=Visibility.PUBLIC)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str | None] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    incident: Mapped[Incident] = relationship(back_populates="entries")
    author: Mapped[Person | None] = relationship(lazy="joined")
    attachments: Mapped[list["Attachment"]] = relationship(lazy="selectin", order_by="Attachment.id")


class Attachment(Model):
    """A file on an incident; its content lies under `digest` in `firstline.files`."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class IntakeKey(Model):
    """The same key of the same caller is the same incident, whoever retries. Kept 30 days."""

    __tablename__ = "intake_key"
    __table_args__ = (UniqueConstraint("caller", "key", name="uq_intake_key_caller"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    caller: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(255))
    words: Mapped[str] = mapped_column(String(64))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


def number_of(incident_id: int) -> str:
    """The number people see: `INC-000123`."""
    return f"INC-{incident_id:06d}"


def id_of(number: str) -> int | None:
    """The id behind `INC-000123`, `inc123`, `#123` or `123`; None when it is no number of ours."""
    match = NUMBER.match(number)
    return int(match.group(1)) if match else None
