"""Every version of an article, and changes that were proposed and wait for a reviewer.

Editions with a revision below zero are proposals (docs/decisions/0034): the article does not say
that yet. Accepted ones become a revision of their own, refused ones go.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from firstline.db import db
from firstline.i18n import gettext as _
from knowledge_base.contents import Draft, draft_of, from_json, to_json
from knowledge_base.errors import UnknownArticle
from knowledge_base.models import Article, Edition

BASE = "base"
"""In the content of a proposal: the revision that its author started from."""


def record(session: Session, article: Article, *, editor_id: int | None = None, note: str = "") -> Edition:
    """Keep what the article says now, under its revision."""
    edition = Edition(
        article_id=article.id,
        revision=article.revision,
        content=to_json(draft_of(article)),
        editor_id=editor_id,
        note=note.strip()[:300],
    )
    session.add(edition)
    return edition


def keep_current(session: Session, article: Article) -> None:
    """Keep what is about to be replaced, if it never was: imports and older articles have no edition."""
    if _at(session, article.id, article.revision) is None:
        edition = record(session, article, editor_id=article.author_id if article.revision == 1 else None)
        edition.created_at = article.created_at if article.revision == 1 else article.updated_at


def history(article: Article) -> Sequence[Edition]:
    """Every version, the present one first; never stored, where it is not kept yet."""
    kept = select(Edition).where(Edition.article_id == article.id, Edition.revision > 0)
    # A list needs no texts; those of the two that are compared are read when asked for.
    listed = kept.order_by(Edition.revision.desc()).options(defer(Edition.content))
    found = list(db.session.scalars(listed))
    if not found or found[0].revision != article.revision:
        found.insert(0, _present(article))
    return found


def find(article: Article, revision: int) -> Edition:
    """One version or proposal; raises UnknownArticle."""
    found = _at(db.session(), article.id, revision)
    if found is None and revision == article.revision:
        return _present(article)
    if found is None:
        raise UnknownArticle(_("There is no such version of this article."))
    return found


def find_proposal(article: Article, number: int) -> Edition:
    """The proposal with this number, which is below zero; raises UnknownArticle."""
    found = _at(db.session(), article.id, number) if number < 0 else None
    if found is None:
        raise UnknownArticle(_("This proposal was decided already."))
    return found


def words_of(edition: Edition) -> Draft:
    """What the article said."""
    return from_json(edition.content)


def restored(edition: Edition, article: Article) -> Draft:
    """The words of back then; who reads it and who looks after it stay as they are now."""
    now = draft_of(article)
    return replace(words_of(edition), audience=now.audience, owner_id=now.owner_id, review_at=now.review_at)


def add_proposal(
    session: Session, article: Article, draft: Draft, *, base: int, editor_id: int | None, note: str = ""
) -> Edition:
    """Keep a change that waits for a reviewer."""
    lowest = select(func.min(Edition.revision)).where(Edition.article_id == article.id)
    proposal = Edition(
        article_id=article.id,
        revision=min(session.scalar(lowest) or 0, 0) - 1,
        content={**to_json(draft), BASE: base},
        editor_id=editor_id,
        note=note.strip()[:300],
    )
    session.add(proposal)
    return proposal


def proposals(article_id: int | None = None) -> Sequence[Edition]:
    """What waits for a reviewer, the oldest first; of all articles without an id."""
    waiting = select(Edition).where(Edition.revision < 0).order_by(Edition.created_at, Edition.id)
    if article_id is not None:
        waiting = waiting.where(Edition.article_id == article_id)
    return db.session.scalars(waiting).all()


def base_of(proposal: Edition) -> int:
    """The revision that a proposal wants to change."""
    return int(str(proposal.content.get(BASE, 0)))


def _present(article: Article) -> Edition:
    """The version that was imported or made before versions were kept; not stored."""
    first = article.revision == 1
    return Edition(
        article_id=article.id,
        revision=article.revision,
        content=to_json(draft_of(article)),
        editor_id=article.author_id if first else None,
        note="",
        created_at=article.created_at if first else article.updated_at,
    )


def _at(session: Session, article_id: int, revision: int) -> Edition | None:
    wanted = select(Edition).where(Edition.article_id == article_id, Edition.revision == revision)
    return session.scalar(wanted)
