"""What an employee decides about an incident of their own."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import continuing, lifecycle, queue, selfhelp
from incidents.errors import Conflict, Invalid, TooLate
from incidents.lifecycle import Change
from incidents.models import Channel, State
from incidents.resolutions import rating
from incidents.resolutions.models import Score
from portal.access import person
from portal.employee.incidents import own, page, see
from portal.forms import uploads
from portal.limits import REPORT, limiter


@limiter.limit(REPORT)
def reply(number: str) -> ResponseReturnValue:
    incident, text = own(number), request.form.get("text", "")
    was_open = incident.is_open
    try:
        said = continuing.say(incident.id, by=person(), text=text, channel=Channel.PORTAL, uploads=uploads())
    except Invalid as refusal:
        return page(own(number), errors={refusal.field or "": refusal.sentence}, text=text), 422
    incident = queue.find(person(), str(said.incident_id))
    if said.goes_on:
        flash(_("%(old)s is closed for good. It goes on here.", old=number), "success")
        return see(incident)
    opened = incident.is_open and not was_open
    flash(_("Sent. It is open again.") if opened else _("Sent."), "success")
    return see(incident)


def tell_outcome(number: str) -> ResponseReturnValue:
    """“This solved it”, with the article that did, or “I still need help”."""
    incident = own(number)
    solved = request.form.get("solved") == "yes"
    article_id = request.form.get("article", type=int)
    try:
        selfhelp.tell_outcome(incident.id, by=person(), solved=solved, article_id=article_id)
    except Conflict as refusal:
        flash(refusal.sentence, "info")
        return see(own(number))
    incident = own(number)
    flash(
        _("Good to hear. %(number)s is solved.", number=incident.number) if solved else _passed_on(),
        "success",
    )
    return see(incident)


def confirm(number: str) -> ResponseReturnValue:
    return _move(number, State.CLOSED, _("Thank you. It is closed."))


def reopen(number: str) -> ResponseReturnValue:
    incident = own(number)
    try:
        return _move(number, State.QUEUED, _("It is open again. We look at it anew."))
    except Invalid as refusal:
        return page(incident, errors={"note": refusal.sentence}), 422
    except TooLate:
        words = request.form["note"]
        said = continuing.say(incident.id, by=person(), text=words, channel=Channel.PORTAL)
        flash(_("%(old)s is closed for good. It goes on here.", old=number), "success")
        return see(queue.find(person(), str(said.incident_id)))


def rate(number: str) -> ResponseReturnValue:
    incident = own(number)
    try:
        rating.rate(
            incident.id,
            _score(),
            by=person(),
            channel=Channel.PORTAL,
            words=request.form.get("words", ""),
        )
    except (Conflict, Invalid) as refusal:
        flash(refusal.sentence, "info")
        return see(own(number))
    flash(_("Thank you for telling us."), "success")
    return see(own(number))


def _score() -> Score:
    given = request.form.get("score", "")
    if given not in set(Score):
        raise Invalid(_("Choose one of: great, okay, not good."), field="score")
    return Score(given)


def cancel(number: str) -> ResponseReturnValue:
    return _move(number, State.CANCELLED, _("Cancelled. You can open it again below if that was a slip."))


def _move(number: str, to: State, words: str) -> ResponseReturnValue:
    incident = own(number)
    if incident.state != to:
        try:
            wanted = Change(to=to, note=request.form.get("note", "").strip())
            lifecycle.change(incident.id, wanted, by=person())
        except TooLate:
            raise
        except Conflict as refusal:
            flash(refusal.sentence, "info")
            return see(own(number))
    flash(words, "success")
    return see(own(number))


def _passed_on() -> str:
    return _("It is with the service desk now, with everything you tried.")
