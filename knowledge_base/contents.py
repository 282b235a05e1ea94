"""What an article says: as authors give it, as editions keep it, as the search reads it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from firstline import clock
from firstline.i18n import gettext as _
from knowledge_base import text
from knowledge_base.errors import ArticleError
from knowledge_base.models import Article, Audience

MAX_TITLE = 300
MAX_BODY = 1_000_000
MAX_REMARK = 20_000
"""Characters of the symptoms, of the cause and of the keywords."""
REVIEW_AFTER = timedelta(days=365)
LATEST_REVIEW = timedelta(days=3652)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The content of an article as an author gives it; the body is Markdown and holds the steps.

    Without `review_at` the date stays as it is, or is a year ahead in a new article.
    """

    title: str
    body: str
    summary: str = ""
    symptoms: str = ""
    cause: str = ""
    is_workaround: bool = False
    category: str | None = None
    service: str | None = None
    keywords: str = ""
    audience: Audience = Audience.EVERYONE
    owner_id: int | None = None
    review_at: datetime | None = None


def check(draft: Draft) -> None:
    """Refuse what cannot be an article; raises ArticleError."""
    if not draft.title.strip():
        raise ArticleError(_("Give the article a title."), field="title")
    if len(draft.title) > MAX_TITLE:
        raise ArticleError(_("Shorten the title to %(most)s characters.", most=MAX_TITLE), field="title")
    if len(draft.body) > MAX_BODY:
        sentence = _("Shorten the article to one million characters, or attach the rest as a file.")
        raise ArticleError(sentence, field="body")
    for name in ("symptoms", "cause", "keywords", "summary"):
        if len(getattr(draft, name)) > MAX_REMARK:
            sentence = _(
                "Shorten this to %(most)s characters; the steps have room for more.", most=MAX_REMARK
            )
            raise ArticleError(sentence, field=name)
    if any("\0" in words for words in asdict(draft).values() if isinstance(words, str)):
        raise ArticleError(_("Remove the invisible NUL characters from the text."))


def check_review_date(draft: Draft, *, known: datetime | None = None) -> None:
    """A date that passed is refused, unless it is the one the article has already."""
    if draft.review_at is None or draft.review_at == known:
        return
    if draft.review_at < clock.now():
        raise ArticleError(_("Choose a review date in the future."), field="review_at")
    if draft.review_at > clock.now() + LATEST_REVIEW:
        raise ArticleError(_("Choose a review date within ten years."), field="review_at")


def draft_of(article: Article) -> Draft:
    """What the article says now."""
    return Draft(
        title=article.title,
        body=article.body,
        summary=article.summary,
        symptoms=article.symptoms,
        cause=article.cause,
        is_workaround=article.is_workaround,
        category=article.category_slug,
        service=article.service,
        keywords=article.keywords,
        audience=Audience(article.audience),
        owner_id=article.owner_id,
        review_at=article.review_at,
    )


def says_the_same(article: Article, draft: Draft) -> bool:
    """Whether the draft would change nothing."""
    now = draft_of(article)
    summary = draft.summary.strip() or text.summarise(draft.body)
    return replace(draft, summary=summary, review_at=draft.review_at or now.review_at) == now


def to_json(draft: Draft) -> dict[str, object]:
    """The form in which an edition keeps it."""
    told = asdict(draft)
    told["review_at"] = draft.review_at.isoformat() if draft.review_at else None
    return told


def from_json(content: Mapping[str, Any]) -> Draft:
    """What `to_json` kept, perhaps by an older Firstline that knew fewer fields."""
    told = {field.name: content[field.name] for field in fields(Draft) if field.name in content}
    told["audience"] = Audience(told.get("audience", Audience.EVERYONE))
    if told.get("review_at"):
        told["review_at"] = datetime.fromisoformat(told["review_at"])
    return Draft(**told)


def whole_text(article: Article | Draft) -> str:
    """All its words without marks, as the search reads them: symptoms, steps and cause."""
    return "\n".join(text.plain(part) for part in (article.symptoms, article.body, article.cause) if part)
