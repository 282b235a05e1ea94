"""All articles in any state, for those who write them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.sql import ColumnElement

from firstline import clock
from firstline.db import db
from knowledge_base.models import Article, Edition, State

PAGE = 50
MAX_WORDS = 10


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which articles to list; what is empty asks for nothing."""

    words: str = ""
    state: str = ""
    category: str = ""
    owner_id: int | None = None
    is_overdue: bool = False
    is_proposed: bool = False


@dataclass(frozen=True)
class Leaf:
    """One page of the catalogue; `more` says whether another follows."""

    articles: Sequence[Article]
    more: bool


def browse(wanted: Wanted, *, page: int = 1, size: int = PAGE) -> Leaf:
    """Articles that are asked for, those changed last first; overdue ones longest overdue first."""
    ordered = (Article.review_at,) if wanted.is_overdue else (Article.updated_at.desc(),)
    found = _matching(wanted).order_by(*ordered, Article.id.desc())
    rows = db.session.scalars(found.offset((max(1, page) - 1) * size).limit(size + 1)).all()
    return Leaf(rows[:size], len(rows) > size)


def state_counts() -> dict[str, int]:
    """How many articles are in each state."""
    counted = select(Article.state, func.count().label("many")).group_by(Article.state)
    many = {row.state: row.many for row in db.session.execute(counted)}
    return {state: many.get(state, 0) for state in State}


def count_overdue() -> int:
    """How many published articles should have been looked over by now."""
    return db.session.scalar(select(func.count()).select_from(Article).where(_is_overdue())) or 0


def proposed_ids() -> frozenset[int]:
    """The articles for which a change was proposed."""
    return frozenset(db.session.scalars(_proposed()))


def _matching(wanted: Wanted) -> Select[Article]:
    conditions = [_holds(word) for word in wanted.words.split()[:MAX_WORDS]]
    if wanted.state:
        conditions.append(Article.state == wanted.state)
    if wanted.category:
        conditions.append(Article.category_slug == wanted.category)
    if wanted.owner_id is not None:
        conditions.append(Article.owner_id == wanted.owner_id)
    if wanted.is_overdue:
        conditions.append(_is_overdue())
    if wanted.is_proposed:
        conditions.append(Article.id.in_(_proposed()))
    return select(Article).where(and_(True, *conditions))


def _holds(word: str) -> ColumnElement[bool]:
    columns = (Article.title, Article.keywords, Article.slug, Article.symptoms)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def _is_overdue() -> ColumnElement[bool]:
    return and_(Article.state == State.PUBLISHED, Article.review_at < clock.now())


def _proposed() -> Select[int]:
    return select(Edition.article_id).where(Edition.revision < 0).distinct()
