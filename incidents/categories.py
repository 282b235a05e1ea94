"""What troubles are about, in two levels: the list that triage guesses from and articles are shelved by."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid, NotFound
from incidents.models import Incident
from incidents.overtaking import require_unchanged
from incidents.people import Person
from incidents.policy import Action, require
from knowledge_base.articles import slugify
from knowledge_base.models import Article, Category

OTHER = "other"
"""Where everything goes that nothing fits; it stays."""
NAME_LENGTH, MOST_WORDS = 120, 4_000


def tree() -> Sequence[tuple[Category, Sequence[Category]]]:
    """The roots in their order, each with what lies below it."""
    rows = db.session.scalars(select(Category).order_by(Category.position, Category.name)).all()
    roots = [row for row in rows if row.parent_slug is None]
    return [(root, [row for row in rows if row.parent_slug == root.slug]) for root in roots]


def save(
    name: str, *, keywords: str, parent: str, by: Person, slug: str | None = None, seen: str = ""
) -> Category:
    """Add a category or correct one; its slug stays, so that what is filed under it stays filed."""
    require(by, Action.ADMINISTER)
    name = " ".join(name.split())[:NAME_LENGTH]
    if not name:
        raise Invalid(_("Write a name."), field="name")
    if len(keywords) > MOST_WORDS:
        raise Invalid(_("Write at most %(most)s characters.", most=MOST_WORDS), field="keywords")
    with write() as session:
        row = _get(session, slug) if slug else _new(session, name)
        if slug:
            require_unchanged(row, seen)
        _place(session, row, parent)
        row.name = name
        row.keywords = ", ".join(word.strip() for word in keywords.split(",") if word.strip())
        session.add(row)
    return row


def remove(slug: str, *, by: Person) -> None:
    """Take one away that nothing is filed under."""
    require(by, Action.ADMINISTER)
    with write() as session:
        row = _get(session, slug)
        if slug == OTHER:
            raise Conflict(_("Something must be left for what nothing fits."))
        if many := _filed(session, slug):
            raise Conflict(_("%(many)s incidents, articles or categories are filed under it.", many=many))
        session.delete(row)


def _place(session: Session, row: Category, parent: str) -> None:
    """Below a root, or a root itself; two levels are enough for people to choose from."""
    if parent and (parent == row.slug or _get(session, parent).parent_slug is not None):
        raise Invalid(_("Choose one of the first level."), field="parent")
    if parent and row.slug and _below(session, row.slug):
        raise Invalid(_("It has others below it, so it stays on the first level."), field="parent")
    row.parent_slug = parent or None


def _new(session: Session, name: str) -> Category:
    slug = slugify(name)[:60]
    if session.get(Category, slug) is not None:
        raise Conflict(_("There is a category with this name already."), field="name")
    last = session.scalar(select(func.max(Category.position)))
    return Category(slug=slug, position=0 if last is None else last + 1)


def _get(session: Session, slug: str) -> Category:
    row = session.get(Category, slug, with_for_update=True)
    if row is None:
        raise NotFound(_("There is no such category."))
    return row


def _below(session: Session, slug: str) -> int:
    return session.scalar(select(func.count()).where(Category.parent_slug == slug)) or 0


def _filed(session: Session, slug: str) -> int:
    incidents = select(func.count()).where(Incident.category == slug)
    articles = select(func.count()).where(Article.category_slug == slug)
    return sum(session.scalar(counted) or 0 for counted in (incidents, articles)) + _below(session, slug)
