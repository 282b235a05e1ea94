"""Known fixes: to look through, to search, and one of them to follow."""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from firstline import log
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext as later
from incidents import services, unreported
from incidents.remediations import from_article
from knowledge_base import articles, browsing, feedback, reading, related, results
from knowledge_base.errors import Withdrawn
from knowledge_base.feedback import Reason
from knowledge_base.models import Article, Audience
from knowledge_base.reading import FEWEST_HEADINGS, Heading, Reading
from knowledge_base.results import Found
from portal.access import person
from portal.limits import SUGGEST, limiter

POPULAR = CHANGED = 6
INSTEAD = 3
IN_AN_ADDRESS = 400
"""Characters of somebody's words that a link carries: servers refuse long addresses."""
MAX_PAGE = 1_000
REASONS = {
    Reason.DID_NOT_WORK: later("It did not work"),
    Reason.OUT_OF_DATE: later("It is out of date"),
    Reason.HARD_TO_FOLLOW: later("It is hard to follow"),
    Reason.NOT_MY_TROUBLE: later("It is about something else"),
}

logger = log.get(__name__)


@limiter.limit(SUGGEST)
def index() -> str:
    words, category = request.args.get("q", "").strip(), request.args.get("category", "")
    page = min(max(1, request.args.get("page", 1, type=int)), MAX_PAGE)
    if words:
        found = find(words, category=category, page=page)
        return _page("results", words=words, category=category, page=page, found=found)
    return _shelf(category, page) if category else _overview()


def show(slug: str) -> ResponseReturnValue:
    words = request.args.get("words", "")
    try:
        article = articles.get(slug, audience=audience())
    except Withdrawn as gone:
        near = find(words or gone.article.title)
        return _page("gone", words=words, gone=gone.article, found=near.results[:INSTEAD]), 404
    if article.slug != slug:
        kept = words[:IN_AN_ADDRESS] or None
        return redirect(url_for("employee.fix", slug=article.slug, words=kept), 301)
    return render_template("employee/fix.html", **facts_of(article, words))


def facts_of(article: Article, words: str) -> Mapping[str, Any]:
    """What the page of an article, and each part of it, shows."""
    laid_out = reading.lay_out(article)
    return {
        "article": article,
        "reading": laid_out,
        "contents": _contents(laid_out),
        "safe": Markup,  # reading's HTML is cleaned
        "words": words,
        "service": next((one.name for one in services.list_services() if one.slug == article.service), ""),
        "remediations": from_article.of(article),
        "nonce": token_urlsafe(12),
        "related": related.of(article, audience()),
        "word": feedback.word_of(article, person().id),
        "is_solved": unreported.is_solved(person(), words, article),
        "REASONS": REASONS,
        "IN_AN_ADDRESS": IN_AN_ADDRESS,
    }


def find(words: str, *, category: str = "", page: int = 1) -> Found:
    """What fits these words; nothing when the search is broken, for there is always the report."""
    try:
        return results.find(words, audience=audience(), category=category, page=page)
    except Exception:
        logger.exception("no search among the fixes")
        return Found()


def audience() -> Audience:
    """As whom the signed-in person reads."""
    return Audience.SUPPORT if person().is_support else Audience.EVERYONE


def _overview() -> str:
    return _page(
        "fixes",
        shelves=browsing.shelves(audience=audience()),
        popular=browsing.popular_now(audience=audience(), limit=POPULAR),
        changed=browsing.changed_lately(audience=audience(), limit=CHANGED),
        is_new=browsing.is_new,
    )


def _shelf(category: str, page: int) -> str:
    """One category, with the way up and those below; an unknown or empty one is an empty page."""
    shelves = browsing.shelves(audience=audience())
    top = next((one for one in shelves if category in (one.slug, *(below.slug for below in one.below))), None)
    here = next((one for one in (top, *(top.below if top else ())) if one and one.slug == category), None)
    leaf = browsing.leaf(audience=audience(), category=category, page=page)
    return _page("shelf", top=top, here=here, leaf=leaf, page=page, category=category)


def _page(name: str, *, words: str = "", **facts: Any) -> str:
    return render_template(f"employee/{name}.html", words=words, IN_AN_ADDRESS=IN_AN_ADDRESS, **facts)


def _contents(laid_out: Reading) -> list[Heading]:
    """The table of contents; empty for an article that is seen at a glance."""
    before = [Heading("you-see", _("Is this you?"), 2)] if laid_out.symptoms else []
    before += [Heading("why", _("Why"), 2)] if laid_out.cause else []
    if before and not laid_out.begins_with_heading:
        before.append(Heading("what-to-do", _("What to do"), 2))
    shown = [*before, *(heading for heading in laid_out.headings if heading.level < 4)]
    return shown if len(shown) >= FEWEST_HEADINGS else []
