"""What the bot was unsure of or took wrong, for authors to say what it meant."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chatbot.client import labels
from chatbot.client.answers import HANDLERS, UNSURE
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.errors import Invalid
from incidents.policy import Action, require
from portal.access import person

MEANINGS = {
    "report_problem": lazy_gettext("Something does not work"),
    "ask_howto": lazy_gettext("How something is done"),
    "request_service": lazy_gettext("Wants to have something"),
    "check_status": lazy_gettext("How an incident stands"),
    "list_incidents": lazy_gettext("Which incidents they have"),
    "add_information": lazy_gettext("More about an incident"),
    "inform": lazy_gettext("Answers what was asked"),
    "outage_check": lazy_gettext("Whether something is down"),
    "solved": lazy_gettext("It is solved"),
    "not_solved": lazy_gettext("It is not solved"),
    "escalate": lazy_gettext("Wants it raised or hurried"),
    "talk_to_human": lazy_gettext("Wants a person"),
    "affirm": lazy_gettext("Yes"),
    "deny": lazy_gettext("No"),
    "cancel": lazy_gettext("Withdraw or stop"),
    "start_over": lazy_gettext("Start again"),
    "give_feedback": lazy_gettext("Praise or blame"),
    "greet": lazy_gettext("Hello"),
    "thank": lazy_gettext("Thanks"),
    "goodbye": lazy_gettext("Goodbye"),
    "help": lazy_gettext("What the bot can do"),
    "bot_challenge": lazy_gettext("Whether it is a bot"),
    "out_of_scope": lazy_gettext("Nothing for us"),
}
"""Every intent in plain words, the most frequent first."""

INTENTS = frozenset(HANDLERS) - {UNSURE}


def index(error: str = "", wrong: int | None = None, typed: str = "") -> str:
    require(person(), Action.WRITE_ARTICLES)
    return render_template(
        "knowledge/sayings.html",
        sayings=labels.waiting(),
        many=labels.how_many(),
        lately=labels.lately(),
        meanings=MEANINGS,
        error=error,
        wrong=wrong,
        typed=typed,
    )


def how_many() -> int:
    """Sayings that wait for a label, for the way to them."""
    return labels.how_many()


def decide(turn_id: int) -> ResponseReturnValue:
    """Teach it, or leave it out."""
    require(person(), Action.WRITE_ARTICLES)
    try:
        if "leave" in request.form:
            labels.leave_out(turn_id, by=person())
        else:
            _teach(turn_id)
    except Invalid as refused:
        return index(refused.sentence, turn_id, request.form.get("words", "")), 422
    flash(_("Noted. You can take it back below."), "success")
    return redirect(url_for("knowledge.sayings"), 303)


def take_back(turn_id: int) -> ResponseReturnValue:
    require(person(), Action.WRITE_ARTICLES)
    labels.take_back(turn_id)
    flash(_("It waits for you again."), "success")
    return redirect(url_for("knowledge.sayings"), 303)


def _teach(turn_id: int) -> None:
    intent, words = request.form.get("intent", ""), request.form.get("words", "")
    labels.label(turn_id, intent=intent, words=words, by=person(), known=INTENTS)
