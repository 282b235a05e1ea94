"""The fields of an article's form: read, shown, and compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from flask import request

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import authors, services
from incidents.people import Person
from knowledge_base import articles
from knowledge_base.comparison import Piece, compare
from knowledge_base.contents import REVIEW_AFTER, Draft
from knowledge_base.errors import ArticleError
from knowledge_base.models import Article, Audience

Form = Mapping[str, str]

NOON = time(12, tzinfo=UTC)
LABELS = {
    "title": lazy_gettext("Title"),
    "symptoms": lazy_gettext("Symptoms"),
    "body": lazy_gettext("Steps"),
    "cause": lazy_gettext("Cause"),
    "is_workaround": lazy_gettext("Kind of fix"),
    "category": lazy_gettext("Category"),
    "service": lazy_gettext("Service"),
    "audience": lazy_gettext("Who reads it"),
    "keywords": lazy_gettext("Keywords"),
    "summary": lazy_gettext("Summary"),
    "owner": lazy_gettext("Owner"),
    "review_at": lazy_gettext("Look over on"),
}
KINDS = {"": lazy_gettext("Permanent fix"), "1": lazy_gettext("Workaround")}
AUDIENCES = {"everyone": lazy_gettext("Everyone"), "support": lazy_gettext("Only support")}


@dataclass(frozen=True)
class Difference:
    """One field that is not the same in two versions."""

    label: object
    pieces: tuple[Piece, ...]


def typed() -> dict[str, str]:
    """What this request's form holds, with one kind of line end."""
    return {name: value.replace("\r\n", "\n") for name, value in request.form.items()}


def shown(draft: Draft) -> dict[str, str]:
    """An article's content as the form shows it."""
    owner = db.session.get(Person, draft.owner_id) if draft.owner_id else None
    return {
        "title": draft.title,
        "symptoms": draft.symptoms.replace("\r\n", "\n"),
        "body": draft.body.replace("\r\n", "\n"),
        "cause": draft.cause,
        "is_workaround": "1" if draft.is_workaround else "",
        "category": draft.category or "",
        "service": draft.service or "",
        "audience": draft.audience,
        "keywords": draft.keywords,
        "summary": draft.summary,
        "owner": owner.email if owner else "",
        "review_at": f"{draft.review_at:%Y-%m-%d}" if draft.review_at else "",
    }


def next_review() -> str:
    """The day a year ahead."""
    return f"{clock.now() + REVIEW_AFTER:%Y-%m-%d}"


def read(form: Form, article: Article | None = None) -> Draft:
    """The content that was typed; raises ArticleError or Invalid."""
    texts = {
        name: form.get(name, "") for name in ("title", "symptoms", "body", "cause", "keywords", "summary")
    }
    owner = form.get("owner", "").strip()
    return Draft(
        is_workaround=form.get("is_workaround") == "1",
        category=form.get("category") or None,
        service=form.get("service") or None,
        audience=Audience.SUPPORT if form.get("audience") == Audience.SUPPORT else Audience.EVERYONE,
        owner_id=authors.find_author(owner).id if owner else None,
        review_at=_review_at(form.get("review_at", "").strip(), article),
        **texts,
    )


def _review_at(words: str, article: Article | None) -> datetime | None:
    """Noon of that day; the article's own time where the day is the same."""
    if not words:
        return None
    try:
        day = date.fromisoformat(words)
    except ValueError as error:
        raise ArticleError(_("Write the day such as 2030-01-31."), field="review_at") from error
    known = article.review_at if article else None
    return known if known and known.date() == day else datetime.combine(day, NOON)


def differences(before: Form, after: Form) -> list[Difference]:
    """The fields in which two forms differ, in the order of the form."""
    names = _choices()
    told = []
    for field, label in LABELS.items():
        old, new = before.get(field, ""), after.get(field, "")
        if old != new:
            known = names.get(field, {})
            told.append(Difference(label, compare(str(known.get(old, old)), str(known.get(new, new)))))
    return told


def _choices() -> dict[str, Mapping[str, object]]:
    """What people read in place of the value of a field."""
    return {
        "is_workaround": KINDS,
        "audience": AUDIENCES,
        "category": {category.slug: category.name for category in articles.categories()},
        "service": {service.slug: service.name for service in services.list_services()},
    }
