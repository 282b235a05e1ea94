"""What is compared of the open incidents: their words, where their people work, and their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, select

from firstline import clock
from firstline.db import db
from incidents.kinship.models import IncidentVector
from incidents.models import OPEN, Incident
from incidents.people import Person
from knowledge_base.embedding import Encoder
from knowledge_base.following import Remembering

LOOKS_BACK = timedelta(days=14)
MOST_COMPARED = 1_000
COMPARED = 2_000
"""How many characters of the words are compared."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is compared of an open incident; without its row, which is wide."""

    incident_id: int
    words: str
    requester_id: int
    site: str
    vector: NDArray[np.float32] | None


def words_of(incident: Incident) -> str:
    """Title and description, once where they begin alike."""
    return _words(incident.title, incident.description)


def _words(title: str, description: str) -> str:
    title = title.rstrip("…")
    return (description if description.startswith(title) else f"{title}\n{description}")[:COMPARED]


def told(*which: ColumnElement[bool], encoder: Encoder | None, limit: int) -> Sequence[Told]:
    """So many of the latest of these, with their vectors as far as they have one by this model."""
    has_vector = and_(
        IncidentVector.incident_id == Incident.id,
        IncidentVector.model == (encoder.identity if encoder else ""),
    )
    found = (
        select(
            Incident.id,
            Incident.requester_id,
            Incident.title,
            Incident.description,
            Person.site,
            IncidentVector.vector,
        )
        .join(Person, Person.id == Incident.requester_id)
        .outerjoin(IncidentVector, has_vector)
        .where(*which)
    )
    return [
        Told(
            incident_id=row.id,
            words=_words(row.title, row.description),
            requester_id=row.requester_id,
            site=row.site,
            vector=_unpacked(row.vector) if row.vector else None,
        )
        for row in db.session.execute(found.order_by(Incident.id.desc()).limit(limit))
    ]


def may_be_joined() -> tuple[ColumnElement[bool], ...]:
    """What is open, not too old, and no child that only follows its parent."""
    return (
        Incident.state.in_(OPEN),
        Incident.created_at > clock.now() - LOOKS_BACK,
        Incident.follows_parent.is_(False),
    )


def vector_of(incident: Incident, encoder: Encoder | None) -> NDArray[np.float32] | None:
    """The one that is kept, else worked out now; None without a model."""
    if encoder is None:
        return None
    kept = select(IncidentVector.vector).where(
        IncidentVector.incident_id == incident.id, IncidentVector.model == encoder.identity
    )
    known = db.session.scalar(kept)
    return _unpacked(known) if known else Remembering(encoder).encode([words_of(incident)])[0]


def _unpacked(vector: bytes) -> NDArray[np.float32]:
    return np.frombuffer(vector, dtype=np.float32)
