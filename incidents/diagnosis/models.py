"""Working hypotheses and the solution somebody found for another to apply."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.people import Person


class Finding(StrEnum):
    """What became of a hypothesis or a check."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    RULED_OUT = "ruled_out"


class Hypothesis(Model):
    """Something it may be, or something to check. `note` says what the check showed."""

    __tablename__ = "hypothesis"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(String(300))
    finding: Mapped[str] = mapped_column(String(10), default=Finding.OPEN)
    note: Mapped[str] = mapped_column(String(500), default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]

    author: Mapped[Person | None] = relationship(foreign_keys=[author_id], lazy="joined")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="joined")


class Proposal(Model):
    """A solution somebody found. It is open until a resolution accepts it or another one replaces it."""

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(String(200), default="")
    cause_code: Mapped[str | None] = mapped_column(ForeignKey("cause_code.slug"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="SET NULL"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    settled_at: Mapped[datetime | None]

    author: Mapped[Person | None] = relationship(foreign_keys=[author_id], lazy="joined")
