"""The two questions after a report: how badly it stops the person, and who else has it."""

from dataclasses import replace
from enum import StrEnum

from chatbot.client import offers, own_incidents, reports, wording
from chatbot.client.memory import Question
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.reading import has_content, is_skipped, names_number, read_reach, read_urgency
from firstline.i18n import gettext as _
from incidents.assessment import assess
from incidents.models import Level
from incidents.reach import Reach

SHORT_ANSWERS = frozenset(
    {"inform", "report_problem", "add_information", "affirm", "deny", "out_of_scope", "unsure"}
)
FEW_WORDS = 8
JUST_THE_LEVEL = 4
"""An answer of more words than this says something beside the level."""


def is_answer(moment: Moment, intent: str) -> bool:
    """Whether the words answer the question we asked, rather than begin something new."""
    asked = moment.memory.asked in {Question.URGENCY, Question.IMPACT}
    if not asked or intent not in SHORT_ANSWERS or names_number(moment.words):
        return False
    if intent in {"inform", "affirm", "deny", "unsure"} or is_skipped(moment.words):
        return True
    return len(moment.words.split()) <= FEW_WORDS and any(_levels(moment))


def inform(moment: Moment) -> Answer:
    """The answer to one of our questions, or a detail of what was spoken about."""
    urgency, reach = _levels(moment)
    asked = moment.memory.asked in {Question.URGENCY, Question.IMPACT}
    if moment.memory.incident is None:
        return reports.unsure(moment)
    if not asked and not moment.is_pressed:
        return own_incidents.add_information(moment)
    incident = own_incidents.own(moment.person, moment.memory.incident)
    if urgency or reach:
        assess(incident.id, by=moment.person, urgency=urgency, reach=reach)
    kept = _keep_words(moment, incident.number, said_level=bool(urgency or reach))
    return _next(moment, urgency, reach, noted=kept or bool(urgency or reach))


def _levels(moment: Moment) -> tuple[Level | None, Reach | None]:
    """Urgency and reach, each None where nothing was said of it."""
    if moment.is_pressed:
        return _given(moment, "urgency", Level), _given(moment, "reach", Reach)
    return read_urgency(moment.words), read_reach(moment.words)


def _given[Choice: StrEnum](moment: Moment, name: str, answers: type[Choice]) -> Choice | None:
    given = moment.data.get(name)
    return answers(given) if given in list(answers) else None


def _keep_words(moment: Moment, number: str, *, said_level: bool) -> bool:
    """What is more than a level goes onto the timeline, so that nothing typed is lost."""
    if moment.is_pressed or not has_content(moment.words) or is_skipped(moment.words):
        return False
    if said_level and len(moment.words.split()) <= JUST_THE_LEVEL:
        return False
    own_incidents.add_information(replace(moment, data={"incident": number}))
    return True


def _next(moment: Moment, urgency: Level | None, reach: Reach | None, *, noted: bool) -> Answer:
    memory = moment.memory.but(misses=0)
    thanks = [wording.text(_("Noted."))] if noted else []
    if memory.asked == Question.URGENCY and reach and not urgency and not memory.impact_told:
        messages, memory = offers.ask_urgency(memory.but(rated=None, impact_told=True))
        return say(memory, *thanks, *messages)
    if memory.asked == Question.URGENCY and not reach and not memory.impact_told:
        return say(memory.but(asked=Question.IMPACT), *thanks, offers.reach_question())
    told = _("Thank you, that is all I need. I add whatever else you write here.")
    return say(memory.but(asked=None, impact_told=False), wording.text(told))
