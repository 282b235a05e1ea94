"""The list of articles, and which of them people may find."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import authors
from incidents.policy import Action, require
from knowledge_base import articles, catalogue, indexing
from knowledge_base.catalogue import Wanted
from knowledge_base.models import State
from knowledge_base.states import Hand
from portal.access import person
from portal.knowledge import review, sayings
from portal.knowledge.hands import hand

STATES = {
    State.DRAFT: ("pencil", "yellow", lazy_gettext("Draft")),
    State.REVIEW: ("eye", "azure", lazy_gettext("In review")),
    State.PUBLISHED: ("circle-check", "green", lazy_gettext("Published")),
    State.WITHDRAWN: ("archive", "secondary", lazy_gettext("Withdrawn")),
}
MINE = "me"


def index() -> str:
    wanted = _wanted()
    page = max(1, request.args.get("page", 1, type=int))
    leaf = catalogue.browse(wanted, page=page)
    return render_template(
        "knowledge/index.html",
        leaf=leaf,
        counts=catalogue.state_counts(),
        overdue=catalogue.count_overdue(),
        proposed=catalogue.proposed_ids(),
        may_write=hand() == Hand.REVIEWER,
        to_do=review.how_many() if hand() == Hand.REVIEWER else 0,
        to_teach=sayings.how_many() if hand() == Hand.REVIEWER else 0,
        states=STATES,
        wanted=wanted,
        chosen={name: value for name, value in request.args.items() if value and name != "page"},
        page=page,
        categories=articles.categories(),
        owners=authors.list_authors(),
        indexing=indexing.progress(),
        names=authors.names({article.owner_id for article in leaf.articles}),
    )


def publish(article_id: int) -> ResponseReturnValue:
    require(person(), Action.WRITE_ARTICLES)
    return _move(article_id, State.PUBLISHED)


def withdraw(article_id: int) -> ResponseReturnValue:
    require(person(), Action.WRITE_ARTICLES)
    return _move(article_id, State.WITHDRAWN)


def submit(article_id: int) -> ResponseReturnValue:
    return _move(article_id, State.REVIEW)


def redraft(article_id: int) -> ResponseReturnValue:
    return _move(article_id, State.DRAFT)


def moved(state: str, title: str) -> str:
    """What it means for people that the article is there now."""
    sentences = {
        State.PUBLISHED: _("“%(title)s” is published: people find it now.", title=title),
        State.WITHDRAWN: _("“%(title)s” is withdrawn: nobody is offered it any more.", title=title),
        State.REVIEW: _("“%(title)s” waits for a reviewer, who publishes it.", title=title),
        State.DRAFT: _("“%(title)s” is a draft again.", title=title),
    }
    return sentences[State(state)]


def _move(article_id: int, to: State) -> ResponseReturnValue:
    article = articles.move(article_id, to, hand=hand())
    flash(moved(article.state, article.title), "success")
    return redirect(url_for("knowledge.edit", article_id=article_id), 303)


def _wanted() -> Wanted:
    """What the query asks for; a value that cannot be read asks for nothing."""
    asked = request.args
    owner = asked.get("owner", "")
    return Wanted(
        words=asked.get("q", "").strip(),
        state=asked.get("state", ""),
        category=asked.get("category", ""),
        owner_id=person().id if owner == MINE else asked.get("owner", None, type=int),
        is_overdue=asked.get("due") == "1",
        is_proposed=asked.get("proposed") == "1",
    )
