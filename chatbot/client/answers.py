"""From an intent to an answer, by what was asked before."""

from collections.abc import Callable
from dataclasses import replace

from chatbot.client import (
    acting,
    corrections,
    follow_on,
    german,
    handover,
    known_outages,
    offers,
    own_incidents,
    payloads,
    picking,
    raising,
    remedies,
    reports,
    same,
    severity,
    smalltalk,
    steps,
    why,
    with_people,
    wording,
)
from chatbot.client.memory import Question
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.reading import (
    asks_for_it,
    asks_to_act,
    follows_up,
    has_content,
    is_another_script,
    is_only_number,
    is_rude,
    is_wordless,
    names_number,
    read_sign,
    says_next,
)
from firstline.i18n import gettext as _
from incidents.errors import Refused

UNSURE = "unsure"
CONTENT = frozenset(
    {"report_problem", "inform", "ask_howto", "request_service", "add_information", "out_of_scope", UNSURE}
    | {"outage_check", "escalate", "not_solved", "give_feedback"}
)
"""Intents whose words are an answer when we asked for words."""

REASONS = CONTENT | {"deny", "check_status"}
NOT_UNDERSTOOD = frozenset({"give_feedback", "out_of_scope", UNSURE, "goodbye"})
"""What angry words are taken for that say nothing of a trouble."""


def answer(moment: Moment, intent: str) -> Answer:
    """Answer one turn; a refusal of the domain becomes its sentence."""
    try:
        given = follow_on.go_on(moment, intent, _handler(moment, intent)(moment))
    except Refused as refused:
        given = say(moment.memory.but(asked=None), wording.text(refused.sentence))
    memory = picking.kept(moment, intent, given.memory)
    return replace(given, messages=wording.with_person(given.messages), memory=memory)


def is_ours(payload: str | None) -> bool:
    """Whether this button needs no understanding, and so no Rasa."""
    return payload is not None and f"/{payloads.read(payload).intent}" in BUTTONS


def _handler(moment: Moment, intent: str) -> Callable[[Moment], Answer]:
    asked = moment.memory.asked
    if not moment.is_pressed:
        intent = _read_by_rule(moment.words, intent)
    if moment.is_pressed and f"/{intent}" in BUTTONS:
        return BUTTONS[f"/{intent}"]
    if not moment.is_pressed:
        if moment.handed_to:
            return with_people.pass_on
        if corrections.meant(moment.words) is not None or (asked == Question.MEANT and intent in CONTENT):
            return lambda corrected: corrections.put_right(corrected, intent, _as_said)
        if asked and why.is_why(moment.words):
            return why.explain
        if moment.memory.incident and asks_to_act(moment.words):
            return acting.asked_to_act
        if what := picking.deed(moment, intent):
            return lambda several: picking.each(several, what)
        if intent in NOT_UNDERSTOOD and is_rude(moment.words):
            return smalltalk.stay_calm
        if asked == Question.STEP and (step := _in_the_middle_of_a_fix(moment, intent)):
            return step
        if asked == Question.WHAT and intent in CONTENT and has_content(moment.words):
            return _log_words
        if asked == Question.INFORMATION and intent in CONTENT:
            return own_incidents.add_information
        if asked == Question.REASON and intent in REASONS:
            return raising.raise_it
        if severity.is_answer(moment, intent):
            return severity.inform
    if intent == "report_problem" and moment.memory.incident and follows_up(moment.words):
        return own_incidents.add_information
    if intent in {"inform", "report_problem", UNSURE} and is_only_number(moment.words):
        return own_incidents.check_status
    return HANDLERS.get(intent, reports.unsure)


def _read_by_rule(words: str, intent: str) -> str:
    """What the model cannot know: signs without words, German, and scripts it never saw."""
    if is_wordless(words):
        return read_sign(words) or UNSURE
    if german.is_german(words):
        return german.read(words)
    return UNSURE if is_another_script(words) and intent != "report_problem" else intent


def _in_the_middle_of_a_fix(moment: Moment, intent: str) -> Callable[[Moment], Answer] | None:
    """What short words mean while a fix is followed; None for everything else."""
    if says_next(moment.words) or intent == "affirm":
        return steps.go_on
    return {"solved": steps.it_works, "not_solved": steps.did_not_help, "deny": steps.did_not_help}.get(
        intent
    )


def _as_said(moment: Moment, intent: str) -> Answer:
    """Words that answer no question of ours."""
    return HANDLERS.get(intent, reports.unsure)(moment)


def _log_words(moment: Moment) -> Answer:
    return reports.log(moment, moment.words)


def _affirm(moment: Moment) -> Answer:
    asked, memory = moment.memory.asked, moment.memory
    if asked == Question.REPORT and memory.draft:
        return reports.log(moment, memory.draft)
    if asked == Question.OUTAGE or "outage" in moment.data:
        return known_outages.it_is_that(moment)
    if asked == Question.HELPED:
        asks = not moment.is_pressed and asks_for_it(moment.words)
        return own_incidents.ask_whether_solved(moment) if asks else own_incidents.solved(moment)
    if asked == Question.WITHDRAW:
        return own_incidents.withdraw_now(moment)
    if asked == Question.SAME:
        return own_incidents.check_status(moment)
    return say(memory.but(asked=None), offers.choices(_("Good. What can I do for you?")))


def _deny(moment: Moment) -> Answer:
    asked = moment.memory.asked
    if asked == Question.OUTAGE:
        return known_outages.it_is_something_else(moment)
    if asked == Question.HELPED:
        return own_incidents.not_solved(moment)
    if asked == Question.SAME:
        return reports.log_apart(moment)
    if asked == Question.REPORT:
        memory = moment.memory.but(asked=None, draft=None)
        return say(memory, offers.choices(_("All right, I have logged nothing.")))
    if asked == Question.WITHDRAW:
        return say(moment.memory.but(asked=None), wording.text(_("All right, it stays open.")))
    return say(moment.memory.but(asked=None), offers.choices(_("All right. What can I do for you?")))


def _cancel(moment: Moment) -> Answer:
    """Drop the open question; without one, perhaps an incident is meant."""
    waits = moment.memory.asked in {Question.WHAT, Question.INFORMATION, Question.REPORT, Question.WITHDRAW}
    if waits and not names_number(moment.words):
        memory = moment.memory.but(asked=None, draft=None, misses=0)
        return say(memory, wording.text(_("All right, forgotten. What was logged before stays logged.")))
    return own_incidents.withdraw(moment)


BUTTONS: dict[str, Callable[[Moment], Answer]] = {
    handover.BACK: with_people.back,
    handover.BY_MAIL: with_people.by_mail,
    "/step": steps.show,
    "/step_failed": steps.did_not_help,
    "/one_trouble": reports.one_trouble,
    remedies.PRESSED: remedies.start,
    same.APART: reports.log_apart,
    same.SAME: same.say_same,
    same.OTHER: same.say_other,
}
"""Buttons that mean one thing and are no intent of the bot's."""

HANDLERS: dict[str, Callable[[Moment], Answer]] = {
    "greet": smalltalk.greet,
    "goodbye": smalltalk.goodbye,
    "thank": smalltalk.thank,
    "help": smalltalk.help_out,
    "bot_challenge": smalltalk.bot_challenge,
    "report_problem": reports.report_problem,
    "ask_howto": reports.ask_howto,
    "request_service": reports.report_problem,
    "check_status": own_incidents.check_status,
    "list_incidents": own_incidents.list_incidents,
    "add_information": own_incidents.add_information,
    "outage_check": known_outages.outage_check,
    "escalate": raising.escalate,
    "talk_to_human": raising.talk_to_human,
    "affirm": _affirm,
    "deny": _deny,
    "solved": own_incidents.solved,
    "not_solved": own_incidents.not_solved,
    "cancel": _cancel,
    "start_over": smalltalk.start_over,
    "give_feedback": smalltalk.give_feedback,
    "inform": severity.inform,
    "out_of_scope": smalltalk.out_of_scope,
    UNSURE: reports.unsure,
}
