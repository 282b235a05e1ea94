"""Finds what may be the same trouble: at the door, across people and channels.

The words are compared with the open incidents of the last days outside of any transaction; what
clears the bar is kept as a proposal, which a person decides. Nothing is ever joined by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from flask import current_app
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from firstline import clock, jobs, log
from firstline.app import settings_of
from firstline.db import db, inserting, write
from incidents import duplicates
from incidents.kinship.models import IncidentVector, Lookalike, Verdict
from incidents.models import OPEN, Channel, Incident
from incidents.people import Person
from knowledge_base.embedding import Encoder, try_encoder
from knowledge_base.following import Remembering

LOOKS_BACK = timedelta(days=14)
MOST_COMPARED = 1_000
MOST_PROPOSED = 3
MOST_READ, MOST_TYPED = 50, 12
"""How many of those nearest in meaning are compared word by word, and while somebody types."""
COMPARED = 2_000
"""How many characters of the words are compared."""

EARLIER, LATER = aliased(Incident), aliased(Incident)
PROPOSED = (
    select(Lookalike)
    .join(EARLIER, Lookalike.earlier_id == EARLIER.id)
    .join(LATER, Lookalike.later_id == LATER.id)
    .where(
        or_(Lookalike.earlier_id == bindparam("incident_id"), Lookalike.later_id == bindparam("incident_id")),
        Lookalike.verdict == Verdict.OPEN,
        EARLIER.state.in_(OPEN),
        LATER.state.in_(OPEN),
    )
    .order_by(Lookalike.chance.desc(), Lookalike.id)
)
"""Made once: an alias of a wide table costs more than the query."""

logger = log.get(__name__)


@dataclass(frozen=True)
class Near:
    """An open incident that may be the same trouble; `because` are the words both name."""

    incident: Incident
    chance: float
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is to be kept of one incident: its vector, empty without a model, and the pairs to propose."""

    incident_id: int
    model: str
    vector: bytes
    pairs: tuple[Mapping[str, Any], ...]


def seek(incident: Incident) -> Found | None:
    """What this incident may be the same as; outside of any transaction, for words are compared at length."""
    if incident.channel == Channel.MONITORING or not incident.is_open:
        return None
    encoder = _encoder()
    vector = _vector_of(incident, encoder)
    me = duplicates.read(words_of(incident), vector, site=incident.requester.site)
    near = _rank(me, _comparable(incident, encoder, vector), encoder)[:MOST_PROPOSED]
    return Found(
        incident_id=incident.id,
        model=encoder.identity if encoder else "",
        vector=vector.astype(np.float32).tobytes() if vector is not None else b"",
        pairs=tuple(_pair(incident.id, one) for one in near),
    )


def try_to_seek(incident: Incident) -> Found | None:
    """As `seek`; what goes wrong costs a proposal, never the report."""
    incident_id = incident.id
    try:
        return seek(incident)
    except Exception:
        logger.exception("no look-alikes were sought", incident=incident_id)
        db.session.rollback()
        return None


def keep(session: Session, found: Found) -> None:
    """Keep the vector, and propose what was not proposed before; inside the caller's `write()`."""
    insert = inserting(session)
    if found.vector:
        kept = {"model": found.model, "vector": found.vector}
        row = insert(IncidentVector).values(incident_id=found.incident_id, **kept)
        session.execute(row.on_conflict_do_update(index_elements=["incident_id"], set_=kept))
    for pair in found.pairs:
        # Another process may propose the same pair in the same moment.
        session.execute(insert(Lookalike).values(**pair).on_conflict_do_nothing())


def compare(incident_id: int) -> None:
    """Seek and keep; twice does no harm."""
    incident = db.session.get(Incident, incident_id)
    found = try_to_seek(incident) if incident is not None else None
    if found is not None:
        with write() as session:
            keep(session, found)


def proposed(incident: Incident, *, limit: int = MOST_PROPOSED) -> Sequence[Lookalike]:
    """What nobody decided yet, the likeliest first; only what is still open is worth a word."""
    pairs = db.session.scalars(PROPOSED, {"incident_id": incident.id}).all()
    return [one for one in pairs if not _are_family(one)][:limit]


def for_requester(incident: Incident) -> Lookalike | None:
    """What the person who reported it is asked: first whether it is an earlier one of their own."""
    earlier = [one for one in proposed(incident) if one.later_id == incident.id]
    own = [one for one in earlier if one.earlier.requester_id == incident.requester_id]
    return next(iter([*own, *earlier]), None)


def own_open(person: Person, words: str) -> Incident | None:
    """The person's own open incident that these words seem to tell again."""
    mine = select(Incident).where(Incident.requester_id == person.id, Incident.state.in_(OPEN))
    known = db.session.scalars(mine.order_by(Incident.id.desc()).limit(20)).all()
    if not known or not words.strip():
        return None
    encoder = _encoder()
    vector = encoder.encode([words[:COMPARED]])[0] if encoder else None
    found = _rank(duplicates.read(words[:COMPARED], vector), known, encoder)
    return found[0].incident if found else None


def open_of_others(person: Person, words: str) -> Incident | None:
    """What others have that these words seem to tell too; nothing without the sentence model.

    Only what is nearest in meaning is compared word by word: somebody types meanwhile.
    """
    encoder = _encoder()
    if encoder is None or not words.strip():
        return None
    vector = encoder.encode([words[:COMPARED]])[0]
    nearest = _nearest_in_meaning(vector, encoder, Incident.requester_id != person.id, limit=MOST_TYPED)
    me = duplicates.read(words[:COMPARED], vector, site=person.site)
    found = _rank(me, _read(nearest), encoder)
    return found[0].incident if found else None


def words_of(incident: Incident) -> str:
    """Title and description, once where they begin alike."""
    title = incident.title.rstrip("…")
    whole = (
        incident.description if incident.description.startswith(title) else f"{title}\n{incident.description}"
    )
    return whole[:COMPARED]


@jobs.sweep(every_s=20)
def compare_what_was_missed() -> None:
    """Look at incidents that nobody compared: mail, and whatever a broken process left."""
    for incident_id in _not_compared():
        compare(incident_id)


def _not_compared() -> Sequence[int]:
    encoder = _encoder()
    if encoder is None:
        return []
    since = clock.now() - timedelta(days=1)
    found = (
        select(Incident.id)
        .outerjoin(
            IncidentVector,
            and_(IncidentVector.incident_id == Incident.id, IncidentVector.model == encoder.identity),
        )
        .where(
            IncidentVector.incident_id.is_(None),
            Incident.created_at > since,
            Incident.state.in_(OPEN),
            Incident.channel != Channel.MONITORING,
        )
    )
    return db.session.scalars(found.order_by(Incident.id).limit(50)).all()


def _comparable(
    incident: Incident, encoder: Encoder | None, vector: NDArray[np.float32] | None
) -> Sequence[Incident]:
    """The open ones nearest in meaning, of those that had their turn: the others find this one at theirs."""
    is_other = Incident.id != incident.id
    if encoder is not None and vector is not None:
        return _read(_nearest_in_meaning(vector, encoder, is_other, limit=MOST_READ))
    found = select(Incident).where(is_other, *_may_be_joined()).options(joinedload(Incident.requester))
    return db.session.scalars(found.order_by(Incident.id.desc()).limit(MOST_COMPARED)).all()


def _read(ids: Sequence[int]) -> Sequence[Incident]:
    found = select(Incident).where(Incident.id.in_(ids)).options(joinedload(Incident.requester))
    return db.session.scalars(found.order_by(Incident.id)).all()


def _may_be_joined() -> tuple[ColumnElement[bool], ...]:
    return (
        Incident.state.in_(OPEN),
        Incident.created_at > clock.now() - LOOKS_BACK,
        Incident.follows_parent.is_(False),
    )


def _rank(me: duplicates.Reading, others: Sequence[Incident], encoder: Encoder | None) -> list[Near]:
    vectors = _vectors([one.id for one in others], encoder)
    found = []
    for other in others:
        if encoder is not None and other.id not in vectors:
            vectors[other.id] = encoder.encode([words_of(other)])[0]
        near = duplicates.read(words_of(other), vectors.get(other.id), site=other.requester.site)
        chance = duplicates.chance(me, near)
        if duplicates.proposes_join(chance, by_words_only=encoder is None):
            found.append(Near(other, chance, duplicates.in_common(me, near)))
    return sorted(found, key=lambda near: (-near.chance, near.incident.id))


def _nearest_in_meaning(
    vector: NDArray[np.float32], encoder: Encoder, which: ColumnElement[bool], *, limit: int
) -> list[int]:
    """The nearest of those that are alike enough in meaning to be proposed at all."""
    kept = (
        select(IncidentVector.incident_id, IncidentVector.vector)
        .join(Incident, Incident.id == IncidentVector.incident_id)
        .where(*_may_be_joined(), which)
        .where(IncidentVector.model == encoder.identity)
    )
    rows = db.session.execute(kept.order_by(Incident.id.desc()).limit(MOST_COMPARED)).all()
    if not rows:
        return []
    vectors = np.frombuffer(b"".join(row.vector for row in rows), dtype=np.float32)
    alike = vectors.reshape(len(rows), -1) @ vector
    nearest = [place for place in np.argsort(-alike)[:limit] if alike[place] >= duplicates.LEAST_MEANING]
    return [rows[place].incident_id for place in nearest]


def _vectors(ids: Sequence[int], encoder: Encoder | None) -> dict[int, NDArray[np.float32]]:
    if encoder is None or not ids:
        return {}
    kept = select(IncidentVector).where(
        IncidentVector.incident_id.in_(ids), IncidentVector.model == encoder.identity
    )
    return {one.incident_id: np.frombuffer(one.vector, dtype=np.float32) for one in db.session.scalars(kept)}


def _vector_of(incident: Incident, encoder: Encoder | None) -> NDArray[np.float32] | None:
    if encoder is None:
        return None
    known = _vectors([incident.id], encoder).get(incident.id)
    return known if known is not None else Remembering(encoder).encode([words_of(incident)])[0]


def _pair(incident_id: int, near: Near) -> Mapping[str, Any]:
    return {
        "earlier_id": min(incident_id, near.incident.id),
        "later_id": max(incident_id, near.incident.id),
        "chance": near.chance,
        "because": list(near.because),
    }


def _are_family(pair: Lookalike) -> bool:
    earlier, later = pair.earlier, pair.later
    parents = {earlier.parent_id, later.parent_id} - {None}
    return bool(parents & {earlier.id, later.id}) or (
        earlier.parent_id is not None and earlier.parent_id == later.parent_id
    )


def _encoder() -> Encoder | None:
    return try_encoder(settings_of(current_app).model_dir)[0]
