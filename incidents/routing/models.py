"""The tables behind routing: rules, rules of time, absences, and what vendors were asked."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import BY_ITSELF, Model
from incidents.models import Incident
from incidents.people import Person, Team

NAME_LENGTH = 120


class Assigning(StrEnum):
    """How the one who works on it is found once the team is."""

    NOBODY = "nobody"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    BY_SKILL = "by_skill"


class Upwards(StrEnum):
    """Where a rule of time sends what nobody touched; a team is named by the rule's `team_id`."""

    NEXT_TIER = "next_tier"
    TEAM = "team"
    LEAD = "lead"


class RoutingRule(Model):
    """One line of the ordered rules: when its conditions hold, the incident is this team's."""

    __tablename__ = "routing_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(index=True, info=BY_ITSELF)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    is_on: Mapped[bool] = mapped_column(default=True)
    conditions: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    assigning: Mapped[str] = mapped_column(String(12), default=Assigning.NOBODY)

    team: Mapped[Team] = relationship(lazy="joined")


class EscalationRule(Model):
    """What happens to an incident that nobody takes: after so many working minutes it goes up.

    `from_team_id` None stands for every team on `tier`. `worst_priority` 3 means P1 to P3.
    """

    __tablename__ = "escalation_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    tier: Mapped[int]
    from_team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), index=True)
    worst_priority: Mapped[int] = mapped_column(default=5)
    after_minutes: Mapped[int]
    upwards: Mapped[str] = mapped_column(String(12))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    is_on: Mapped[bool] = mapped_column(default=True)

    from_team: Mapped[Team | None] = relationship(foreign_keys=[from_team_id])
    team: Mapped[Team | None] = relationship(foreign_keys=[team_id])


class Absence(Model):
    """Somebody is away from `since` until `until`; `substitute` has their part meanwhile."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_person_id", "person_id", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    since: Mapped[datetime]
    until: Mapped[datetime]
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    substitute: Mapped[Person | None] = relationship(foreign_keys=[substitute_id])


class VendorRequest(Model):
    """What a vendor was asked about an incident: all they see of it. Their clock is `answer_by`."""

    __tablename__ = "vendor_request"
    __table_args__ = (Index("ix_vendor_request_answer_by", "answered_at", "answer_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    vendor_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    contact_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    subject: Mapped[str] = mapped_column(String(NAME_LENGTH))
    words: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    incident: Mapped[Incident] = relationship()
    contact: Mapped[Person] = relationship(foreign_keys=[contact_id])
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
