"""The worker's part: passages and vectors of articles whose content or model changed."""

import os
import socket
import threading
from datetime import timedelta
from time import monotonic

from flask import current_app
from sqlalchemy import Select, and_, delete, func, or_, select
from sqlalchemy.sql import ColumnElement

from firstline import jobs, leases, log
from firstline.app import settings_of
from firstline.db import db, write
from knowledge_base.articles import INDEX_JOB, next_change
from knowledge_base.contents import whole_text
from knowledge_base.embedding import Encoder, try_encoder
from knowledge_base.models import Article, Passage, State
from knowledge_base.passages import Piece, embed, pack

SWEEP_S = 10
WORK_FOR_S = 20.0
LEASE = "indexing"
LEASE_FOR = timedelta(minutes=2)
"""Longer than `WORK_FOR_S` and one article of any length."""

logger = log.get(__name__)
_busy = threading.Lock()


@jobs.task(INDEX_JOB)
def index_articles(article_id: int | None = None) -> None:
    """Index what is due, for at most WORK_FOR_S; the rest is nudged again. The id is only a hint.

    A process asked to stop ends after the article it is at: the sweep of the next one goes on.
    """
    if not _busy.acquire(blocking=False):
        return
    try:
        more = _index_due(prefer=article_id)
    finally:
        _busy.release()
    if more:
        jobs.nudge(INDEX_JOB)


@jobs.sweep(every_s=SWEEP_S)
def index_what_was_missed() -> None:
    """The same work for nudges that were lost."""
    index_articles()


def progress() -> tuple[int, int]:
    """(indexed, all) published articles, for the progress bar."""
    published = select(func.count()).select_from(Article).where(Article.state == State.PUBLISHED)
    encoder, _ = try_encoder(settings_of(current_app).model_dir)
    total = db.session.scalar(published) or 0
    due = 0 if encoder is None else db.session.scalar(published.where(_is_due(encoder))) or 0
    return total - due, total


def _index_due(*, prefer: int | None) -> bool:
    """Whether more is left to do in this process; while another one indexes, nothing is."""
    encoder, reason = try_encoder(settings_of(current_app).model_dir)
    if encoder is None:
        logger.warning("articles get no vectors, search goes on by words", reason=reason)
        return False
    order = (Article.id != prefer, Article.id) if prefer else (Article.id,)
    due = select(Article.id).where(Article.state == State.PUBLISHED, _is_due(encoder)).order_by(*order)
    if db.session.scalar(due.limit(1)) is None:
        return False
    holder = f"{socket.gethostname()}:{os.getpid()}"
    leases.bury(LEASE)
    if not leases.hold(LEASE, holder, for_=LEASE_FOR):
        return False
    try:
        return _index(due, encoder)
    finally:
        leases.release(LEASE, holder)


def _index(due: Select[int], encoder: Encoder) -> bool:
    """Whether more is left to do."""
    stop, stop_at = jobs.stop_flag(), monotonic() + WORK_FOR_S
    for article_id in db.session.scalars(due).all():
        if stop.is_set():
            return False
        if monotonic() > stop_at:
            return True
        index_article(article_id, encoder)
    return False


def _is_due(encoder: Encoder) -> ColumnElement[bool]:
    return or_(Article.indexed_revision != Article.revision, Article.indexed_model != encoder.identity)


def index_article(article_id: int, encoder: Encoder) -> bool:
    """Embed one article and store it; False if it was edited meanwhile, then it is due again."""
    article = db.session.get(Article, article_id)
    if article is None:
        return False
    revision, title, symptoms, body = article.revision, article.title, article.symptoms, whole_text(article)
    db.session.rollback()
    pieces = embed(encoder, title=title, body=body, symptoms=symptoms)
    return _store(article_id, pieces, revision=revision, model=encoder.identity)


def _store(article_id: int, pieces: list[Piece], *, revision: int, model: str) -> bool:
    with write() as session:
        unchanged = and_(Article.id == article_id, Article.revision == revision)
        article = session.scalar(select(Article).where(unchanged).with_for_update())
        if article is None:
            return False
        session.execute(delete(Passage).where(Passage.article_id == article_id))
        session.add_all(
            Passage(
                article_id=article_id,
                revision=revision,
                kind=piece.kind,
                position=piece.position,
                text=piece.text,
                vector=pack(piece.vector),
            )
            for piece in pieces
        )
        article.indexed_revision, article.indexed_model = revision, model
        article.change = next_change(session)
        return True
