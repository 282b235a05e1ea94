"""What is still open after an answer: a question that was interrupted, or another incident of one breath."""

from dataclasses import replace

from chatbot.client import own_incidents, wording
from chatbot.client.memory import Memory, Question
from chatbot.client.messages import Message
from chatbot.client.moment import Answer, Moment
from chatbot.client.offers import reach_question, urgency_question
from firstline.i18n import gettext as _
from incidents.models import Incident, State

QUESTIONS = {Question.URGENCY: urgency_question, Question.IMPACT: reach_question}
INTERRUPTIONS = frozenset(
    {"check_status", "list_incidents", "help", "bot_challenge", "outage_check", "ask_howto", "greet"}
)
"""After these the open question is put once more; who thanks or leaves is not held up."""


def go_on(moment: Moment, intent: str, given: Answer) -> Answer:
    """The same answer, and what is still open."""
    if intent in INTERRUPTIONS and _is_interrupted(moment, given):
        return _ask_again(moment, given)
    if given.hands_over:
        return given
    if given.memory.asked is None and moment.memory.others and intent != "start_over":
        return _next_of_several(moment, given)
    others = given.memory.others or (moment.memory.others if given.memory.asked else ())
    return replace(given, memory=given.memory.but(others=others))


def _is_interrupted(moment: Moment, given: Answer) -> bool:
    memory = moment.memory
    is_open = memory.asked in QUESTIONS and given.memory.asked in {None, memory.asked} and not memory.reminded
    return is_open and given.memory.incident in {None, memory.incident}


def _ask_again(moment: Moment, given: Answer) -> Answer:
    asked = moment.memory.asked
    assert asked is not None, "only an open question is asked again"
    question = QUESTIONS[asked]()
    back = _("Back to %(number)s: %(question)s", number=moment.memory.incident, question=question.text)
    memory = moment.memory.but(reminded=True, misses=0)
    return replace(given, messages=(*given.messages, replace(question, text=back)), memory=memory)


def _next_of_several(moment: Moment, given: Answer) -> Answer:
    """Ask about the next incident that still waits for a word, if any does."""
    mine = [own_incidents.own(moment.person, number) for number in moment.memory.others]
    waiting = [one for one in mine if one.state == State.OFFERED and one.number != given.memory.incident]
    if not waiting:
        return replace(given, memory=given.memory.but(others=()))
    others = tuple(one.number for one in waiting[1:])
    memory = Memory(incident=waiting[0].number, asked=Question.HELPED, others=others)
    return replace(given, messages=(*given.messages, _about(waiting[0])), memory=memory)


def _about(incident: Incident) -> Message:
    told = _("And %(number)s, “%(title)s”: did a fix help?", number=incident.number, title=incident.title)
    return wording.text(told, *wording.outcome_buttons(incident), incident=incident)
