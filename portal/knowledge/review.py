"""What authors should look at next, in one list; and what was learned of an article, taken back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import services
from incidents.policy import Action, require
from knowledge_base import articles, gap_list, learning, text, upkeep
from knowledge_base.feedback import Reason
from knowledge_base.gap_list import Trend
from knowledge_base.models import Article
from knowledge_base.upkeep import Kind
from portal import shared
from portal.access import person

TO_DO = "knowledge-upkeep"
COUNTED_FOR_S = 30.0
KINDS = {
    Kind.GAP: ("bulb", "azure", lazy_gettext("No fix yet"), lazy_gettext("Not worth an article")),
    Kind.TWINS: ("git-merge", "yellow", lazy_gettext("Two alike"), lazy_gettext("They are different")),
    Kind.OUTCOMES: ("circle-x", "red", lazy_gettext("Does not help"), lazy_gettext("Leave it")),
    Kind.WORDS: ("thumb-down", "red", lazy_gettext("Not helpful"), lazy_gettext("I have seen to it")),
    Kind.LINKS: ("link", "yellow", lazy_gettext("Dead link"), lazy_gettext("Leave it")),
    Kind.SERVICE: ("archive", "secondary", lazy_gettext("Service gone"), lazy_gettext("Leave it")),
    Kind.STALE: ("calendar", "secondary", lazy_gettext("To look over"), lazy_gettext("Still right")),
}
REASONS = {
    Reason.DID_NOT_WORK: lazy_gettext("It did not work"),
    Reason.OUT_OF_DATE: lazy_gettext("It is out of date"),
    Reason.HARD_TO_FOLLOW: lazy_gettext("It is hard to follow"),
    Reason.NOT_MY_TROUBLE: lazy_gettext("It is about something else"),
}
TRENDS = {
    Trend.RISING: lazy_gettext("more than before"),
    Trend.STEADY: lazy_gettext("as many as before"),
    Trend.FALLING: lazy_gettext("fewer than before"),
}


def index() -> str:
    require(person(), Action.WRITE_ARTICLES)
    tasks, aside = upkeep.open_and_put_aside(_services())
    return render_template(
        "knowledge/review.html",
        tasks=tasks,
        aside=aside,
        kinds=KINDS,
        reasons=REASONS,
        trends=TRENDS,
        categories={category.slug: category.name for category in articles.categories()},
    )


def how_many() -> int:
    """Tasks on the list, for the way to it; counted twice a minute, and when one is put aside."""
    return shared.counted(TO_DO, lambda: len(upkeep.tasks(_services())), for_s=COUNTED_FOR_S)


def leave() -> ResponseReturnValue:
    require(person(), Action.WRITE_ARTICLES)
    upkeep.leave(request.form.get("key", ""), _services())
    shared.count_anew(TO_DO)
    flash(_("Done. It comes back when that changes."), "success")
    return redirect(url_for("knowledge.review"), 303)


def bring_back() -> ResponseReturnValue:
    require(person(), Action.WRITE_ARTICLES)
    upkeep.bring_back(request.form.get("key", ""))
    shared.count_anew(TO_DO)
    flash(_("It is on the list again."), "success")
    return redirect(url_for("knowledge.review"), 303)


def start(gap_id: int) -> ResponseReturnValue:
    """The draft for a gap, in the editor."""
    require(person(), Action.WRITE_ARTICLES)
    article = gap_list.start_article(gap_id, author_id=person().id)
    flash(_("A draft in the words that several people used. Write what helps, then publish it."), "success")
    return redirect(url_for("knowledge.edit", article_id=article.id), 303)


def compare(article_id: int, other_id: int) -> str:
    """Two articles side by side."""
    require(person(), Action.WRITE_ARTICLES)
    pair = [articles.known(article_id), articles.known(other_id)]
    return render_template(
        "knowledge/review_compare.html",
        pair=[(article, _rendered(article)) for article in pair],
        key=f"{Kind.TWINS}-{article_id}-{other_id}",
    )


def forget(article_id: int) -> ResponseReturnValue:
    """Take back what search learned for an article; nobody sees the words."""
    require(person(), Action.WRITE_ARTICLES)
    articles.known(article_id)
    many = learning.take_back(article_id)
    flash(_("Search has forgotten what it learned from solved reports: %(many)s.", many=many), "success")
    return redirect(url_for("knowledge.edit", article_id=article_id), 303)


def _services() -> set[str]:
    return {service.slug for service in services.list_services()}


def _rendered(article: Article) -> Markup:
    parts = (article.symptoms, article.body, article.cause)
    return Markup(text.render("\n\n".join(part for part in parts if part)))  # noqa: S704 - render() cleans
