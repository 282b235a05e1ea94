"""From an intent to an answer, by what was asked before."""

from collections.abc import Callable
from dataclasses import replace

from chatbot.client import own_incidents, reports, smalltalk, wording
from chatbot.client.memory import Memory, Question
from chatbot.client.messages import Button, Message
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.payloads import payload
from chatbot.client.reading import (
    follows_up,
    has_content,
    is_skipped,
    names_number,
    read_impact,
    read_urgency,
)
from firstline.i18n import gettext as _
from incidents.assessment import assess
from incidents.errors import Refused
from incidents.models import Level

UNSURE = "unsure"
CONTENT = frozenset(
    {"report_problem", "inform", "ask_howto", "request_service", "add_information", "out_of_scope", UNSURE}
    | {"outage_check", "escalate", "not_solved", "give_feedback"}
)
"""Intents whose words are an answer when we asked for words."""

SHORT_ANSWERS = frozenset(
    {"inform", "report_problem", "add_information", "affirm", "deny", "out_of_scope", UNSURE}
)


def answer(moment: Moment, intent: str) -> Answer:
    """Answer one turn; a refusal of the domain becomes its sentence."""
    try:
        given = _handler(moment, intent)(moment)
    except Refused as refused:
        given = say(moment.memory.but(asked=None), wording.text(refused.sentence))
    return Answer(wording.with_person(given.messages), given.memory, given.incident_id)


def _handler(moment: Moment, intent: str) -> Callable[[Moment], Answer]:
    asked = moment.memory.asked
    if not moment.is_pressed:
        if asked == Question.WHAT and intent in CONTENT and has_content(moment.words):
            return _log_words
        if asked == Question.INFORMATION and intent in CONTENT:
            return own_incidents.add_information
        if asked in {Question.URGENCY, Question.IMPACT} and _answers_question(moment, intent):
            return _inform
    if intent == "report_problem" and moment.memory.incident and follows_up(moment.words):
        return own_incidents.add_information
    return HANDLERS.get(intent, reports.unsure)


def _log_words(moment: Moment) -> Answer:
    return reports.log(moment, moment.words)


def _answers_question(moment: Moment, intent: str) -> bool:
    if intent not in SHORT_ANSWERS or names_number(moment.words):
        return False
    if intent in {"inform", "affirm", "deny", UNSURE} or is_skipped(moment.words):
        return True
    return len(moment.words.split()) <= 8 and _level(moment) is not None


def _level(moment: Moment) -> Level | None:
    if moment.is_pressed:
        given = moment.data.get("urgency") or moment.data.get("impact")
        return Level(given) if given in set(Level) else None
    read = read_urgency if moment.memory.asked == Question.URGENCY else read_impact
    return read(moment.words)


def _inform(moment: Moment) -> Answer:
    """The answer to our question, or a detail of what was spoken about."""
    asked = moment.memory.asked
    if moment.is_pressed and "impact" in moment.data:
        asked = Question.IMPACT
    elif moment.is_pressed and "urgency" in moment.data:
        asked = Question.URGENCY
    if asked not in {Question.URGENCY, Question.IMPACT} or moment.memory.incident is None:
        return own_incidents.add_information(moment) if moment.memory.incident else reports.unsure(moment)
    incident, level = own_incidents.own(moment.person, moment.memory.incident), _level(moment)
    if level is not None:
        urgent = asked == Question.URGENCY
        assess(
            incident.id, by=moment.person, urgency=level if urgent else None, impact=None if urgent else level
        )
    noted = _keep_words(moment, level, incident.id)
    return _next_question(moment, asked, noted=noted or level is not None)


def _keep_words(moment: Moment, level: Level | None, incident_id: int) -> bool:
    """What is more than the level goes onto the timeline, so that nothing typed is lost."""
    more = not moment.is_pressed and has_content(moment.words) and not is_skipped(moment.words)
    if more and (level is None or len(moment.words.split()) > 4):
        own_incidents.add_information(replace(moment, data={"incident": f"INC-{incident_id:06d}"}))
        return True
    return False


def _next_question(moment: Moment, asked: Question | None, *, noted: bool) -> Answer:
    if asked == Question.URGENCY:
        question, memory = _impact_question(moment.memory)
        thanks = [wording.text(_("Noted."))] if noted else []
        return say(memory, *thanks, question)
    told = _("Thank you, that is all I need. I add whatever else you write here.")
    return say(moment.memory.but(asked=None, misses=0), wording.text(told))


def _impact_question(memory: Memory) -> tuple[Message, Memory]:
    levels = (("low", _("Only me")), ("medium", _("My team")), ("high", _("Many people")))
    buttons = [Button(title, payload("inform", impact=level)) for level, title in levels]
    question = wording.text(_("Who else has it?"), *buttons, Button(_("Skip"), payload("inform")))
    return question, memory.but(asked=Question.IMPACT, misses=0)


def _affirm(moment: Moment) -> Answer:
    asked, memory = moment.memory.asked, moment.memory
    if asked == Question.REPORT and memory.draft:
        return reports.log(moment, memory.draft)
    if asked == Question.HELPED:
        return own_incidents.solved(moment)
    if asked == Question.WITHDRAW:
        return own_incidents.withdraw_now(moment)
    return say(memory.but(asked=None), reports.choices(_("Good. What can I do for you?")))


def _deny(moment: Moment) -> Answer:
    asked = moment.memory.asked
    if asked == Question.HELPED:
        return own_incidents.not_solved(moment)
    if asked == Question.REPORT:
        memory = moment.memory.but(asked=None, draft=None)
        return say(memory, reports.choices(_("All right, I have logged nothing.")))
    if asked == Question.WITHDRAW:
        return say(moment.memory.but(asked=None), wording.text(_("All right, it stays open.")))
    return say(moment.memory.but(asked=None), reports.choices(_("All right. What can I do for you?")))


def _cancel(moment: Moment) -> Answer:
    """Drop the open question; without one, perhaps an incident is meant."""
    waits = moment.memory.asked in {Question.WHAT, Question.INFORMATION, Question.REPORT, Question.WITHDRAW}
    if waits and not names_number(moment.words):
        memory = moment.memory.but(asked=None, draft=None, misses=0)
        return say(memory, wording.text(_("All right, forgotten. What was logged before stays logged.")))
    return own_incidents.withdraw(moment)


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
    "outage_check": reports.outage_check,
    "escalate": own_incidents.escalate,
    "talk_to_human": own_incidents.talk_to_human,
    "affirm": _affirm,
    "deny": _deny,
    "solved": own_incidents.solved,
    "not_solved": own_incidents.not_solved,
    "cancel": _cancel,
    "start_over": smalltalk.start_over,
    "give_feedback": smalltalk.give_feedback,
    "inform": _inform,
    "out_of_scope": smalltalk.out_of_scope,
    UNSURE: reports.unsure,
}
