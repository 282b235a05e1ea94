"""Which articles belong together, by an author's word; told once, true both ways."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, and_, delete, or_, select
from sqlalchemy.sql import ColumnElement

from firstline.db import db, write
from firstline.i18n import gettext as _
from knowledge_base.errors import ArticleError
from knowledge_base.models import Article, Audience, Related, State

MOST = 12


def of(article: Article, audience: Audience) -> Sequence[Article]:
    """What readers of this article may want too: published, and for them."""
    found = _chosen(article.id).where(Article.state == State.PUBLISHED)
    if audience != Audience.SUPPORT:
        found = found.where(Article.audience == Audience.EVERYONE)
    return db.session.scalars(found).all()


def all_of(article_id: int) -> Sequence[Article]:
    """What authors chose, in any state."""
    return db.session.scalars(_chosen(article_id)).all()


def choose(article_id: int, others: Collection[int]) -> None:
    """Make exactly these the related ones; unknown ids and the article itself are left out."""
    if len(others) > MOST:
        raise ArticleError(_("Choose at most %(most)s related articles.", most=MOST), field="related")
    with write() as session:
        session.execute(delete(Related).where(_touches(article_id), Related.is_distinct.is_(False)))
        known = session.scalars(select(Article.id).where(Article.id.in_(others), Article.id != article_id))
        for other_id in known.all():
            apart = session.scalar(select(Related).where(_pair(article_id, other_id)))
            if apart is not None:
                apart.is_distinct = False
            else:
                session.add(Related(article_id=article_id, other_id=other_id))


def _chosen(article_id: int) -> Select[Article]:
    joined = or_(
        and_(Related.article_id == article_id, Related.other_id == Article.id),
        and_(Related.other_id == article_id, Related.article_id == Article.id),
    )
    return select(Article).join(Related, joined).where(Related.is_distinct.is_(False)).order_by(Article.title)


def _touches(article_id: int) -> ColumnElement[bool]:
    return or_(Related.article_id == article_id, Related.other_id == article_id)


def _pair(one: int, other: int) -> ColumnElement[bool]:
    return or_(
        and_(Related.article_id == one, Related.other_id == other),
        and_(Related.article_id == other, Related.other_id == one),
    )
