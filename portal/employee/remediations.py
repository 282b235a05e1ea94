"""“Unlock my account now”: what a person may start for their own incident."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.errors import Refused
from incidents.remediations import asking, from_article
from incidents.remediations.models import AHEAD, Result, Run
from knowledge_base import articles
from portal.access import person
from portal.employee.fixes import audience
from portal.employee.incidents import own, see
from portal.limits import REPORT, limiter


@limiter.limit(REPORT)
def start(number: str, slug: str) -> ResponseReturnValue:
    incident = own(number)
    try:
        run = asking.ask_as_requester(incident.id, slug, by=person())
    except Refused as refusal:
        flash(refusal.sentence, "info")
        return see(own(number))
    _tell(run)
    return see(own(number))


@limiter.limit(REPORT)
def start_from_article(slug: str, remedy: str) -> ResponseReturnValue:
    """The same button beside the article: it leads to the incident whose story tells how it went."""
    article = articles.get(slug, audience=audience())
    try:
        run = from_article.ask(article, remedy, by=person(), nonce=request.form.get("nonce", ""))
    except Refused as refusal:
        flash(refusal.sentence, "info")
        return redirect(url_for("employee.fix", slug=article.slug), 303)
    _tell(run)
    return see(run.incident)


def _tell(run: Run) -> None:
    """Nothing of one that ended before: its page says how."""
    if run.state == Result.WAITS:
        flash(_("Somebody of support looks at it first. You hear from us."), "success")
    elif run.state in AHEAD:
        flash(_("It is under way. In a moment this page says how it went."), "success")
