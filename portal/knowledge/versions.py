"""What an article said before and what somebody proposes: compared, restored, decided."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import authors
from incidents.policy import Action, require
from knowledge_base import articles, editions
from knowledge_base.contents import draft_of
from knowledge_base.models import Article, Edition
from knowledge_base.states import Hand
from portal.access import person
from portal.knowledge import fields
from portal.knowledge.hands import hand
from portal.knowledge.shelf import STATES


def index(article_id: int) -> str:
    """`?old=2&new=5` compares two of them; without, the last two."""
    article = articles.known(article_id)
    history = editions.history(article)
    newest, before = history[0], history[min(1, len(history) - 1)]
    old = _asked(article, "old", before)
    new = _asked(article, "new", newest)
    return render_template(
        "knowledge/versions.html",
        article=article,
        states=STATES,
        history=history,
        names=authors.names({edition.editor_id for edition in history}),
        old=old,
        new=new,
        differences=_between(old, new),
        may_restore=hand() == Hand.REVIEWER or not article.is_published,
    )


def restore(article_id: int, revision: int) -> ResponseReturnValue:
    seen = request.form.get("revision", 0, type=int)
    articles.restore(article_id, back_to=revision, revision=seen, editor_id=person().id, hand=hand())
    flash(_("The article says again what it said in version %(number)s.", number=revision), "success")
    return redirect(url_for("knowledge.versions", article_id=article_id), 303)


def proposal(article_id: int, proposal: int) -> str:
    """A proposed change beside what the article says now."""
    article = articles.known(article_id)
    found = editions.find_proposal(article, -proposal)
    now = fields.shown(draft_of(article))
    return render_template(
        "knowledge/proposal.html",
        article=article,
        states=STATES,
        proposal=found,
        number=proposal,
        who=authors.names({found.editor_id}).get(found.editor_id or 0),
        is_stale=editions.base_of(found) != article.revision,
        may_decide=hand() == Hand.REVIEWER,
        differences=fields.differences(now, fields.shown(editions.words_of(found))),
    )


def accept(article_id: int, proposal: int) -> ResponseReturnValue:
    require(person(), Action.WRITE_ARTICLES)
    articles.accept(article_id, -proposal)
    flash(_("Accepted: people read the new version now."), "success")
    return redirect(url_for("knowledge.edit", article_id=article_id), 303)


def dismiss(article_id: int, proposal: int) -> ResponseReturnValue:
    require(person(), Action.WRITE_ARTICLES)
    articles.dismiss(article_id, -proposal)
    flash(_("The proposal is gone; the article stays as it is."), "success")
    return redirect(url_for("knowledge.edit", article_id=article_id), 303)


def _asked(article: Article, name: str, otherwise: Edition) -> Edition:
    """A version by its number in the query; a number that is none asks for the usual one."""
    revision = request.args.get(name, 0, type=int)
    return editions.find(article, revision) if revision > 0 else otherwise


def _between(old: Edition, new: Edition) -> list[fields.Difference]:
    before, after = (fields.shown(editions.words_of(edition)) for edition in (old, new))
    return fields.differences(before, after)
