"""One article as files tell it: which fields they may name, read and written alike for every format.

What a file does not name stays as it is in an article that is known already.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time

from firstline.i18n import gettext as _
from knowledge_base import contents, text
from knowledge_base.addresses import slugify
from knowledge_base.contents import Draft
from knowledge_base.errors import ArticleError
from knowledge_base.models import Article, Audience, State

Fields = Mapping[str, object]
PLACE = "picture:"
"""With the hash of its content: where a picture that comes along stands in the body."""
MAX_SLUG = 60
"""Characters of a category or a service."""
TRIMMED = ("title", "summary", "symptoms", "cause", "keywords")
LISTED = ("symptoms", "cause")
KEPT_IF_EMPTY = ("summary", "review_at")
"""An article is never without these: what is empty says nothing."""
YES = {"true", "yes", "1", "on"}
NO = {"false", "no", "0", "off", ""}
NOON = time(12, tzinfo=UTC)


@dataclass(frozen=True)
class PictureFile:
    """A picture that comes with an article; it stands in the body under the hash of its content."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An article found in a file. `given` holds the fields of a `Draft` that the file names.

    `where` is the line or the name of the file; `remarks` say what is lost although it can be taken.
    """

    where: int | str
    slug: str
    given: Mapping[str, object]
    state: State | None = None
    owner: str = ""
    pictures: Mapping[str, PictureFile] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Left:
    """A line or a file that cannot be an article, and why."""

    where: int | str
    sentence: str


def entry(where: int | str, slug: str, told: Fields) -> Entry:
    """Read what a file says; raises ArticleError with what is wrong."""
    given = {NAMES.get(name, name): read(told[name], name) for name, read in READERS.items() if name in told}
    given = {name: value for name, value in given.items() if value or name not in KEPT_IF_EMPTY}
    contents.check(Draft(**{"title": "", "body": "", **given}))  # type: ignore[arg-type]
    return Entry(
        where=where,
        slug=slugify(slug),
        given=given,
        state=_state(told),
        owner=_text(told.get("owner"), "owner"),
    )


def fields_of(article: Article, owners: Mapping[int, str]) -> dict[str, object]:
    """What a file says of this article; `owners` are the addresses of people by id."""
    is_own_summary = article.summary != text.summarise(article.body)
    return {
        "id": article.slug,
        "title": article.title,
        "category": article.category_slug or "",
        "service": article.service or "",
        "keywords": article.keywords,
        "audience": str(article.audience),
        "state": str(article.state),
        "summary": article.summary if is_own_summary else "",
        "symptoms": article.symptoms,
        "cause": article.cause,
        "workaround": article.is_workaround,
        "owner": owners.get(article.owner_id or 0, ""),
        "review_at": article.review_at.isoformat() if article.review_at else "",
        "body": article.body,
    }


def draft_for(found: Entry, known: Article | None, body: str) -> Draft:
    """The content after the import; `body` is the one with the addresses of its pictures."""
    given = {**found.given, "body": body}
    if known is None:
        return Draft(**given)  # type: ignore[arg-type]
    now = contents.draft_of(known)
    if "summary" not in given and now.summary == text.summarise(known.body):
        given["summary"] = ""
    return replace(now, **given)  # type: ignore[arg-type]


def says_the_same(found: Entry, known: Article, body: str) -> bool:
    """Whether the article says all of this already; quicker than comparing drafts, which summarises."""
    now = vars(contents.draft_of(known))
    given = {**found.given, "body": body}
    return all(now[name] == value for name, value in given.items()) and found.state in (None, known.state)


def _text(value: object, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        value = "\n".join(f"- {one}" for one in value) if name in LISTED else ", ".join(map(str, value))
    if not isinstance(value, str):
        raise ArticleError(_("“%(name)s” must be a text.", name=name), field=name)
    # Half of a surrogate pair is JSON, but no text a database would take.
    words = value.encode("utf-8", "replace").decode()
    return words.strip() if name in TRIMMED else words


def _slug(value: object, name: str) -> str | None:
    words = _text(value, name).strip()
    return slugify(words)[:MAX_SLUG] if words else None


def _audience(value: object, name: str) -> Audience:
    words = _text(value, name).strip().lower() or Audience.EVERYONE
    if words not in set(Audience):
        raise ArticleError(_("“audience” must be one of: %(these)s.", these=", ".join(Audience)), field=name)
    return Audience(words)


def _state(told: Fields) -> State | None:
    words = _text(told.get("state"), "state").strip().lower()
    if words and words not in set(State):
        raise ArticleError(_("“state” must be one of: %(these)s.", these=", ".join(State)), field="state")
    return State(words) if words else None


def _flag(value: object, name: str) -> bool:
    words = str("" if value is None else value).strip().lower()
    if words not in YES | NO:
        raise ArticleError(_("“%(name)s” must be true or false.", name=name), field=name)
    return words in YES


def _moment(value: object, name: str) -> datetime | None:
    """A day, which is meant as its noon, or a time."""
    words = _text(value, name).strip()
    if not words:
        return None
    try:
        if len(words) <= len("2030-01-31"):
            return datetime.combine(date.fromisoformat(words), NOON)
        moment = datetime.fromisoformat(words)
    except ValueError as error:
        raise ArticleError(_("Write the day such as 2030-01-31."), field=name) from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


READERS: dict[str, Callable[[object, str], object]] = {
    **dict.fromkeys(("title", "body", "summary", "symptoms", "cause", "keywords"), _text),
    **dict.fromkeys(("category", "service"), _slug),
    "audience": _audience,
    "workaround": _flag,
    "review_at": _moment,
}
NAMES = {"workaround": "is_workaround"}
"""What the fields of files are called in a `Draft`, where that is something else."""
