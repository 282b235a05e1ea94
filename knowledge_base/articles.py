"""Writing the known fixes: create, edit, publish, withdraw, read."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db, write
from firstline.jobs import nudge
from knowledge_base import text
from knowledge_base.models import Article, Audience, Category, KnowledgeRevision, State

INDEX_JOB = "index-articles"
MAX_TITLE = 300
MAX_BODY = 1_000_000
MAX_SLUG = 120


class ArticleError(Exception):
    """The change is refused; the message is a sentence for the author."""


class UnknownArticle(ArticleError):
    """There is no such article, or this reader may not see it."""


class StaleArticle(ArticleError):
    """Somebody saved another version in the meantime."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The content of an article as an author gives it; the body is Markdown."""

    title: str
    body: str
    summary: str = ""
    category: str | None = None
    service: str | None = None
    keywords: str = ""
    audience: Audience = Audience.EVERYONE


def create(
    draft: Draft, *, author_id: int | None = None, slug: str | None = None, publish: bool = False
) -> Article:
    """Store a new article, as a draft unless `publish`; raises ArticleError."""
    with write() as session:
        article = add(session, draft, author_id=author_id, slug=slug)
        if publish:
            article.state = State.PUBLISHED
    nudge(INDEX_JOB, article.id)
    return article


def add(session: Session, draft: Draft, *, author_id: int | None = None, slug: str | None = None) -> Article:
    """As `create`, inside the caller's `write()`; the caller nudges INDEX_JOB afterwards."""
    check(draft)
    address = free_slug(session, slug or draft.title)
    article = fill(session, Article(slug=address, author_id=author_id, state=State.DRAFT, revision=1), draft)
    session.add(article)
    article.change = next_change(session)
    session.flush()
    return article


def edit(article_id: int, draft: Draft, *, revision: int) -> Article:
    """Replace the content; `revision` is the one the author started from, else StaleArticle."""
    check(draft)
    with write() as session:
        article = _get(session, article_id)
        if article.revision != revision:
            raise StaleArticle(
                "Somebody else saved this article meanwhile; look at their version and save again."
            )
        fill(session, article, draft)
        article.revision += 1
        article.change = next_change(session)
    nudge(INDEX_JOB, article_id)
    return article


def publish(article_id: int) -> Article:
    """Let it be found and offered."""
    return _set_state(article_id, State.PUBLISHED)


def withdraw(article_id: int) -> Article:
    """Stop finding and offering it; what was already offered can still be read of by support."""
    return _set_state(article_id, State.WITHDRAWN)


def get(reference: int | str, *, audience: Audience) -> Article:
    """A published article by id or slug; raises UnknownArticle if this reader may not see it."""
    article = find(reference)
    if article is None or not article.is_published or not may_read(article, audience):
        raise UnknownArticle("This article does not exist or is no longer available.")
    return article


def find(reference: int | str) -> Article | None:
    """Any article in any state by id or slug, for authors."""
    if isinstance(reference, int) or reference.isdecimal():
        return db.session.get(Article, int(reference)) if int(reference) < 2**31 else None
    return db.session.scalar(select(Article).where(Article.slug == reference))


def may_read(article: Article, audience: Audience) -> bool:
    """Whether a reader of that audience may see it, once it is published."""
    return audience == Audience.SUPPORT or article.audience == Audience.EVERYONE


def popular(*, audience: Audience, limit: int = 6, category: str | None = None) -> Sequence[Article]:
    """Published articles, those that helped most first."""
    query = select(Article).where(Article.state == State.PUBLISHED)
    if audience != Audience.SUPPORT:
        query = query.where(Article.audience == Audience.EVERYONE)
    if category:
        query = query.where(Article.category_slug.in_(_family(category)))
    order = (Article.helped_count.desc(), Article.offered_count.desc(), Article.id)
    return db.session.scalars(query.order_by(*order).limit(limit)).all()


def _family(category: str) -> Select[str]:
    """The category and what is below it."""
    return select(Category.slug).where(or_(Category.slug == category, Category.parent_slug == category))


def shelves(*, audience: Audience) -> Sequence[Category]:
    """The topmost categories that hold something this reader may see."""
    holding = select(Article.category_slug).where(Article.state == State.PUBLISHED)
    if audience != Audience.SUPPORT:
        holding = holding.where(Article.audience == Audience.EVERYONE)
    parents = select(Category.parent_slug).where(Category.slug.in_(holding))
    found = select(Category).where(
        Category.parent_slug.is_(None), or_(Category.slug.in_(holding), Category.slug.in_(parents))
    )
    return db.session.scalars(found.order_by(Category.position, Category.name)).all()


def categories() -> Sequence[Category]:
    """All categories in their order."""
    return db.session.scalars(select(Category).order_by(Category.position, Category.name)).all()


def check(draft: Draft) -> None:
    """Refuse what cannot be an article; raises ArticleError."""
    if not draft.title.strip():
        raise ArticleError("Give the article a title.")
    if len(draft.title) > MAX_TITLE:
        raise ArticleError(f"Shorten the title to {MAX_TITLE} characters.")
    if len(draft.body) > MAX_BODY:
        raise ArticleError("Shorten the article to one million characters, or attach the rest as a file.")
    if "\0" in draft.title + draft.body + draft.keywords + draft.summary:
        raise ArticleError("Remove the invisible NUL characters from the text.")


def next_change(session: Session) -> int:
    """The number of this change; holds other writers off until the caller commits."""
    counted = session.execute(update(KnowledgeRevision).values(number=KnowledgeRevision.number + 1))
    if counted.rowcount == 0:  # type: ignore[attr-defined]
        session.add(KnowledgeRevision(id=1, number=1))
        session.flush()
    return session.scalars(select(KnowledgeRevision.number)).one()


def free_slug(session: Session, wanted: str) -> str:
    """An address made of the wanted words that no article has yet."""
    base = slugify(wanted)
    if session.scalar(select(Article.id).where(Article.slug == base)) is None:
        return base
    stem = base[: MAX_SLUG - 8]
    taken = set(session.scalars(select(Article.slug).where(Article.slug.startswith(f"{stem}-"))))
    return next(slug for number in count(2) if (slug := f"{stem}-{number}") not in taken)


def slugify(words: str) -> str:
    """Lower-case ASCII letters, digits and hyphens; never only digits, since those are ids."""
    ascii_words = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_words).strip("-")[:MAX_SLUG].strip("-")
    return slug if slug and not slug.isdecimal() else f"article-{slug}".strip("-")


def fill(session: Session, article: Article, draft: Draft) -> Article:
    """Give the article this content; the caller numbers the change."""
    article.title = draft.title.strip()
    article.body = draft.body
    article.summary = draft.summary.strip() or text.summarise(draft.body)
    article.category_slug = _known_category(session, draft.category)
    article.service = draft.service or None
    article.keywords = draft.keywords.strip()
    article.audience = draft.audience
    article.updated_at = clock.now()
    return article


def _known_category(session: Session, name: str | None) -> str | None:
    """The slug of that category, made when it is new."""
    if not name or not name.strip():
        return None
    slug = slugify(name)[:60]
    if session.get(Category, slug) is None:
        session.add(Category(slug=slug, name=name.strip()[:120]))
        session.flush()
    return slug


def _set_state(article_id: int, state: State) -> Article:
    with write() as session:
        article = _get(session, article_id)
        article.state = state
        article.updated_at = clock.now()
        article.change = next_change(session)
    nudge(INDEX_JOB, article_id)
    return article


def _get(session: Session, article_id: int) -> Article:
    article = session.get(Article, article_id, with_for_update=True)
    if article is None:
        raise UnknownArticle("This article does not exist.")
    return article
