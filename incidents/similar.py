"""Resolved incidents like this one, with what solved them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from firstline.db import db
from incidents import duplicates
from incidents.models import Incident, Resolution, State

LOOKED_AT = 300
MOST = 4
BAR = 0.2
"""Below it two reports share no more than everyday words. By words alone: a page must not wait for a model."""


@dataclass(frozen=True)
class Similar:
    """A resolved incident and how much alike its words are, 0 to 1."""

    incident: Incident
    likeness: float


def resolved_like(incident: Incident, *, limit: int = MOST) -> list[Similar]:
    """The most alike first; only those that say what solved them."""
    known = _candidates(incident)
    pairs = [(_words(incident), _words(other)) for other in known]
    near = duplicates.likenesses(pairs, None) if pairs else []
    alike = [Similar(other, like) for other, like in zip(known, near, strict=True) if like >= BAR]
    return sorted(alike, key=lambda one: one.likeness, reverse=True)[:limit]


def _candidates(incident: Incident) -> Sequence[Incident]:
    """The latest of the same category or service."""
    of_its_kind = [Incident.category == incident.category]
    if incident.service_id is not None:
        of_its_kind.append(Incident.service_id == incident.service_id)
    solved = select(Incident).where(
        Incident.state.in_([State.RESOLVED, State.CLOSED]),
        Incident.solution != "",
        Incident.resolution != Resolution.SELF_SERVICE,
        Incident.id != incident.id,
        or_(*of_its_kind),
    )
    return db.session.scalars(solved.order_by(Incident.id.desc()).limit(LOOKED_AT)).all()


def _words(incident: Incident) -> str:
    return f"{incident.title}\n{incident.description}"
