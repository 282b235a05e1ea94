"""The known fixes to look through: by category, what helps lately, what is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import load_only

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from knowledge_base.articles import categories
from knowledge_base.models import Article, Attempt, Audience, Category, Offer, State

PAGE = 30
LATELY = timedelta(days=14)
"""How far back a fix that helped counts as popular now, and an article as new."""
UNSORTED = "-"
"""Stands for the articles without a category; no slug is only a hyphen."""

IN_LISTS = (
    Article.slug,
    Article.title,
    Article.summary,
    Article.category_slug,
    Article.is_workaround,
    Article.helped_count,
    Article.revision,
    Article.created_at,
    Article.updated_at,
)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A category, how many articles it and those below it hold for this reader, and those below."""

    slug: str
    name: str
    count: int
    below: tuple["Shelf", ...] = ()


@dataclass(frozen=True)
class Leaf:
    """One page of a shelf; `more` says whether another follows."""

    articles: Sequence[Article]
    more: bool


def shelves(*, audience: Audience) -> list[Shelf]:
    """The topmost categories that hold something for this reader, in their order."""
    counts = _counts(audience)
    known = categories()
    tops = [one for one in known if one.parent_slug is None]
    made = [_shelf(one, [child for child in known if child.parent_slug == one.slug], counts) for one in tops]
    if counts.get(None):
        made.append(Shelf(slug=UNSORTED, name=_("Everything else"), count=counts[None]))
    return [shelf for shelf in made if shelf.count]


def leaf(*, audience: Audience, category: str, page: int = 1) -> Leaf:
    """What stands on one shelf, those that helped most first."""
    found = readable(audience).where(_on_shelf(category))
    ordered = found.order_by(Article.helped_count.desc(), Article.title, Article.id)
    rows = _listed(ordered.offset((max(1, page) - 1) * PAGE).limit(PAGE + 1))
    return Leaf(rows[:PAGE], len(rows) > PAGE)


def popular_now(*, audience: Audience, limit: int) -> list[Article]:
    """What people said solved their trouble lately, most often first; then what helped most ever."""
    lately = list(_helped_lately(audience, limit))
    if len(lately) == limit:
        return lately
    known = [article.id for article in lately]
    ever = readable(audience).where(Article.id.not_in(known), Article.helped_count > 0)
    order = (Article.helped_count.desc(), Article.id)
    return lately + list(_listed(ever.order_by(*order).limit(limit - len(lately))))


def changed_lately(*, audience: Audience, limit: int) -> Sequence[Article]:
    """What was written or changed last."""
    return _listed(readable(audience).order_by(Article.updated_at.desc(), Article.id.desc()).limit(limit))


def is_new(article: Article) -> bool:
    """Whether it was written lately and not changed since."""
    return article.revision == 1 and article.created_at > clock.now() - LATELY


def readable(audience: Audience) -> Select[Article]:
    """Every article that this reader may open."""
    found = select(Article).where(Article.state == State.PUBLISHED)
    return found if audience == Audience.SUPPORT else found.where(Article.audience == Audience.EVERYONE)


def family(category: str) -> frozenset[str]:
    """The category and what is below it."""
    below = select(Category.slug).where(or_(Category.slug == category, Category.parent_slug == category))
    return frozenset(db.session.scalars(below))


def _listed(query: Select[Article]) -> Sequence[Article]:
    """Without their bodies, which may be long."""
    return db.session.scalars(query.options(load_only(*IN_LISTS))).all()


def _counts(audience: Audience) -> dict[str | None, int]:
    counted = readable(audience).with_only_columns(Article.category_slug, func.count())
    rows = db.session.execute(counted.group_by(Article.category_slug))
    return {row[0]: row[1] for row in rows}


def _shelf(category: Category, below: Sequence[Category], counts: Mapping[str | None, int]) -> Shelf:
    inner = [_shelf(child, (), counts) for child in below]
    return Shelf(
        slug=category.slug,
        name=category.name,
        count=counts.get(category.slug, 0) + sum(shelf.count for shelf in inner),
        below=tuple(shelf for shelf in inner if shelf.count),
    )


def _on_shelf(category: str) -> ColumnElement[bool]:
    if category == UNSORTED:
        return Article.category_slug.is_(None)
    return Article.category_slug.in_(family(category))


def _helped_lately(audience: Audience, limit: int) -> Sequence[Article]:
    times = (
        select(Offer.article_id, func.count().label("times"))
        .join(Attempt)
        .where(Attempt.created_at > clock.now() - LATELY, Offer.helped.is_(True))
        .group_by(Offer.article_id)
        .subquery()
    )
    found = readable(audience).join(times, times.c.article_id == Article.id)
    return _listed(found.order_by(times.c.times.desc(), Article.helped_count.desc(), Article.id).limit(limit))
