"""The list of articles, and which of them people may find."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from knowledge_base import articles, catalogue
from knowledge_base.models import State

STATES = {
    State.PUBLISHED: ("circle-check", "green", lazy_gettext("Published")),
    State.DRAFT: ("pencil", "yellow", lazy_gettext("Draft")),
    State.WITHDRAWN: ("archive", "secondary", lazy_gettext("Withdrawn")),
}


def index() -> str:
    words, state = request.args.get("q", "").strip(), request.args.get("state", "")
    page = request.args.get("page", 1, type=int)
    return render_template(
        "knowledge/index.html",
        leaf=catalogue.browse(words, state=state, page=page),
        counts=catalogue.state_counts(),
        states=STATES,
        words=words,
        state=state,
        page=max(1, page),
    )


def publish(article_id: int) -> ResponseReturnValue:
    article = articles.publish(article_id)
    flash(_("“%(title)s” is published: people find it now.", title=article.title), "success")
    return redirect(url_for("knowledge.edit", article_id=article_id), 303)


def withdraw(article_id: int) -> ResponseReturnValue:
    article = articles.withdraw(article_id)
    flash(_("“%(title)s” is withdrawn: nobody is offered it any more.", title=article.title), "success")
    return redirect(url_for("knowledge.edit", article_id=article_id), 303)
