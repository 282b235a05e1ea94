"""What reports count: one narrow row an incident, and what people wrote beside the charts."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.people import Person


class Fact(Model):
    """One incident as reports see it, reckoned from the version `version` of it.

    Days are those of the desk's time zone, times are seconds. `settled_on` is the day on which it
    left the open work for good: resolved, cancelled or merged. None: not so, or not known.
    """

    __tablename__ = "report_fact"
    __table_args__ = (
        Index("ix_report_fact_opened_on", "opened_on"),
        Index("ix_report_fact_resolved_on", "resolved_on"),
    )

    incident_id: Mapped[int] = mapped_column(
        ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    version: Mapped[int]
    opened_on: Mapped[date] = mapped_column(Date)
    resolved_on: Mapped[date | None] = mapped_column(Date)
    settled_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(12))
    category: Mapped[str] = mapped_column(String(60))
    service_id: Mapped[int | None]
    team_id: Mapped[int | None]
    priority: Mapped[int]
    resolution: Mapped[str | None] = mapped_column(String(12))
    answer_s: Mapped[int | None]
    answer_working_s: Mapped[int | None]
    resolve_s: Mapped[int | None]
    resolve_working_s: Mapped[int | None]
    waiting_s: Mapped[int]
    waiting_vendor_s: Mapped[int]
    queued_s: Mapped[int]
    is_answered_in_time: Mapped[bool | None]
    is_resolved_in_time: Mapped[bool | None]
    is_first_contact: Mapped[bool]
    is_reopened: Mapped[bool]
    minutes_spent: Mapped[int]


class DaySum(Model):
    """What a figure sums to on a day, for the incidents that have `value` as their `split`.

    `basis` is the day by which an incident falls into the range. Both words empty: all incidents.
    """

    __tablename__ = "report_day_sum"
    __table_args__ = (
        Index("ix_report_day_sum_day", "day"),
        {"sqlite_with_rowid": False},
    )

    basis: Mapped[str] = mapped_column(String(10), primary_key=True)
    split: Mapped[str] = mapped_column(String(12), primary_key=True)
    value: Mapped[str] = mapped_column(String(60), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    figure: Mapped[str] = mapped_column(String(24), primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int]


class Mailing(Model):
    """That somebody gets the figures by mail: how often, and of which incidents."""

    __tablename__ = "report_mailing"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    rhythm: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(12), default="")
    category: Mapped[str] = mapped_column(String(60), default="")
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    priority: Mapped[int | None]
    next_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship()


class Annotation(Model):
    """What happened on a day and explains a chart: a release, an outage."""

    __tablename__ = "report_annotation"

    id: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[date] = mapped_column("on_day", Date, index=True)
    text: Mapped[str] = mapped_column(String(200))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    author: Mapped[Person | None] = relationship()
