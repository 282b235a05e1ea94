"""What is compared of the open incidents: their words, where their people work, and their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, and_, bindparam, select

from firstline import clock
from firstline.db import db
from incidents.kinship.models import IncidentVector
from incidents.models import OPEN, Incident
from incidents.people import Person
from knowledge_base.embedding import Encoder

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


MAY_BE_JOINED = (
    Incident.state.in_(OPEN),
    Incident.created_at > bindparam("since", callable_=lambda: clock.now() - LOOKS_BACK),
    Incident.follows_parent.is_(False),
)
"""What is open, not too old, and no child that only follows its parent."""
Rows = Select[int, int, str, str, str, bytes]
LATEST: Rows = (
    select(
        Incident.id,
        Incident.requester_id,
        Incident.title,
        Incident.description,
        Person.site,
        IncidentVector.vector,
    )
    .join(Person, Person.id == Incident.requester_id)
    .outerjoin(
        IncidentVector,
        and_(IncidentVector.incident_id == Incident.id, IncidentVector.model == bindparam("model")),
    )
    .order_by(Incident.id.desc())
    .limit(bindparam("limit"))
)
NUMBERED = LATEST.where(Incident.id.in_(bindparam("ids", expanding=True)), *MAY_BE_JOINED)
OTHERS = LATEST.where(Incident.id != bindparam("id"), *MAY_BE_JOINED)
OWN = LATEST.where(Incident.requester_id == bindparam("person"), Incident.state.in_(OPEN))
"""Made once: to put them together takes as long as to ask them."""


def told(these: Rows, *, encoder: Encoder | None, limit: int, **given: object) -> Sequence[Told]:
    """So many of the latest of these, with their vectors as far as they have one by this model."""
    known = {"model": encoder.identity if encoder else "", "limit": limit, **given}
    return [
        Told(
            incident_id=row.id,
            words=_words(row.title, row.description),
            requester_id=row.requester_id,
            site=row.site,
            vector=_unpacked(row.vector) if row.vector else None,
        )
        for row in db.session.execute(these, known)
    ]


def packed(vector: NDArray[np.float32]) -> bytes:
    """As it is stored."""
    return vector.astype(np.float32).tobytes()


def _unpacked(vector: bytes) -> NDArray[np.float32]:
    return np.frombuffer(vector, dtype=np.float32)
