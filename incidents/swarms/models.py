"""A swarm and the people in it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.models import Incident
from incidents.people import Person


class Standing(StrEnum):
    """How somebody answered the invitation."""

    INVITED = "invited"
    JOINED = "joined"
    DECLINED = "declined"
    LEFT = "left"


TAKES_PART = frozenset({Standing.INVITED, Standing.JOINED})


class Swarm(Model):
    """Several people look at one incident together; its owner stays. One at a time an incident.

    `findings_version` counts the edits of the joint findings, so that nobody writes over another.
    """

    __tablename__ = "swarm"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    purpose: Mapped[str] = mapped_column(Text)
    findings: Mapped[str] = mapped_column(Text, default="")
    findings_version: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]

    incident: Mapped[Incident] = relationship()
    opened_by: Mapped[Person] = relationship()
    members: Mapped[list["SwarmMember"]] = relationship(
        order_by="SwarmMember.invited_at, SwarmMember.person_id", passive_deletes=True
    )


class SwarmMember(Model):
    """One person in a swarm; `via_team` names the team that was invited as a whole."""

    __tablename__ = "swarm_member"

    swarm_id: Mapped[int] = mapped_column(ForeignKey("swarm.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    via_team: Mapped[str] = mapped_column(String(120), default="")
    standing: Mapped[str] = mapped_column(String(12), default=Standing.INVITED)
    invited_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")
