"""A remediation, and every run of one."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.models import Incident
from incidents.people import Person

WEBHOOK = "webhook"


class Reach(StrEnum):
    """What one run touches: the requester's own things, one configuration item, or a whole service."""

    PERSON = "person"
    ITEM = "item"
    SERVICE = "service"


class Trigger(StrEnum):
    """Who wanted a run."""

    REQUESTER = "requester"
    SUPPORT = "support"
    RULE = "rule"


class Result(StrEnum):
    """Where a run stands. `UNKNOWN`: it was begun, and nobody knows whether it had an effect."""

    WAITS = "waits"
    DUE = "due"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DECLINED = "declined"


AHEAD = frozenset({Result.WAITS, Result.DUE, Result.RUNNING})


class Remediation(Model):
    """An action that may be run. `action` is `webhook` or the name of a plugin.

    It is attached to articles, categories and alerts (by name); without any it fits nothing.
    """

    __tablename__ = "remediation"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    offer: Mapped[str] = mapped_column(String(80))
    """The words on the requester's button, such as “Unlock my account now”."""
    description: Mapped[str] = mapped_column(Text, default="")
    action: Mapped[str] = mapped_column(String(60), default=WEBHOOK)
    url: Mapped[str] = mapped_column(String(500), default="")
    secret: Mapped[str] = mapped_column(Text, default="")
    reach: Mapped[str] = mapped_column(String(8), default=Reach.PERSON)
    articles: Mapped[list[str]] = mapped_column(JSON, default=list)
    categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    alerts: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_offered: Mapped[bool] = mapped_column(default=False)
    is_by_rule: Mapped[bool] = mapped_column(default=False)
    needs_approval: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    timeout_s: Mapped[int] = mapped_column(default=20)
    hourly_limit: Mapped[int] = mapped_column(default=20)
    repeat_limit: Mapped[int] = mapped_column(default=2)
    """Runs on the same target in a day."""
    target_limit: Mapped[int] = mapped_column(default=50)
    """Different targets in a day."""
    rules_since: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    by: Mapped[Person] = relationship()


class Run(Model):
    """One run. `key` makes it one, here and at the other side; `message` is what was answered."""

    __tablename__ = "remediation_run"
    __table_args__ = (
        Index("ix_remediation_run_state", "state", "created_at"),
        Index("ix_remediation_run_remediation", "remediation_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    remediation_id: Mapped[int] = mapped_column(ForeignKey("remediation.id", ondelete="CASCADE"))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    trigger: Mapped[str] = mapped_column(String(10))
    is_dry: Mapped[bool] = mapped_column(default=False)
    target: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default=Result.DUE)
    message: Mapped[str] = mapped_column(Text, default="")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    """When a running one counts as lost with its process."""
    ended_at: Mapped[datetime | None]

    remediation: Mapped[Remediation] = relationship()
    incident: Mapped[Incident] = relationship()
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
