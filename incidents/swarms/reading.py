"""What there is to know of swarms."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from incidents.models import Incident
from incidents.people import Person
from incidents.swarms.models import TAKES_PART, Swarm, SwarmMember


def running(session: Session, incident_id: int) -> Swarm | None:
    """The swarm that looks at it now."""
    found: Swarm | None = session.scalar(
        select(Swarm).where(Swarm.incident_id == incident_id, Swarm.ended_at.is_(None))
    )
    return found


def of(session: Session, incident: Incident) -> Sequence[Swarm]:
    """Every swarm of an incident, latest first."""
    return session.scalars(
        select(Swarm).where(Swarm.incident_id == incident.id).order_by(Swarm.id.desc())
    ).all()


def invited_to(person: Person) -> Select[int]:
    """The incidents in whose running swarm somebody takes part, or is asked to."""
    part = select(Swarm.incident_id).join(SwarmMember, SwarmMember.swarm_id == Swarm.id)
    return part.where(
        Swarm.ended_at.is_(None),
        SwarmMember.person_id == person.id,
        SwarmMember.standing.in_(sorted(TAKES_PART)),
    )
