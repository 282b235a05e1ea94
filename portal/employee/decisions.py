"""What an employee decides about an incident of their own."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import conversation, lifecycle, selfhelp
from incidents.errors import Conflict, Invalid
from incidents.lifecycle import Change
from incidents.models import Channel, State
from portal.access import person
from portal.employee.incidents import own, page, see
from portal.forms import uploads
from portal.limits import REPORT, limiter


@limiter.limit(REPORT)
def reply(number: str) -> ResponseReturnValue:
    incident, text = own(number), request.form.get("text", "")
    incident_id, was_open = incident.id, incident.is_open
    try:
        conversation.say(incident_id, by=person(), text=text, channel=Channel.PORTAL, uploads=uploads())
    except Invalid as refusal:
        return page(own(number), errors={refusal.field or "": refusal.sentence}, text=text), 422
    incident = own(number)
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
    return _move(number, State.QUEUED, _("It is open again. We look at it anew."))


def cancel(number: str) -> ResponseReturnValue:
    return _move(number, State.CANCELLED, _("Cancelled. You can open it again below if that was a slip."))


def _move(number: str, to: State, words: str) -> ResponseReturnValue:
    incident = own(number)
    if incident.state != to:
        try:
            wanted = Change(to=to, note=request.form.get("note", "").strip())
            lifecycle.change(incident.id, wanted, by=person())
        except Conflict as refusal:
            flash(refusal.sentence, "info")
            return see(own(number))
    flash(words, "success")
    return see(own(number))


def _passed_on() -> str:
    return _("It is with the service desk now, with everything you tried.")
