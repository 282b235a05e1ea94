"""Known fixes to look through, and one of them to follow."""

from collections.abc import Sequence

from flask import render_template, request
from markupsafe import Markup

from firstline import log
from knowledge_base import articles, search, text
from knowledge_base.models import Article, Audience
from knowledge_base.search import Hit
from portal.access import person
from portal.limits import SUGGEST, limiter

MOST = 60
POPULAR = 12
NEAREST = 15
WORTH_SHOWING = 0.005
"""A chance this small means that nothing of what was asked is in the article."""

logger = log.get(__name__)


@limiter.limit(SUGGEST)
def index() -> str:
    words, category = request.args.get("q", "").strip(), request.args.get("category", "")
    return render_template(
        "employee/fixes.html",
        words=words,
        category=category,
        shelves=articles.shelves(audience=audience()),
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


def _found(words: str, category: str) -> Sequence[Article | Hit]:
    if not words:
        limit = MOST if category else POPULAR
        return articles.popular(audience=audience(), limit=limit, category=category or None)
    try:
        hits = search.search(words, audience=audience(), limit=NEAREST)
    except Exception:
        logger.exception("no search among the fixes")
        return []
    return [hit for hit in hits if hit.score >= WORTH_SHOWING]
