"""A major incident, what was told of it, and who waits for news of a service."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.models import Incident
from incidents.people import Person
from incidents.services import Outage


class Standing(StrEnum):
    """Where a major incident stands."""

    PROPOSED = "proposed"
    DECLARED = "declared"
    OVER = "over"
    DECLINED = "declined"


class Major(Model):
    """One incident that stops many. `outage` is what people read of it once it is declared."""

    __tablename__ = "major"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), unique=True)
    outage_id: Mapped[int | None] = mapped_column(ForeignKey("outage.id", ondelete="SET NULL"), unique=True)
    standing: Mapped[str] = mapped_column(String(12))
    because: Mapped[str] = mapped_column(Text, default="")
    commander_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    speaker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(default=clock.now)
    declared_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    incident: Mapped[Incident] = relationship()
    outage: Mapped[Outage | None] = relationship()
    commander: Mapped[Person | None] = relationship(foreign_keys=[commander_id])
    speaker: Mapped[Person | None] = relationship(foreign_keys=[speaker_id])
    news: Mapped[list["MajorNews"]] = relationship(order_by="MajorNews.id.desc()")


class MajorReport(Model):
    """An incident of somebody whom the major one stops; it resolves with it."""

    __tablename__ = "major_report"
    __table_args__ = (Index("ix_major_report_major", "major_id"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    major_id: Mapped[int] = mapped_column(ForeignKey("major.id", ondelete="CASCADE"))

    incident: Mapped[Incident] = relationship()


class MajorNews(Model):
    """What everybody was told at a time."""

    __tablename__ = "major_news"
    __table_args__ = (Index("ix_major_news_major", "major_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    major_id: Mapped[int] = mapped_column(ForeignKey("major.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    by: Mapped[Person] = relationship()
