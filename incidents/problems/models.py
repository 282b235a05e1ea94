"""A problem, the incidents it caused, and what was done about it."""

import math
import re
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.models import TITLE_LENGTH, Incident
from incidents.people import Person
from incidents.services import Device, Service
from knowledge_base.models import Article

NUMBER = re.compile(r"\A\s*(?:PRB-?)?0*([1-9]\d{0,8})\s*\Z", re.IGNORECASE)


class Standing(StrEnum):
    """Where a problem stands; FIXED means cured and watched."""

    INVESTIGATED = "investigated"
    KNOWN_ERROR = "known_error"
    FIXED = "fixed"
    CLOSED = "closed"
    MERGED = "merged"


class Happening(StrEnum):
    """What an entry of a problem's history records."""

    OPENED = "opened"
    CHANGED = "changed"
    LINKED = "linked"
    UNLINKED = "unlinked"
    KNOWN = "known"
    FIXED = "fixed"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"


class Problem(Model):
    """The cause, or the suspected one, of one or more incidents."""

    __tablename__ = "problem"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    symptoms: Mapped[str] = mapped_column(Text, default="")
    root_cause: Mapped[str] = mapped_column(Text, default="")
    workaround: Mapped[str] = mapped_column(Text, default="")
    permanent_fix: Mapped[str] = mapped_column(Text, default="")
    standing: Mapped[str] = mapped_column(String(12), default=Standing.INVESTIGATED, index=True)
    category: Mapped[str] = mapped_column(String(60), default="")
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id", ondelete="SET NULL"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="SET NULL"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"))
    matched_to_id: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    fixed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reopened_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    service: Mapped[Service | None] = relationship()
    owner: Mapped[Person | None] = relationship()
    article: Mapped[Article | None] = relationship()
    links: Mapped[list["Link"]] = relationship(
        back_populates="problem", order_by="Link.incident_id.desc()", passive_deletes=True
    )
    history: Mapped[list["Note"]] = relationship(order_by="Note.id", passive_deletes=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it so

    @property
    def number(self) -> str:
        """The number people see: `PRB-000012`."""
        return f"PRB-{self.id:06d}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to cure it."""
        return self.standing in {Standing.INVESTIGATED, Standing.KNOWN_ERROR}


class Link(Model):
    """That an incident comes from a problem. `linked_by` None: found by likeness, for people to check."""

    __tablename__ = "problem_link"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id", ondelete="CASCADE"), index=True)
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    linked_at: Mapped[datetime] = mapped_column(default=clock.now)

    problem: Mapped[Problem] = relationship(back_populates="links")
    incident: Mapped[Incident] = relationship()
    linked_by: Mapped[Person | None] = relationship()


class NotThis(Model):
    """That somebody said an incident does not come from a problem; likeness does not link it again."""

    __tablename__ = "problem_not_this"

    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id", ondelete="CASCADE"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)


class Note(Model):
    """One thing that happened to a problem; never changed. `author` None is the desk itself."""

    __tablename__ = "problem_note"
    __table_args__ = (Index("ix_problem_note_problem", "problem_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id", ondelete="CASCADE"))
    happening: Mapped[str] = mapped_column(String(12))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    author: Mapped[Person | None] = relationship(lazy="joined")


class Proposal(Model):
    """Incidents that seem to have one cause, found by the desk, for a person to decide on.

    `minutes` is what people of support wrote down for its incidents, `lately` how many there were in the
    last 30 days and `before` in the 30 before (None: the desk is younger); all as of the last look.
    """

    __tablename__ = "problem_proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    symptoms: Mapped[str] = mapped_column(Text, default="")
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id", ondelete="SET NULL"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id", ondelete="SET NULL"))
    people: Mapped[int]
    days: Mapped[int]
    many: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[int] = mapped_column(default=0)
    lately: Mapped[int] = mapped_column(default=0)
    before: Mapped[int | None]
    since: Mapped[datetime]
    until: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id", ondelete="SET NULL"))
    dismissed_at: Mapped[datetime | None]
    dismissed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    service: Mapped[Service | None] = relationship()
    device: Mapped[Device | None] = relationship()
    members: Mapped[list["ProposalIncident"]] = relationship(
        cascade="all, delete-orphan", order_by="ProposalIncident.incident_id.desc()"
    )

    @property
    def is_rising(self) -> bool:
        """Twice as often as in the 30 days before, and by more than three sigma of Poisson: many are looked at."""
        if self.before is None:
            return False
        apart = self.lately - self.before
        return self.lately >= 2 * self.before and apart > 3 * math.sqrt(self.lately + self.before)


class ProposalIncident(Model):
    """An incident of a proposal."""

    __tablename__ = "problem_proposal_incident"

    proposal_id: Mapped[int] = mapped_column(
        ForeignKey("problem_proposal.id", ondelete="CASCADE"), primary_key=True
    )
    incident_id: Mapped[int] = mapped_column(
        ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    incident: Mapped[Incident] = relationship()


def id_of(number: str) -> int | None:
    """The id behind `PRB-000012` or `12`; None when it is no number of a problem."""
    match = NUMBER.match(number)
    return int(match.group(1)) if match else None
