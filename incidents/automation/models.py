"""The tables of rules, their runs, macros and recurring tasks."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import BY_ITSELF, Model
from incidents.people import Person
from incidents.sla.models import WorkCalendar

NAME_LENGTH = 120


class Moment(StrEnum):
    """When a rule is asked: at an event on the timeline, or as time goes by."""

    REPORTED = "reported"
    COMMENTED = "commented"
    ESCALATED = "escalated"
    BREACHED = "breached"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    TIME = "time"


class AutomationRule(Model):
    """One rule. `owner` is who wrote it: its query finds what they would find.

    It acts on what happens after `since`, when it was switched on.
    """

    __tablename__ = "automation_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(index=True, info=BY_ITSELF)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    is_on: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime] = mapped_column(default=clock.now)
    moment: Mapped[str] = mapped_column(String(12))
    conditions: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    query: Mapped[str] = mapped_column(String(500), default="")
    deeds: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)

    owner: Mapped[Person] = relationship(lazy="joined")


class AutomationRun(Model):
    """That a rule acted on an incident, once for each entry it answers; on time once for all."""

    __tablename__ = "automation_run"
    __table_args__ = (
        UniqueConstraint("rule_id", "incident_id", "entry_id", name="uq_automation_run_rule_id"),
        Index("ix_automation_run_incident", "incident_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("automation_rule.id", ondelete="CASCADE"))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Macro(Model):
    """Some deeds under a name and a key: of one person, or for all of support."""

    __tablename__ = "macro"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    is_shared: Mapped[bool] = mapped_column(default=True)
    deeds: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)


class RecurringTask(Model):
    """An incident that is opened again and again: on some weekdays, or on a day of each month.

    `days` are weekdays (0 is Monday); `month_day` from 1 to 31 is used where there are none. A day
    that is off on its calendar gives way to the next working day.
    """

    __tablename__ = "recurring_task"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(NAME_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    requester_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    service: Mapped[str] = mapped_column(String(60), default="")
    urgency: Mapped[str] = mapped_column(String(8))
    days: Mapped[list[int]] = mapped_column(JSON, default=list)
    month_day: Mapped[int] = mapped_column(default=1)
    at: Mapped[str] = mapped_column(String(5), default="08:00")
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("work_calendar.id", ondelete="SET NULL"))
    is_on: Mapped[bool] = mapped_column(default=True)
    next_at: Mapped[datetime] = mapped_column(index=True, info=BY_ITSELF)

    requester: Mapped[Person] = relationship(lazy="joined")
    calendar: Mapped[WorkCalendar | None] = relationship(lazy="joined")

    def facts(self) -> dict[str, Any]:
        """Its columns as a form shows them."""
        names = ("title", "text", "service", "urgency", "days", "month_day", "at", "calendar_id", "is_on")
        return {name: getattr(self, name) for name in names} | {"requester": self.requester.email}
