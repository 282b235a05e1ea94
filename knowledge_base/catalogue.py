"""All articles in any state, for those who write them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select

from firstline.db import db
from knowledge_base.models import Article, State

PAGE = 50


@dataclass(frozen=True)
class Leaf:
    """One page of the catalogue; `more` says whether another follows."""

    articles: Sequence[Article]
    more: bool


def browse(q: str = "", *, state: str = "", page: int = 1, size: int = PAGE) -> Leaf:
    """Articles whose title or keywords hold every word of `q`, those changed last first."""
    found = _matching(q)
    if state:
        found = found.where(Article.state == state)
    ordered = found.order_by(Article.updated_at.desc(), Article.id.desc())
    rows = db.session.scalars(ordered.offset((max(1, page) - 1) * size).limit(size + 1)).all()
    return Leaf(rows[:size], len(rows) > size)


def state_counts() -> dict[str, int]:
    """How many articles are in each state."""
    counted = select(Article.state, func.count().label("many")).group_by(Article.state)
    many = {row.state: row.many for row in db.session.execute(counted)}
    return {state: many.get(state, 0) for state in State}


def _matching(q: str) -> Select[Article]:
    columns = (Article.title, Article.keywords, Article.slug)
    words = q.split()[:10]
    return select(Article).where(
        and_(True, *(or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words))
    )
