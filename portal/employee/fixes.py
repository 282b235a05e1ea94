"""Known fixes to look through, and one of them to follow."""

from collections.abc import Sequence

from flask import render_template, request
from markupsafe import Markup

from firstline import log
from knowledge_base import articles, text
from knowledge_base.models import Article, Audience
from portal.access import person
from portal.employee.home import hints
from portal.limits import SUGGEST, limiter

MOST = 60
POPULAR = 12
logger = log.get(__name__)


@limiter.limit(SUGGEST)
def index() -> str:
    words, category = request.args.get("q", "").strip(), request.args.get("category", "")
    return render_template(
        "employee/fixes.html",
        words=words,
        category=category,
        categories=articles.categories(),
        found=_found(words, category),
    )


def show(slug: str) -> str:
    article = articles.get(slug, audience=audience())
    return render_template(
        "employee/fix.html",
        article=article,
        body=Markup(text.render(article.body)),  # noqa: S704 - render() cleans it
        words=request.args.get("words", "")[:500],
    )


def audience() -> Audience:
    """As whom the signed-in person reads."""
    return Audience.SUPPORT if person().is_support else Audience.EVERYONE


def _found(words: str, category: str) -> Sequence[Article]:
    if not words:
        limit = MOST if category else POPULAR
        return articles.popular(audience=audience(), limit=limit, category=category or None)
    return [found for hint in hints(words) if (found := articles.find(hint.slug)) is not None]
