"""The tables of the rota, and of who was woken for what."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.models import Incident
from incidents.people import Person, Team


class Rota(Model):
    """Who of a team is on duty in turn: each for `turn_days`, from `handover_minute` of the day in `zone`.

    `people` are ids in their order; `first_day` is when the first of them begins.
    """

    __tablename__ = "rota"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), unique=True)
    zone: Mapped[str] = mapped_column(String(60))
    first_day: Mapped[date] = mapped_column(Date)
    turn_days: Mapped[int] = mapped_column(default=7)
    handover_minute: Mapped[int] = mapped_column(default=9 * 60)
    people: Mapped[list[int]] = mapped_column(JSON, default=list)
    step_minutes: Mapped[int] = mapped_column(default=10)
    webhook_url: Mapped[str] = mapped_column(String(500), default="")
    webhook_secret: Mapped[str] = mapped_column(Text, default="")
    """Encrypted; signs what is sent, so that the other side knows it is ours."""

    team: Mapped[Team] = relationship()
    overrides: Mapped[list["Override"]] = relationship(
        order_by="Override.since", cascade="all, delete-orphan", passive_deletes=True
    )


class Override(Model):
    """Somebody else is on duty for a while. Of two at once the one made later holds."""

    __tablename__ = "rota_override"

    id: Mapped[int] = mapped_column(primary_key=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rota.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    since: Mapped[datetime]
    until: Mapped[datetime]

    person: Mapped[Person] = relationship()


class PageState(StrEnum):
    """Whether people are still being called."""

    CALLING = "calling"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"


class Page(Model):
    """One reason to wake people for an incident. `key` tells reasons apart: the same one wakes once."""

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("incident_id", "key", name="uq_page_incident_id"),
        Index("ix_page_next_step_at", "state", "next_step_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(60))
    because: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(12), default=PageState.CALLING)
    step: Mapped[int] = mapped_column(default=0)
    next_step_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    acknowledged_at: Mapped[datetime | None]

    incident: Mapped[Incident] = relationship()
    acknowledged_by: Mapped[Person | None] = relationship()
    calls: Mapped[list["Call"]] = relationship(order_by="Call.id", passive_deletes=True)


class Call(Model):
    """That somebody was called, at which step."""

    __tablename__ = "page_call"
    __table_args__ = (Index("ix_page_call_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    step: Mapped[int]
    called_at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship(lazy="joined")


class Hook(Model):
    """A webhook that is owed: written with the call, sent afterwards, repeated until it is taken."""

    __tablename__ = "page_hook"
    __table_args__ = (Index("ix_page_hook_due", "is_done", "not_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"), index=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rota.id", ondelete="CASCADE"))
    body: Mapped[dict[str, object]] = mapped_column(JSON)
    is_done: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    error: Mapped[str] = mapped_column(Text, default="")

    rota: Mapped[Rota] = relationship()
