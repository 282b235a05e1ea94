"""What is still open after an answer: a question that was interrupted, or another incident of one breath."""

from dataclasses import replace

from chatbot.client import known_outages, own_incidents, wording
from chatbot.client.memory import Memory, Question
from chatbot.client.moment import Answer, Moment, say
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
    if _is_put_aside(moment, given):
        return _keep_aside(moment, given)
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


def _is_put_aside(moment: Moment, given: Answer) -> bool:
    """A how-to question has its own “did it help?”; what was asked of an incident before waits until then."""
    before, after = moment.memory, given.memory
    was_asked = before.asked in {Question.HELPED, Question.OUTAGE} and before.incident is not None
    return was_asked and after.asked == Question.HELPED and after.incident is None


def _keep_aside(moment: Moment, given: Answer) -> Answer:
    number = moment.memory.incident
    assert number is not None, "only what was asked of an incident is put aside"
    others = dict.fromkeys((number, *moment.memory.others))
    return replace(given, memory=given.memory.but(others=tuple(others)))


def _next_of_several(moment: Moment, given: Answer) -> Answer:
    """Ask about the next incident that still waits for a word, if any does."""
    left = [number for number in moment.memory.others if number != given.memory.incident]
    for place, number in enumerate(left, 1):
        question = _open_question(moment, own_incidents.own(moment.person, number))
        if question is not None:
            memory = question.memory.but(others=tuple(left[place:]))
            return replace(given, messages=(*given.messages, *question.messages), memory=memory)
    return replace(given, memory=given.memory.but(others=()))


def _open_question(moment: Moment, incident: Incident) -> Answer | None:
    """Whether it is the known outage, where that was asked before; else whether a fix helped."""
    asked_of_one = moment.memory.outage is not None and incident.is_open
    outage = known_outages.of(incident, moment.person) if asked_of_one else None
    if outage is not None:
        return known_outages.ask_about(incident, moment, outage)
    if incident.state != State.OFFERED:
        return None
    told = _("And %(number)s, “%(title)s”: did a fix help?", number=incident.number, title=incident.title)
    shown = wording.text(told, *wording.outcome_buttons(incident), incident=incident)
    return say(Memory(incident=incident.number, asked=Question.HELPED), shown)
