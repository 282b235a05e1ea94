"""The tables behind the clocks: calendars, targets, and the times in which a clock stood."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline.db import Model
from incidents.people import Team
from incidents.services import Service

NAME_LENGTH = 80


class WorkCalendar(Model):
    """When a team works. `week` has seven days from Monday on, each a list of [start, end] minutes.

    `days_off` are ISO dates. At most one is the desk's own (`is_default`).
    """

    __tablename__ = "work_calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    zone: Mapped[str] = mapped_column(String(60))
    week: Mapped[list[list[list[int]]]] = mapped_column(JSON)
    country: Mapped[str] = mapped_column(String(2), default="")
    subdivision: Mapped[str] = mapped_column(String(40), default="")
    days_off: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_default: Mapped[bool] = mapped_column(default=False)


class Target(Model):
    """What is agreed for a priority, for everybody or for one service, one team, or both.

    Minutes are working time of the calendar: round the clock, the named one, else the team's.
    """

    __tablename__ = "sla_target"
    __table_args__ = (Index("ix_sla_target_priority", "priority"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    priority: Mapped[int]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    respond_minutes: Mapped[int]
    update_minutes: Mapped[int]
    resolve_minutes: Mapped[int]
    is_always: Mapped[bool] = mapped_column(default=False)
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("work_calendar.id"))

    service: Mapped[Service | None] = relationship()
    team: Mapped[Team | None] = relationship()
    calendar: Mapped[WorkCalendar | None] = relationship()


class ClockStop(Model):
    """A time that is over in which an incident's clock stood, and why; the present one is on the incident."""

    __tablename__ = "clock_stop"
    __table_args__ = (Index("ix_clock_stop_incident_id", "incident_id", "began_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    because: Mapped[str] = mapped_column(String(12))
