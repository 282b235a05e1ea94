"""What a reader says of a fix: it solved it, it did not, it is helpful, or why not."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import unreported
from incidents.models import Incident
from knowledge_base import articles, feedback
from knowledge_base.errors import ArticleError
from knowledge_base.models import Article
from portal.access import person
from portal.employee import report
from portal.employee.fixes import IN_AN_ADDRESS, audience, facts_of
from portal.errors import status_of
from portal.limits import REPORT, limiter


@limiter.limit(REPORT)
def tell_outcome(slug: str) -> ResponseReturnValue:
    """“This solved it”, or “I still need help” with what was tried; nothing has to be reported first."""
    article = articles.get(slug, audience=audience())
    words, solved = request.form.get("words", "").strip(), request.form.get("solved") == "yes"
    incident = unreported.answer(person(), words, article, solved=solved) if words else None
    if incident is not None:
        return _see(incident, solved=solved)
    if not solved:
        return report.begin(words, asked=words)
    if feedback.word_of(article, person().id) is None:
        feedback.say(article, person_id=person().id, is_helpful=True)
    flash(_("Good to hear, and thank you for saying so. It helps the next person."), "success")
    return _back(article, words)


@limiter.limit(REPORT)
def tell_feedback(slug: str) -> ResponseReturnValue:
    """One tap, and another one changes it. A reason says that it was not helpful."""
    article, words = articles.get(slug, audience=audience()), request.form.get("words", "")
    try:
        feedback.say(
            article,
            person_id=person().id,
            is_helpful=request.form.get("helpful") == "yes",
            # The reason given before stands first in the form, that of the button pressed last.
            reason=(request.form.getlist("reason") or [""])[-1],
            comment=request.form.get("comment", ""),
        )
    except ArticleError as refusal:
        return _shown(article, words, refused=str(refusal)), status_of(refusal)
    if request.headers.get("HX-Request-Type") == "partial":
        return _shown(article, words)
    return _back(article, words, anchor="feedback")


def _shown(article: Article, words: str, refused: str = "") -> str:
    """The part about feedback alone for htmx, else the page, with a refused comment still in it."""
    is_part = request.headers.get("HX-Request-Type") == "partial"
    template = "employee/_feedback.html" if is_part else "employee/fix.html"
    comment = request.form.get("comment", "") if refused else ""
    facts = facts_of(article, words)
    return render_template(template, **facts, was_told=not refused, refused=refused, comment=comment)


def _back(article: Article, words: str, *, anchor: str | None = None) -> ResponseReturnValue:
    kept = words[:IN_AN_ADDRESS] or None
    return redirect(url_for("employee.fix", slug=article.slug, words=kept, _anchor=anchor), 303)


def _see(incident: Incident, *, solved: bool) -> ResponseReturnValue:
    """Their words are an incident already, told in another tab perhaps."""
    solved_words = _("Good to hear. %(number)s is solved.", number=incident.number)
    flash(solved_words if solved else _("You reported this already: it is this incident."), "success")
    return redirect(url_for("employee.incident", number=incident.number), 303)
