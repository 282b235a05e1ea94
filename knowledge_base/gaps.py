"""Reports that no article answers, gathered by what they are about; needs the sentence model.

A report belongs here when no fix was found for it, or when none of those offered helped. The
worker gives each the nearest gap, or one of its own; gaps that come to mean the same become one.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from time import monotonic

import numpy as np
from flask import current_app
from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session, undefer

from firstline import clock, jobs
from firstline.app import settings_of
from firstline.db import db, write
from knowledge_base.embedding import Encoder, try_report_encoder
from knowledge_base.models import Attempt, AttemptOutcome, Gap, Offer
from knowledge_base.naming import LEAST_PEOPLE, Said, rarity_among, shared_words, title_of
from knowledge_base.passages import pack, unpack
from knowledge_base.rows import Vector

WINDOW = timedelta(days=90)
NEAR, SAME = 0.6, 0.75
"""Cosines: a report of the gap's trouble; two centres that mean one trouble."""
SWEEP_S, WORK_FOR_S, BATCH = 30, 15.0, 20
MOST_READ = 4_000
MOST_COMPARED = 400
"""Reports that say which words are common."""


@jobs.sweep(every_s=SWEEP_S)
def gather() -> None:
    """The worker's part: embed what is new, then give every report its gap. Twice is as once."""
    encoder, _ = try_report_encoder(settings_of(current_app).model_dir)
    if encoder is None:
        return
    _embed_new(encoder)
    with write() as session:
        touched = _let_go(session) | _join(session, encoder.identity)
        touched |= set(session.scalars(select(Gap.id).where(Gap.model != encoder.identity)))
        if touched:
            _refresh(session, touched, encoder.identity)
            _merge(session, touched, encoder.identity)


def reports_of(session: Session, gap_id: int) -> list[Said]:
    """What was reported, for naming only; who said it without a person is somebody else each time."""
    rows = session.execute(
        select(Attempt.id, Attempt.person_id, Attempt.words).where(Attempt.gap_id == gap_id)
        .order_by(Attempt.id.desc()).limit(MOST_COMPARED)
    )  # fmt: skip
    return [Said(row.person_id or f"attempt {row.id}", row.words) for row in rows]


def shared_by(session: Session, gap_id: int) -> list[str]:
    """Words of a gap's reports that several people used."""
    return shared_words(reports_of(session, gap_id), rarity=_rarity(session))


def _unanswered() -> ColumnElement[bool]:
    offered = exists().where(Offer.attempt_id == Attempt.id)
    may_have_helped = offered.where(Offer.helped.is_not(False))
    nothing_found = and_(
        ~offered, Attempt.outcome.not_in([AttemptOutcome.SOLVED_SAID, AttemptOutcome.ABANDONED])
    )
    all_failed = and_(offered, Attempt.outcome == AttemptOutcome.WENT_ON, ~may_have_helped)
    return and_(
        Attempt.created_at > clock.now() - WINDOW,
        Attempt.is_held_out.is_(False),
        or_(nothing_found, all_failed),
    )


def _embed_new(encoder: Encoder) -> None:
    stop, stop_at = jobs.stop_flag(), monotonic() + WORK_FOR_S
    due = select(Attempt.id, Attempt.words).where(_unanswered(), Attempt.vector_model != encoder.identity)
    while not stop.is_set() and monotonic() < stop_at:
        found = db.session.execute(due.order_by(Attempt.id).limit(BATCH)).all()
        db.session.rollback()
        made = {row.id: pack(encoder.encode([row.words])[0]) for row in found}
        if not made:
            return
        with write() as session:
            for attempt_id, vector in made.items():
                values = {"vector": vector, "vector_model": encoder.identity}
                session.execute(update(Attempt).where(Attempt.id == attempt_id).values(values))


def _let_go(session: Session) -> set[int]:
    """Reports that were answered after all, or are too old, leave their gap; says which gaps lost some."""
    gone = select(Attempt).where(Attempt.gap_id.is_not(None), ~_unanswered())
    touched: set[int] = set()
    for attempt in session.scalars(gone):
        touched.add(attempt.gap_id or 0)
        attempt.gap_id = None
    session.flush()
    return touched


def _join(session: Session, model: str) -> set[int]:
    """Give each new report a gap, in the order they came; says which gaps got some."""
    fresh = session.scalars(
        select(Attempt).options(undefer(Attempt.vector))
        .where(_unanswered(), Attempt.gap_id.is_(None), Attempt.vector_model == model)
        .order_by(Attempt.id).limit(MOST_READ)
    ).all()  # fmt: skip
    if not fresh:
        return set()
    gaps = list(session.scalars(select(Gap).where(Gap.model == model).order_by(Gap.id)))
    sums = [unpack(gap.centre) * max(gap.reports, 1) for gap in gaps]
    for attempt in fresh:
        vector = unpack(attempt.vector or b"")
        place = _nearest(sums, vector)
        if place is None:
            place = len(gaps)
            gaps.append(_open(session, attempt, vector, model))
            sums.append(vector)
        else:
            sums[place] = sums[place] + vector
        attempt.gap_id = gaps[place].id
    session.flush()
    return {attempt.gap_id for attempt in fresh if attempt.gap_id is not None}


def _nearest(sums: Sequence[Vector], vector: Vector) -> int | None:
    if not sums:
        return None
    centres = np.stack(sums)
    cosines = centres @ vector / np.linalg.norm(centres, axis=1)
    best = int(cosines.argmax())
    return best if cosines[best] >= NEAR else None


def _open(session: Session, attempt: Attempt, vector: Vector, model: str) -> Gap:
    gap = Gap(title="", centre=pack(vector), model=model, created_at=clock.now(), last_at=attempt.created_at)
    session.add(gap)
    session.flush()
    return gap


def _refresh(session: Session, gap_ids: Collection[int], model: str) -> None:
    """Count and name these gaps anew; without reports a gap is gone."""
    rarity = _rarity(session)
    for gap in session.scalars(select(Gap).where(Gap.id.in_(gap_ids)).order_by(Gap.id)).all():
        members = session.scalars(
            select(Attempt).options(undefer(Attempt.vector)).where(Attempt.gap_id == gap.id)
        ).all()
        if not members:
            session.delete(gap)
            continue
        _recount(gap, members)
        vectors = [unpack(one.vector) for one in members if one.vector and one.vector_model == model]
        if vectors:
            mean = np.sum(vectors, axis=0)
            gap.centre, gap.model = pack(mean / (float(np.linalg.norm(mean)) or 1.0)), model
        said = reports_of(session, gap.id)
        shared = shared_words(said, rarity=rarity) if gap.people >= LEAST_PEOPLE else []
        gap.title = title_of(shared, said)[:300]
    session.flush()


def _recount(gap: Gap, members: Sequence[Attempt]) -> None:
    gap.reports = len(members)
    gap.people = len({one.person_id or f"attempt {one.id}" for one in members})
    gap.last_at = max(one.created_at for one in members)
    named = [one.category_slug for one in members if one.category_slug]
    gap.category_slug = max(sorted(set(named)), key=named.count, default="")


def _merge(session: Session, touched: Collection[int], model: str) -> None:
    """Gaps whose centres met become one, the older."""
    gaps = session.scalars(select(Gap).where(Gap.model == model).order_by(Gap.id)).all()
    if len(gaps) < 2:
        return
    centres = np.stack([unpack(gap.centre) for gap in gaps])
    alike = centres @ centres.T >= SAME
    grown, swallowed = set(), set()
    for place, gap in enumerate(gaps):
        for other in np.flatnonzero(alike[place, place + 1 :]) + place + 1:
            younger = gaps[int(other)]
            is_news = gap.id in touched or younger.id in touched
            if is_news and gap.id not in swallowed and younger.id not in swallowed:
                _swallow(session, gap, younger)
                swallowed.add(younger.id)
                grown.add(gap.id)
    if grown:
        _refresh(session, grown, model)


def _swallow(session: Session, gap: Gap, younger: Gap) -> None:
    session.execute(update(Attempt).where(Attempt.gap_id == younger.id).values(gap_id=gap.id))
    gap.article_id = gap.article_id or younger.article_id
    session.flush()
    session.delete(younger)
    session.flush()


def _rarity(session: Session) -> Callable[[str], float]:
    newest = select(Attempt.words).order_by(Attempt.id.desc()).limit(MOST_COMPARED)
    return rarity_among(session.scalars(newest))
