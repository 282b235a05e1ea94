"""Pairs of articles that say nearly the same: one of them is too many, or they contradict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from flask import current_app
from sqlalchemy import select

from firstline.app import settings_of
from firstline.db import db, write
from knowledge_base.contents import whole_text
from knowledge_base.embedding import try_encoder
from knowledge_base.lru import Lru
from knowledge_base.models import Article, Passage, PassageKind, Related, State
from knowledge_base.passages import unpack
from knowledge_base.rows import Vector
from knowledge_base.words import words

ALIKE = 0.85
"""Cosine of two whole articles; in the demo's own 80 none of different troubles comes near."""
SHARED = 0.25
"""The part of all their words that both have."""
MOST, BLOCK = 50, 1_000
KEY = "firstline_twins"


@dataclass(frozen=True)
class Twins:
    """Two published articles, the older first; `alike` is their cosine."""

    first: Article
    second: Article
    alike: float


def find() -> list[Twins]:
    """Near-duplicates that nobody told apart, the most alike first; none without the sentence model."""
    known = {(row.article_id, row.other_id) for row in db.session.scalars(select(Related))}
    apart = known | {(other, one) for one, other in known}
    pairs = [pair for pair in _pairs() if pair[:2] not in apart]
    by_id = _articles({key for one, other, _ in pairs for key in (one, other)})
    return [
        Twins(by_id[one], by_id[other], alike) for one, other, alike in pairs if {one, other} <= by_id.keys()
    ]


def tell_apart(one: int, other: int) -> None:
    """They look alike and are not the same."""
    with write() as session:
        there = session.get(Related, (one, other)) or session.get(Related, (other, one))
        if there is None and len(_articles({one, other})) == 2:
            session.add(Related(article_id=min(one, other), other_id=max(one, other), is_distinct=True))


def bring_back(one: int, other: int) -> None:
    """Undo `tell_apart`."""
    with write() as session:
        for pair in ((one, other), (other, one)):
            told = session.get(Related, pair)
            if told is not None and told.is_distinct:
                session.delete(told)


def told_apart() -> list[Twins]:
    """Pairs that authors told apart."""
    rows = db.session.scalars(select(Related).where(Related.is_distinct.is_(True)).limit(MOST)).all()
    by_id = _articles({key for row in rows for key in (row.article_id, row.other_id)})
    found = ((by_id.get(row.article_id), by_id.get(row.other_id)) for row in rows)
    return [Twins(one, other, 1.0) for one, other in found if one is not None and other is not None]


def _articles(ids: set[int]) -> dict[int, Article]:
    found = db.session.scalars(select(Article).where(Article.id.in_(ids), Article.state == State.PUBLISHED))
    return {article.id: article for article in found}


def _pairs() -> tuple[tuple[int, int, float], ...]:
    """All near pairs; compared anew only when an article or its vector changed."""
    encoder, _ = try_encoder(settings_of(current_app).model_dir)
    if encoder is None:
        return ()
    rows = db.session.execute(
        select(Passage.article_id, Passage.revision, Passage.id)
        .join(Article, Article.id == Passage.article_id)
        .where(Passage.kind == PassageKind.WHOLE, Passage.vector.is_not(None))
        .where(Article.state == State.PUBLISHED, Article.indexed_model == encoder.identity)
        .order_by(Passage.article_id)
    ).all()
    held: Lru[int, tuple[tuple[int, int, float], ...]] = current_app.extensions.setdefault(KEY, Lru(2))
    return held.get(hash(tuple(rows)), lambda: tuple(_compare([row.id for row in rows])))


def _compare(passage_ids: Sequence[int]) -> list[tuple[int, int, float]]:
    keys, vectors = _vectors(passage_ids)
    near = sorted(_near(keys, vectors), key=lambda pair: (-pair[2], pair[:2]))[: 4 * MOST]
    by_id = _articles({key for one, other, _ in near for key in (one, other)})
    terms = {key: set(words(f"{article.title}\n{whole_text(article)}")) for key, article in by_id.items()}
    return [pair for pair in near if _overlap(terms[pair[0]], terms[pair[1]]) >= SHARED][:MOST]


def _vectors(passage_ids: Sequence[int]) -> tuple[list[int], Vector]:
    keys: list[int] = []
    vectors: list[Vector] = []
    for start in range(0, len(passage_ids), BLOCK):
        some = Passage.id.in_(passage_ids[start : start + BLOCK])
        for key, vector in db.session.execute(select(Passage.article_id, Passage.vector).where(some)):
            keys.append(key)
            vectors.append(unpack(vector or b""))
    return keys, np.stack(vectors) if vectors else np.zeros((0, 1), dtype=np.float32)


def _near(keys: Sequence[int], vectors: Vector) -> Iterator[tuple[int, int, float]]:
    for start in range(0, len(keys), BLOCK):
        cosines = vectors[start : start + BLOCK] @ vectors.T
        for row, other in np.argwhere(cosines >= ALIKE).tolist():
            if start + row < other:
                one, two = sorted((keys[start + row], keys[other]))
                yield one, two, float(cosines[row, other])


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(len(one | other), 1)
