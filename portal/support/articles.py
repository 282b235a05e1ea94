"""Known fixes at hand while one works on an incident."""

from flask import render_template, request

from incidents import queue, selfhelp
from knowledge_base import search, suggest
from knowledge_base.articles import popular
from knowledge_base.models import Audience
from portal.access import person

MOST = 5


def suggestions(number: str) -> str:
    """What support may read for these words, without what the requester was offered already."""
    incident = queue.find(person(), number)
    words = f"{incident.title}\n{incident.description}"
    known = {fix.article_id for fix in selfhelp.fixes_of(incident.id)}
    service = incident.service.slug if incident.service else None
    found = suggest.suggest(words, audience=Audience.SUPPORT, limit=MOST, service=service)
    return render_template(
        "support/_suggestions.html", found=[fix for fix in found if fix.article_id not in known]
    )


def options() -> str:
    """Articles for a field to choose from."""
    words = request.args.get("article", "").strip()
    found = search.search(words, audience=Audience.SUPPORT, limit=MOST) if words else []
    return render_template(
        "support/_article_options.html", found=found or popular(audience=Audience.SUPPORT, limit=MOST)
    )


def find_articles() -> str:
    """Articles to be put into what one writes; without words those that help most."""
    words, into = request.args.get("words", "").strip(), request.args.get("into", "")
    audience = Audience.EVERYONE if into == "reply" else Audience.SUPPORT
    found = (
        search.search(words, audience=audience, limit=MOST)
        if words
        else popular(audience=audience, limit=MOST)
    )
    return render_template(
        "support/_found_articles.html", found=found, into="note" if into == "note" else "reply"
    )
