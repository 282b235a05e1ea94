"""Words of solved incidents as search material: bounded, revocable, never shown to anybody.

`remember` and `forget` work inside the caller's `write()`: what an incident became and what is
learned of it are one transaction. The worker gives the words their vectors afterwards.
"""

from collections.abc import Collection, Sequence
from time import monotonic

from flask import current_app
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from firstline import clock, jobs
from firstline.app import settings_of
from firstline.db import db, write
from knowledge_base.articles import next_change
from knowledge_base.embedding import Encoder, try_report_encoder
from knowledge_base.models import Article, PastReport
from knowledge_base.passages import pack
from knowledge_base.words import words as terms_of

MOST_REPORTS = 20
"""Of one article; the newest are kept."""
MOST_CHARACTERS = 2_000
ALIKE = 0.8
"""Two reports that share this part of all their terms say the same."""
SWEEP_S, WORK_FOR_S, BATCH = 10, 8.0, 20
BY_WORDS = "words"
"""In `PastReport.model`: searched by its words, as there is no model."""


def remember(session: Session, article_id: int, *, incident_id: int, words: str) -> None:
    """This article solved that incident: who describes the same will find it by these words.

    What was taken back by an author stays away, and what another report says already is not kept.
    """
    told = words.strip()[:MOST_CHARACTERS]
    held = session.scalars(
        select(PastReport).where(PastReport.article_id == article_id).order_by(PastReport.id)
    ).all()
    live = [report for report in held if report.revoked_at is None]
    if any(report.incident_id == incident_id for report in held) or _says_nothing_new(told, live):
        return
    report = PastReport(article_id=article_id, incident_id=incident_id, words=told, created_at=clock.now())
    session.add(report)
    for oldest in live[: len(live) + 1 - MOST_REPORTS]:
        session.delete(oldest)


def forget(session: Session, incident_id: int) -> None:
    """It was not solved after all: its words speak for no article any more."""
    mistaken = PastReport.incident_id == incident_id, PastReport.revoked_at.is_(None)
    article_ids = session.scalars(select(PastReport.article_id).where(*mistaken)).all()
    session.execute(delete(PastReport).where(*mistaken))
    read_anew(session, article_ids)


def take_back(article_id: int) -> int:
    """Forget for good what was learned for one article; says how many reports that were."""
    with write() as session:
        live = PastReport.article_id == article_id, PastReport.revoked_at.is_(None)
        many = session.scalar(select(func.count()).where(*live)) or 0
        session.execute(update(PastReport).where(*live).values(revoked_at=clock.now(), words="", vector=None))
        read_anew(session, [article_id])
    return many


def count(article_id: int) -> int:
    """How many reports an article learned from; nobody is shown more of them."""
    live = PastReport.article_id == article_id, PastReport.revoked_at.is_(None)
    return db.session.scalar(select(func.count()).where(*live)) or 0


def read_anew(session: Session, article_ids: Collection[int]) -> None:
    """Let every searching process read these articles again; inside the caller's `write()`."""
    wanted = Article.id.in_(article_ids)
    # In order and before the count: an author's edit locks its article first, too.
    if session.scalars(select(Article.id).where(wanted).order_by(Article.id).with_for_update()).all():
        session.execute(update(Article).where(wanted).values(change=next_change(session)))


@jobs.sweep(every_s=SWEEP_S)
def learn() -> None:
    """The worker's part: vectors of what is new or was made by another model, for at most WORK_FOR_S."""
    encoder, _ = try_report_encoder(settings_of(current_app).model_dir)
    stop, stop_at = jobs.stop_flag(), monotonic() + WORK_FOR_S
    while not stop.is_set() and monotonic() < stop_at and _learn_some(encoder):
        pass


def _learn_some(encoder: Encoder | None) -> bool:
    """Whether there may be more."""
    made_by = BY_WORDS if encoder is None else encoder.identity
    waiting = PastReport.model == "" if encoder is None else PastReport.model != made_by
    due = select(PastReport.id, PastReport.words).where(waiting, PastReport.revoked_at.is_(None))
    found = db.session.execute(due.order_by(PastReport.id).limit(BATCH)).all()
    db.session.rollback()
    made = {row.id: None if encoder is None else pack(encoder.encode([row.words])[0]) for row in found}
    if made:
        _store(made, made_by)
    return len(made) == BATCH


def _store(made: dict[int, bytes | None], made_by: str) -> None:
    with write() as session:
        there = PastReport.id.in_(made), PastReport.revoked_at.is_(None)
        reports = session.scalars(select(PastReport).where(*there).with_for_update()).all()
        for report in reports:
            report.vector, report.model = made[report.id], made_by
        session.flush()
        read_anew(session, {report.article_id for report in reports})


def _says_nothing_new(told: str, held: Sequence[PastReport]) -> bool:
    terms = set(terms_of(told))
    others = (set(terms_of(report.words)) for report in held)
    return not terms or any(len(terms & other) >= ALIKE * len(terms | other) for other in others)
