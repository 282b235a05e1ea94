"""Finds what may be the same trouble: at the door, across people and channels.

The words are compared with the open incidents of the last days outside of any transaction; what
clears the bar is kept as a proposal, which a person decides. Nothing is ever joined by itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

import numpy as np
from flask import current_app
from numpy.typing import NDArray
from sqlalchemy import Table, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from firstline import clock, jobs, log
from firstline.app import settings_of
from firstline.db import db, inserting, write
from incidents import duplicates
from incidents.kinship.models import IncidentVector, Lookalike, Verdict
from incidents.kinship.nearest import nearest_in_meaning
from incidents.kinship.telling import (
    COMPARED,
    MOST_COMPARED,
    NUMBERED,
    OTHERS,
    OWN,
    Told,
    packed,
    told,
    words_of,
)
from incidents.models import OPEN, Channel, Incident
from incidents.people import Person
from knowledge_base.embedding import Encoder, try_report_encoder
from knowledge_base.following import Remembering

MOST_PROPOSED = 3
MOST_READ, MOST_TYPED, MOST_OWN = 25, 12, 20
"""How many of those nearest in meaning are compared word by word, while somebody types, and of their own."""
MOST_LOOKED_AT, MOST_LOOKED_AT_TYPED = 3, 1
"""A second look costs a run of the sentence model, and who types waits for it."""

VECTOR: Table = IncidentVector.__table__  # type: ignore[assignment]
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
    .options(contains_eager(Lookalike.earlier.of_type(EARLIER)))
    .order_by(Lookalike.chance.desc(), Lookalike.id)
)
"""Made once: an alias of a wide table costs more than the query."""

logger = log.get(__name__)


@dataclass(frozen=True)
class Near:
    """An open incident that may be the same trouble; `because` are the words both name."""

    incident_id: int
    chance: float
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What is sought of an incident, without its row: a transaction in between lets rows go stale."""

    incident_id: int
    words: str
    site: str
    writer: int
    vector: NDArray[np.float32] | None


Pairs = Sequence[Mapping[str, Any]]
"""Of two incidents each, to be proposed."""


def try_to_seek(incidents: Sequence[Incident]) -> dict[int, Pairs]:
    """What each of these may be the same as, by its number; what goes wrong costs a proposal, never the report.

    Outside of any transaction, for words are compared at length. Their vectors are kept first: of those that
    come at the same time, be it in two processes, each pair is seen by at least one.
    """
    encoder = _encoder()
    asked = [one for incident in incidents if (one := _tried(_ask, [incident.id], incident, encoder))]
    if encoder is not None and asked:
        _keep_vectors(asked, encoder)
    known = _tried(_comparable, [one.incident_id for one in asked], asked, encoder) or {}
    return {
        one.incident_id: _tried(_seek, [one.incident_id], one, known.get(one.incident_id, ()), encoder) or ()
        for one in asked
    }


def _tried[**P, F](do: Callable[P, F], ids: Sequence[int], *given: P.args, **more: P.kwargs) -> F | None:
    try:
        return do(*given, **more)
    except Exception:
        logger.exception("no look-alikes were sought", incidents=ids)
        db.session.rollback()
        return None


def _ask(incident: Incident, encoder: Encoder | None) -> _Asked | None:
    if incident.channel == Channel.MONITORING or not incident.is_open:
        return None
    words = words_of(incident)
    return _Asked(
        incident_id=incident.id,
        words=words,
        site=incident.requester.site,
        writer=incident.requester_id,
        vector=duplicates.meanings([words], Remembering(encoder))[0] if encoder else None,
    )


def _keep_vectors(asked: Sequence[_Asked], encoder: Encoder) -> None:
    rows = [
        {"incident_id": one.incident_id, "model": encoder.identity, "vector": packed(one.vector)}
        for one in asked
        if one.vector is not None
    ]
    with write() as session:
        row = inserting(session)(VECTOR)
        kept = {"model": row.excluded.model, "vector": row.excluded.vector}
        session.connection().execute(
            row.on_conflict_do_update(index_elements=["incident_id"], set_=kept), rows
        )


def _seek(asked: _Asked, known: Sequence[Told], encoder: Encoder | None) -> Pairs:
    me = duplicates.read(asked.words, asked.vector, encoder=encoder, site=asked.site, writer=asked.writer)
    near = _rank(me, known, encoder)[:MOST_PROPOSED]
    return [_pair(asked.incident_id, one) for one in near]


def keep(session: Session, pairs: Pairs) -> None:
    """Propose what was not proposed before; inside the caller's `write()`."""
    if pairs:
        # Another process may propose the same pair in the same moment.
        session.execute(inserting(session)(Lookalike).on_conflict_do_nothing(), pairs)


def compare(incident_id: int) -> None:
    """Seek and keep; twice does no harm."""
    incident = db.session.get(Incident, incident_id)
    pairs = try_to_seek([incident]).get(incident_id) if incident is not None else None
    if pairs:
        with write() as session:
            keep(session, pairs)


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
    encoder = _encoder()
    known = told(OWN, person=person.id, encoder=encoder, limit=MOST_OWN)
    if not known or not words.strip():
        return None
    vector = duplicates.meanings([words[:COMPARED]], encoder)[0] if encoder else None
    found = _rank(duplicates.read(words[:COMPARED], vector, encoder=encoder), known, encoder)
    return db.session.get(Incident, found[0].incident_id) if found else None


def open_of_others(person: Person | None, words: str) -> Incident | None:
    """What others than this person have that these words seem to tell too; nothing without the sentence model.

    Only what is nearest in meaning is compared word by word: somebody types meanwhile.
    """
    encoder = _encoder()
    if encoder is None or not words.strip():
        return None
    vector = duplicates.meanings([words[:COMPARED]], encoder)[0]
    my_id = person.id if person else 0
    nearest = nearest_in_meaning(vector, encoder, lambda _ids, theirs: theirs != my_id, limit=MOST_TYPED)
    site, writer = (person.site, person.id) if person else ("", None)
    me = duplicates.read(words[:COMPARED], vector, encoder=encoder, site=site, writer=writer)
    known = told(NUMBERED, ids=nearest, encoder=encoder, limit=MOST_TYPED)
    found = _rank(me, known, encoder, most=MOST_LOOKED_AT_TYPED)
    return db.session.get(Incident, found[0].incident_id) if found else None


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


def _comparable(asked: Sequence[_Asked], encoder: Encoder | None) -> Mapping[int, Sequence[Told]]:
    """Of each, the open ones nearest in meaning that had their turn: the others find it at theirs.

    The words of all are read at once. Without meanings each is compared with all.
    """
    if encoder is None:
        ids = [one.incident_id for one in asked]
        return {one: told(OTHERS, id=one, encoder=None, limit=MOST_COMPARED) for one in ids}
    nearest = {
        one.incident_id: _nearest(one.incident_id, one.vector, encoder)
        for one in asked
        if one.vector is not None
    }
    ids = sorted({*chain.from_iterable(nearest.values())})
    read = {one.incident_id: one for one in told(NUMBERED, ids=ids, encoder=encoder, limit=len(ids))}
    return {mine: [read[one] for one in near if one in read] for mine, near in nearest.items()}


def _nearest(my_id: int, vector: NDArray[np.float32], encoder: Encoder) -> Sequence[int]:
    return nearest_in_meaning(vector, encoder, lambda ids, _people: ids != my_id, limit=MOST_READ)


def _rank(
    me: duplicates.Reading, others: Sequence[Told], encoder: Encoder | None, *, most: int = MOST_LOOKED_AT
) -> list[Near]:
    """The likeliest first; only those for which most speaks are looked at a second time."""
    read = {other.incident_id: _read(other, encoder) for other in others}
    weighed = {number: duplicates.evidence(me, near) for number, near in read.items()}
    found = []
    for number in sorted(weighed, key=lambda number: (-weighed[number], number))[:most]:
        chance = duplicates.looked_at(weighed[number], me, read[number])
        if duplicates.proposes_join(chance, by_words_only=encoder is None):
            found.append(Near(number, chance, duplicates.in_common(me, read[number])))
    return sorted(found, key=lambda near: (-near.chance, near.incident_id))


def _read(other: Told, encoder: Encoder | None) -> duplicates.Reading:
    vector = other.vector
    if vector is None and encoder is not None:
        vector = duplicates.meanings([other.words], encoder)[0]
    return duplicates.read(other.words, vector, encoder=encoder, site=other.site, writer=other.requester_id)


def _pair(incident_id: int, near: Near) -> Mapping[str, Any]:
    return {
        "earlier_id": min(incident_id, near.incident_id),
        "later_id": max(incident_id, near.incident_id),
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
    return try_report_encoder(settings_of(current_app).model_dir)[0]
