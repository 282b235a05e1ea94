"""The worker's part: what recurs among the reports of the last weeks, kept as proposals for people to decide on."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from time import monotonic

import numpy as np
from flask import current_app
from numpy.typing import NDArray
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from firstline import clock, jobs
from firstline.app import settings_of
from firstline.db import db, write
from incidents import duplicates
from incidents.duplicates import Reading
from incidents.models import Incident, Kind, State
from incidents.problems import clusters, matching
from incidents.problems.clusters import Cluster, Item
from incidents.problems.models import Link, Problem, Proposal, ProposalIncident, Standing
from knowledge_base.embedding import Encoder, try_report_encoder

LOOK_BACK = timedelta(days=60)
LATELY = timedelta(days=30)
"""The later half is held against the earlier one."""
MOST, MOST_BY_WORDS = 5_000, 600
"""The newest, where there are more: comparing grows with their square. Without a model the words take longer."""
ENCODE_FOR_S, ENCODED_AT_ONCE = 10.0, 100
KNOWN = (Standing.INVESTIGATED, Standing.KNOWN_ERROR, Standing.FIXED)
"""What somebody looks into, works around or has cured needs no proposal."""
SPEAK_FOR_A_PROBLEM = 4

Vector = NDArray[np.float32]
_vectors: dict[int, Vector] = {}
"""Of the incidents looked at last, by their ids: each is read by the model once in a process."""


@jobs.sweep(every_s=1800)
def look() -> None:
    """Compare outside any transaction, then keep what was found and is not known yet."""
    encoder, _why_not = try_report_encoder(settings_of(current_app).model_dir)
    found = clusters.find(_items(db.session(), encoder))
    known = _known(db.session(), encoder)
    fresh = [one for one in found if not any(_is_about(problem, one) for problem in known)]
    with write() as session:
        _keep(session, fresh)


def _items(session: Session, encoder: Encoder | None) -> list[Item]:
    wanted = _undecided().order_by(Incident.id.desc())
    rows = session.execute(wanted.limit(MOST if encoder else MOST_BY_WORDS)).all()
    session.rollback()
    texts = {row.id: f"{row.title}\n{row.description}" for row in rows}
    if encoder:
        _read(texts, encoder)
        rows = [row for row in rows if row.id in _vectors]
    return [
        Item(
            incident_id=row.id,
            person_id=row.requester_id,
            at=row.created_at,
            category=row.category,
            service_id=row.service_id,
            device_id=row.device_id,
            reading=duplicates.read(texts[row.id], _vectors.get(row.id) if encoder else None),
        )
        for row in rows
    ]


def _undecided() -> Select[*tuple[object, ...]]:
    """Incidents of the last weeks that belong to no problem and were not dismissed before."""
    linked = select(Link.incident_id).where(Link.incident_id == Incident.id).exists()
    denied = (
        select(ProposalIncident.incident_id)
        .join(Proposal)
        .where(ProposalIncident.incident_id == Incident.id, Proposal.dismissed_at.is_not(None))
        .exists()
    )
    names = (
        "id",
        "requester_id",
        "created_at",
        "category",
        "service_id",
        "device_id",
        "title",
        "description",
    )
    return select(*(getattr(Incident, name) for name in names)).where(
        Incident.created_at >= clock.now() - LOOK_BACK,
        Incident.state.not_in([State.MERGED, State.CANCELLED]),
        Incident.kind != Kind.REQUEST,
        ~linked,
        ~denied,
    )


def _read(texts: dict[int, str], encoder: Encoder) -> None:
    """Those not read yet, the newest first, for some seconds: the rest is the next look's."""
    for gone in _vectors.keys() - texts.keys():
        del _vectors[gone]
    missing = [key for key in texts if key not in _vectors]
    stop_at, stop = monotonic() + ENCODE_FOR_S, jobs.stop_flag()
    while missing and monotonic() < stop_at and not stop.is_set():
        some, missing = missing[:ENCODED_AT_ONCE], missing[ENCODED_AT_ONCE:]
        _vectors.update(zip(some, duplicates.meanings([texts[key] for key in some], encoder), strict=True))


def _known(session: Session, encoder: Encoder | None) -> list[tuple[int | None, list[Reading]]]:
    """The service of each problem somebody has in hand, and the words that speak for it."""
    problems = session.scalars(select(Problem).where(Problem.standing.in_(KNOWN))).all()
    told = [(one.service_id, _words_of(session, one)) for one in problems]
    session.rollback()
    return [(service_id, _readings(words, encoder)) for service_id, words in told]


def _words_of(session: Session, problem: Problem) -> list[str]:
    said = matching.known(session, problem)[:SPEAK_FOR_A_PROBLEM]
    return [f"{problem.title}\n{problem.symptoms}", *(f"{one.title}\n{one.description}" for one in said)]


def _readings(texts: Sequence[str], encoder: Encoder | None) -> list[Reading]:
    vectors = list(duplicates.meanings(texts, encoder)) if encoder else [None] * len(texts)
    return [duplicates.read(text, vector) for text, vector in zip(texts, vectors, strict=True)]


def _is_about(problem: tuple[int | None, list[Reading]], cluster: Cluster) -> bool:
    """Whether the one that stands for all would be joined with what the problem is known by."""
    (service_id, readings), center = problem, cluster.center
    same = service_id is None or service_id == center.service_id
    return same and any(clusters.are_alike(center.reading, one) for one in readings)


def _keep(session: Session, found: Iterable[Cluster]) -> None:
    """What was proposed before and is found again keeps its row; what holds no more goes."""
    undecided = select(Proposal).where(Proposal.dismissed_at.is_(None), Proposal.problem_id.is_(None))
    unmatched = {one.id: one for one in session.scalars(undecided)}
    ids = {one.id: {member.incident_id for member in one.members} for one in unmatched.values()}
    since = session.scalar(select(func.min(Incident.created_at))) or clock.now()
    for cluster in found:
        shared = {key: len(ids[key] & cluster.ids) for key in unmatched}
        nearest = max(shared, key=lambda key: shared[key], default=None)
        known = unmatched.pop(nearest) if nearest is not None and shared[nearest] else Proposal()
        _fill(session, known, cluster, is_past_known=since <= clock.now() - LOOK_BACK)
    for proposal in unmatched.values():
        session.delete(proposal)


def _fill(session: Session, proposal: Proposal, cluster: Cluster, *, is_past_known: bool) -> None:
    center = session.get_one(Incident, cluster.center.incident_id)
    proposal.title, proposal.symptoms = center.title, center.description
    proposal.service_id, proposal.device_id = center.service_id, cluster.device_id
    proposal.people, proposal.days, proposal.many = cluster.people, cluster.days, len(cluster.items)
    proposal.since, proposal.until = cluster.items[0].at, cluster.items[-1].at
    proposal.minutes = _minutes(session, cluster)
    proposal.lately = _since(cluster, clock.now() - LATELY)
    proposal.before = proposal.many - proposal.lately if is_past_known else None
    _set_members(proposal, cluster)
    session.add(proposal)
    session.flush()


def _set_members(proposal: Proposal, cluster: Cluster) -> None:
    """Only what changed: hundreds stay as they are."""
    kept = [one for one in proposal.members if one.incident_id in cluster.ids]
    new = sorted(cluster.ids - {one.incident_id for one in kept})
    proposal.members = [*kept, *(ProposalIncident(incident_id=incident_id) for incident_id in new)]


def _minutes(session: Session, cluster: Cluster) -> int:
    spent = select(func.coalesce(func.sum(Incident.minutes_spent), 0)).where(Incident.id.in_(cluster.ids))
    return session.scalars(spent).one()


def _since(cluster: Cluster, at: datetime) -> int:
    return sum(item.at >= at for item in cluster.items)
