"""What was found alike, and what somebody said of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.models import Incident
from incidents.people import Person


class Verdict(StrEnum):
    """What a person said of two incidents that look alike."""

    OPEN = "open"
    SAME = "same"
    OTHER = "other"


class Lookalike(Model):
    """Two incidents that may tell of the same trouble; `earlier_id` is the smaller number.

    Once somebody decided, the pair is never proposed again.
    """

    __tablename__ = "lookalike"
    __table_args__ = (
        UniqueConstraint("earlier_id", "later_id", name="uq_lookalike_pair"),
        CheckConstraint("earlier_id < later_id", name="in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    earlier_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    later_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    chance: Mapped[float]
    because: Mapped[list[str]] = mapped_column(JSON, default=list)
    verdict: Mapped[str] = mapped_column(String(8), default=Verdict.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    earlier: Mapped[Incident] = relationship(foreign_keys=[earlier_id])
    later: Mapped[Incident] = relationship(foreign_keys=[later_id])
    decided_by: Mapped[Person | None] = relationship()

    def other_than(self, incident_id: int) -> Incident:
        return self.later if self.earlier_id == incident_id else self.earlier


class IncidentVector(Model):
    """The sentence vector of an incident's words, by the model that made it."""

    __tablename__ = "incident_vector"
    __table_args__ = (Index("ix_incident_vector_newest", "model", "incident_id"),)

    incident_id: Mapped[int] = mapped_column(
        ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    model: Mapped[str] = mapped_column(String(40))
    vector: Mapped[bytes] = mapped_column(LargeBinary)
