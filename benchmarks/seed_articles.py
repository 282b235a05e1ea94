"""Fill a database with articles of a large company: the demo's own, line by line mixed anew."""

import random
import sys

import numpy as np

BATCH = 1_000
DIMENSIONS = 384
PARTS = 2


def fill(count: int) -> None:
    """Add `count` published articles with vectors of no meaning: as many numbers, made in no time."""
    from sqlalchemy import insert

    from commands.context import create_context
    from firstline.app import settings_of
    from firstline.db import db, write
    from knowledge_base.articles import next_change
    from knowledge_base.embedding import try_encoder
    from knowledge_base.models import Article, Passage

    with create_context().app_context() as context:
        encoder, _ = try_encoder(settings_of(context.app).model_dir)
        known = [(one.title, one.body.splitlines(), one.category_slug) for one in db.session.query(Article)]
        chance = random.Random(42)
        for start in range(0, count, BATCH):
            with write() as session:
                change = next_change(session)
                rows = [_article(chance, known, start + number, change) for number in range(BATCH)]
                for row in rows:
                    row["indexed_model"] = encoder.identity if encoder else ""
                ids = session.scalars(insert(Article).returning(Article.id), rows).all()
                if encoder:
                    session.execute(insert(Passage), [row for one in ids for row in _passages(one)])


def _article(chance: random.Random, known: list, number: int, change: int) -> dict:
    title, lines, category = chance.choice(known)
    mixed = [*lines, *chance.choice(known)[1]]
    chance.shuffle(mixed)
    return {
        "slug": f"bench-{number}",
        "title": f"{title} ({number})",
        "body": "\n".join(mixed),
        "summary": title,
        "category_slug": category,
        "state": "published",
        "change": change,
        "indexed_revision": 1,
        "helped_count": number % 7,
    }


def _passages(article_id: int) -> list[dict]:
    kinds = ["title", "whole", *["part"] * PARTS]
    vectors = np.random.default_rng(article_id).normal(size=(len(kinds), DIMENSIONS))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        {
            "article_id": article_id,
            "revision": 1,
            "kind": kind,
            "position": position,
            "vector": vector.astype("<f2").tobytes(),
        }
        for position, (kind, vector) in enumerate(zip(kinds, vectors, strict=True))
    ]


if __name__ == "__main__":
    fill(int(sys.argv[1]))
