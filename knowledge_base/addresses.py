"""Where an article is found: its slug now, and those it had before, which lead to it for good."""

import re
import unicodedata
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from knowledge_base.errors import ArticleError
from knowledge_base.models import Article, OldAddress

MAX_SLUG = 120


def slugify(words: str) -> str:
    """Lower-case ASCII letters, digits and hyphens; never only digits, since those are ids."""
    ascii_words = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_words).strip("-")[:MAX_SLUG].strip("-")
    return slug if slug and not slug.isdecimal() else f"article-{slug}".strip("-")


def free_slug(session: Session, wanted: str) -> str:
    """An address made of the wanted words that no article has or ever had."""
    base = slugify(wanted)
    stem = base[: MAX_SLUG - 8]
    taken = {
        slug
        for column in (Article.slug, OldAddress.slug)
        for slug in session.scalars(select(column).where(column.startswith(stem, autoescape=True)))
    }
    if base not in taken:
        return base
    return next(slug for number in count(2) if (slug := f"{stem}-{number}") not in taken)


def move(session: Session, article: Article, wanted: str) -> None:
    """Give the article another address and keep the old one; raises ArticleError if it is taken."""
    slug = slugify(wanted)
    if slug == article.slug:
        return
    holder = at(session, slug)
    if holder is not None and holder.id != article.id:
        sentence = _("The address “%(slug)s” belongs to “%(title)s”. Choose another.")
        raise ArticleError(sentence % {"slug": slug, "title": holder.title}, field="address")
    # It may go back to one it had: that one is no old address any more.
    if own := session.get(OldAddress, slug):
        session.delete(own)
    session.add(OldAddress(slug=article.slug, article_id=article.id))
    article.slug = slug


def at(session: Session, slug: str) -> Article | None:
    """The article that has this address, or had it."""
    found = session.scalar(select(Article).where(Article.slug == slug))
    if found is None and (old := session.get(OldAddress, slug)):
        found = session.get(Article, old.article_id)
    return found
