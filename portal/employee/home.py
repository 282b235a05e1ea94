"""The home page: one question, known fixes while typing, what is known, what is mine."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request
from sqlalchemy import select

from firstline import log
from firstline.db import db
from incidents import queue, services
from knowledge_base import articles, suggest
from knowledge_base.models import Article, Audience
from portal.access import person
from portal.forms import new_key
from portal.limits import SUGGEST, limiter

FEWEST_LETTERS = 3
MOST = 3
POPULAR = 6
SHOWN = 5
logger = log.get(__name__)


@dataclass(frozen=True)
class Hint:
    """A known fix worth reading, and how many people it helped."""

    slug: str
    title: str
    summary: str
    helped: int


def show() -> str:
    me = person()
    return render_template(
        "employee/home.html",
        outages=services.known_outages(me),
        incidents=queue.mine(me, open_only=True, limit=SHOWN),
        popular=articles.popular(audience=Audience.EVERYONE, limit=POPULAR),
        key=new_key(),
    )


@limiter.limit(SUGGEST)
def suggestions() -> str:
    """The fragment below a field while somebody types."""
    words = request.args.get("words", "") or request.args.get("description", "")
    return render_template("employee/_suggestions.html", hints=hints(words), words=words.strip())


def hints(words: str) -> list[Hint]:
    """Known fixes for these words; none when the search is broken, since typing must go on."""
    if len(words.strip()) < FEWEST_LETTERS:
        return []
    try:
        found = suggest.suggest(words, audience=Audience.EVERYONE, limit=MOST)
    except Exception:
        logger.exception("no suggestions while typing")
        return []
    helped = _helped([fix.article_id for fix in found])
    return [Hint(fix.slug, fix.title, fix.summary, helped.get(fix.article_id, 0)) for fix in found]


def _helped(article_ids: Sequence[int]) -> dict[int, int]:
    counts = select(Article.id, Article.helped_count).where(Article.id.in_(article_ids))
    return {row.id: row.helped_count for row in db.session.execute(counts)}
