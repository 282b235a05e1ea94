"""Who belongs to whom: survivors of merges, parents and their children."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from incidents.models import OPEN, Incident, State

LONGEST_CHAIN = 20


def survivor_of(session: Session, incident: Incident) -> Incident:
    """Where the words about a merged incident go; an incident that was not merged is its own."""
    for _step in range(LONGEST_CHAIN):
        if incident.state != State.MERGED or incident.merged_into_id is None:
            break
        incident = session.get_one(Incident, incident.merged_into_id)
    return incident


def children_of(session: Session, incident: Incident) -> Sequence[Incident]:
    """All its children, in order of their numbers."""
    found = select(Incident).where(Incident.parent_id == incident.id)
    return session.scalars(found.order_by(Incident.id)).all()


def merged_into(session: Session, incident: Incident) -> Sequence[Incident]:
    """What was merged into it, and into those in turn."""
    found: list[Incident] = []
    ids = [incident.id]
    for _step in range(LONGEST_CHAIN):
        wanted = select(Incident).where(Incident.merged_into_id.in_(ids), Incident.state == State.MERGED)
        nearer = session.scalars(wanted.order_by(Incident.id)).all()
        if not nearer:
            break
        found += nearer
        ids = [one.id for one in nearer]
    return found


def merged_of(session: Session, survivor: Incident, requester_id: int) -> Incident | None:
    """This person's own incident that went into the survivor, if theirs did."""
    return next((one for one in merged_into(session, survivor) if one.requester_id == requester_id), None)


def followers_to_resolve(session: Session, parent: Incident) -> Sequence[Incident]:
    """Open children that are resolved with their parent, locked."""
    found = select(Incident).where(
        Incident.parent_id == parent.id, Incident.follows_parent, Incident.state.in_(OPEN)
    )
    return session.scalars(found.order_by(Incident.id).with_for_update(of=Incident)).all()


def of(session: Session, incident: Incident) -> Sequence[Incident]:
    """Everybody else's incident that hangs on this one: merged ones and children."""
    return [*merged_into(session, incident), *children_of(session, incident)]
