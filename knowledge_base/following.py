"""The index of this process, kept in step with the database."""

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np
from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.app import settings_of
from firstline.db import db
from knowledge_base import standing
from knowledge_base.contents import whole_text
from knowledge_base.embedding import Encoder, try_encoder
from knowledge_base.index import Entry, Index, Vector, Vectors
from knowledge_base.lru import Lru
from knowledge_base.models import Article, Audience, KnowledgeRevision, Passage, PastReport
from knowledge_base.passages import arrange, unpack
from knowledge_base.past import Told
from knowledge_base.ranking import Ranking
from knowledge_base.words import normalise

LOOK_EVERY_S = 1.0
BATCH = 500
KEPT_VECTORS, KEPT_RESULTS, KEPT_STEPS, KEPT_RANKINGS = 4_096, 2_048, 1_024, 512
KEY = "firstline_knowledge"


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a result shows of an article without asking the database."""

    article_id: int
    slug: str
    title: str
    summary: str
    category: str | None
    revision: int


class Follower:
    """An index that reads what changed, at most once a second; while one thread reads, others search."""

    def __init__(self, encoder: Encoder | None, *, reason: str = "") -> None:
        self.encoder, self.reason = encoder, reason
        self.index = Index()
        self.cards: dict[int, Card] = {}
        self.seen = -1
        self.sunk: frozenset[int] = frozenset()
        self._looked_at = -LOOK_EVERY_S
        self._lock = threading.Lock()
        self._vectors: Lru[str, Vector] = Lru(KEPT_VECTORS)
        self.results: Lru[tuple[object, ...], tuple[tuple[int, float], ...]] = Lru(KEPT_RESULTS)
        self.rankings: Lru[tuple[object, ...], Ranking] = Lru(KEPT_RANKINGS)
        self.steps: Lru[tuple[int, int], tuple[str, ...]] = Lru(KEPT_STEPS)

    def catch_up(self) -> None:
        """Follow the database if the last look is a second old; the first look waits for all articles."""
        if monotonic() - self._looked_at < LOOK_EVERY_S:
            return
        if self._lock.acquire(blocking=self.seen < 0):
            try:
                self._look()
            finally:
                self._lock.release()

    def vector_of(self, words: str) -> Vector | None:
        """The query's vector, or None without a model."""
        if self.encoder is None:
            return None
        encoder, key = self.encoder.of_reports, normalise(words)
        return self._vectors.get(key, lambda: np.asarray(encoder.encode([words])[0], dtype=np.float32))

    def _look(self) -> None:
        if monotonic() - self._looked_at < LOOK_EVERY_S:
            return
        # A session of its own: that of the request may stand in an older snapshot.
        with Session(db.engine) as session:
            number = session.scalar(select(KnowledgeRevision.number)) or 0
            if number > self.seen:
                self._read_changes(session)
                self.seen = number
        self._looked_at = monotonic()

    def _read_changes(self, session: Session) -> None:
        changed = select(Article.id).where(Article.change > self.seen).order_by(Article.id)
        ids = session.scalars(changed).all()
        for start in range(0, len(ids), BATCH):
            self._read(session, ids[start : start + BATCH])
            session.expunge_all()

    def _read(self, session: Session, ids: Sequence[int]) -> None:
        found = session.scalars(select(Article).where(Article.id.in_(ids))).all()
        vectors = self._read_vectors(session, found)
        past, stood = self._read_past(session, ids), standing.standings(session, ids)
        self.sunk = self.sunk.difference(ids).union(key for key in stood if stood[key] <= standing.SUNK)
        for article in found:
            if article.is_published:
                self.cards[article.id] = _card(article)
                entry = _entry(article, vectors.get(article.id))
                told, stands = past.get(article.id, []), stood.get(article.id, 0.0)
                self.index.put(replace(entry, past=told, standing=stands))
            else:
                self.index.drop(article.id)
                self.cards.pop(article.id, None)

    def _read_vectors(self, session: Session, found: Sequence[Article]) -> dict[int, Vectors | None]:
        """Those that the model of this process made."""
        if self.encoder is None:
            return {}
        wanted = [article.id for article in found if article.indexed_model == self.encoder.identity]
        rows = session.execute(
            select(Passage.article_id, Passage.kind, Passage.vector)
            .where(Passage.article_id.in_(wanted), Passage.vector.is_not(None))
            .order_by(Passage.article_id, Passage.position)
        )
        pieces: defaultdict[int, list[tuple[str, Vector]]] = defaultdict(list)
        for article_id, kind, vector in rows:
            pieces[article_id].append((kind, unpack(vector or b"")))
        return {article_id: arrange(held) for article_id, held in pieces.items()}

    def _read_past(self, session: Session, ids: Sequence[int]) -> dict[int, list[Told]]:
        """Reports that these articles solved, with the vectors that the model of this process made."""
        live = PastReport.article_id.in_(ids), PastReport.revoked_at.is_(None)
        past: defaultdict[int, list[Told]] = defaultdict(list)
        for report in session.scalars(select(PastReport).where(*live).order_by(PastReport.id)):
            is_ours = self.encoder is not None and report.model == self.encoder.of_reports.identity
            vector = unpack(report.vector) if is_ours and report.vector else None
            past[report.article_id].append(Told(words=report.words, vector=vector))
        return past


def follower() -> Follower:
    """The one of this process and app, up to date."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if KEY not in app.extensions:
        encoder, reason = try_encoder(settings_of(app).model_dir)
        app.extensions.setdefault(KEY, Follower(encoder, reason=reason))
    following: Follower = app.extensions[KEY]
    following.catch_up()
    return following


class Remembering:
    """The encoder of reports of this process, for texts that others are about to ask for too: each is worked out once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.identity, self.dimensions = encoder.identity, encoder.dimensions
        self.windows, self.together = encoder.windows, encoder.together

    @property
    def of_reports(self) -> Encoder:
        return self

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        known = follower()
        is_mine = known.encoder is not None and known.encoder.of_reports is self._encoder
        vectors = [known.vector_of(text) for text in texts] if is_mine else [None]
        whole = [vector for vector in vectors if vector is not None]
        return np.stack(whole) if len(whole) == len(texts) else self._encoder.encode(texts)


def warm_up(app: Flask) -> threading.Thread:
    """Read model and articles in the background, so that nobody's first search waits for them."""

    def read() -> None:
        with app.app_context():
            follower()

    thread = threading.Thread(target=read, name="warm-up", daemon=True)
    thread.start()
    return thread


def _card(article: Article) -> Card:
    return Card(
        article_id=article.id,
        slug=article.slug,
        title=article.title,
        summary=article.summary,
        category=article.category_slug,
        revision=article.revision,
    )


def _entry(article: Article, vectors: Vectors | None) -> Entry:
    return Entry(
        key=article.id,
        title=article.title,
        body=whole_text(article),
        keywords=article.keywords,
        service=article.service,
        for_everyone=article.audience == Audience.EVERYONE,
        vectors=vectors,
    )
