"""The home page: one question, known fixes while typing, what is known, what is mine."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from firstline import log
from firstline.db import db
from incidents import queue, services, unreported
from incidents.majors import telling
from incidents.status import following
from knowledge_base import browsing, suggest
from knowledge_base.models import Article, Audience
from portal.access import person
from portal.employee import guessing, told
from portal.employee.typing import Typing
from portal.forms import new_key
from portal.limits import SUGGEST, limiter

FEWEST_LETTERS = 3
POPULAR = 6
SHOWN = 5
logger = log.get(__name__)
typing = Typing()


@dataclass(frozen=True)
class Hint:
    """A known fix worth reading, and how many people it helped."""

    slug: str
    title: str
    summary: str
    helped: int


def show() -> str:
    me = person()
    running = services.known_outages(me)
    return render_template(
        "employee/home.html",
        outages=running,
        mine=telling.mine(running, me),
        news=following.unread(me, besides=running),
        incidents=queue.mine(me, open_only=True, limit=SHOWN),
        popular=browsing.popular_now(audience=Audience.EVERYONE, limit=POPULAR),
        key=new_key(),
    )


@limiter.limit(SUGGEST)
def suggestions() -> ResponseReturnValue:
    """The fragment below a field while somebody types; nothing for words typed over meanwhile."""
    words = request.args.get("words", "") or request.args.get("description", "")
    asked = request.args.get("asked", "")
    with typing.turn(f"{person().id}:{request.args.get('page', '')}") as is_newest:
        if not is_newest:
            return "", 204
        tried = unreported.tried(person(), asked) if asked else ()
        shown = hints(words, tried=tried)
        reports = "description" in request.args
        already = told.told_already(words) if reports else None
        guesses = guessing.guess(words) if reports else None
    return render_template(
        "employee/_suggestions.html", hints=shown, told=already, guesses=guesses, words=words.strip()
    )


def hints(words: str, *, tried: Collection[Article] = ()) -> list[Hint]:
    """Known fixes for these words; none when the search is broken, since typing must go on."""
    if len(words.strip()) < FEWEST_LETTERS:
        return []
    try:
        found = suggest.suggest(words, audience=Audience.EVERYONE)
    except Exception:
        logger.exception("no suggestions while typing")
        return []
    helped = _helped({fix.article_id for fix in found} - {article.id for article in tried})
    return [
        Hint(fix.slug, fix.title, fix.summary, helped[fix.article_id])
        for fix in found
        if fix.article_id in helped
    ]


def _helped(article_ids: Collection[int]) -> dict[int, int]:
    """How many each helped; one that was withdrawn a moment ago is left out."""
    readable = browsing.readable(Audience.EVERYONE).where(Article.id.in_(article_ids))
    return {
        row.id: row.helped_count
        for row in db.session.execute(readable.with_only_columns(Article.id, Article.helped_count))
    }
