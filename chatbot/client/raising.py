"""Answers that bring an incident before people: escalation with its reason, and talking to a person."""

import re

from chatbot.client import with_people, wording
from chatbot.client.memory import Memory, Question
from chatbot.client.messages import Button, Message
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.offers import ask_urgency
from chatbot.client.own_incidents import now_with_support, own, target
from chatbot.client.payloads import payload
from firstline.i18n import gettext as _
from incidents import intake, queue, selfhelp
from incidents.models import Channel, Incident, number_of
from incidents.people import Person

REASON = re.compile(
    r"\b(?:because|since|as (?:i|we|it|my|our)|due|deadline|customers?|clients?|audit|demo|meeting|presentation|"
    r"payroll|production|today|tonight|tomorrow|noon|(?:for|after|in) (?:\w+ ){0,3}(?:minutes?|hours?|days?|weeks?)|"
    r"waiting|waited|nobody|no one|no answer|can(?:no|')t work|stuck|stopped|losing|costs?|third time|again)\b",
    re.IGNORECASE,
)
"""Words that say why something needs to go up."""


def escalate(moment: Moment) -> Answer:
    """Put the wish and its reason before support; raising a tier is their decision."""
    incident = target(moment)
    if incident is None:
        return talk_to_human(moment)
    if not moment.is_pressed and not REASON.search(moment.words):
        question = _("Why does %(number)s need to go up? They decide by that.", number=incident.number)
        ask = wording.text(
            question, Button(_("Just raise it"), payload("escalate", incident=incident.number))
        )
        return say(moment.memory.but(incident=incident.number, asked=Question.REASON, misses=0), ask)
    return raise_it(moment)


def raise_it(moment: Moment) -> Answer:
    """Tell support, with what the person said of it."""
    incident = target(moment)
    if incident is None:
        return talk_to_human(moment)
    words = "" if moment.is_pressed else moment.words
    note = _("Asks for escalation: %(words)s", words=words) if words else _("Asks for escalation.")
    _bring_to_support(incident, moment.person, note)
    incident = queue.find(moment.person, incident.number)
    messages, memory = ask_urgency(now_with_support(moment, incident), _raised(incident, bool(words)))
    return say(memory, *messages, incident_id=incident.id)


def _raised(incident: Incident, has_reason: bool) -> Message:
    team = incident.team.name if incident.team else _("the service desk")
    told = _("I have told %(team)s that you want %(number)s raised.", team=team, number=incident.number)
    if has_reason:
        told = _(
            "I have told %(team)s that you want %(number)s raised, with your words.",
            team=team,
            number=incident.number,
        )
    return wording.text(told, incident=incident)


def talk_to_human(moment: Moment) -> Answer:
    """Bring the open incident to support, or open one; from now on people talk."""
    if moment.handed_to:
        return with_people.still_with_them(moment)
    incident = target(moment)
    if incident is None:
        return _open_for_person(moment)
    _bring_to_support(incident, moment.person, "")
    incident = queue.find(moment.person, incident.number)
    told = with_people.handed_over(incident, moment.person)
    return Answer((told,), now_with_support(moment, incident), incident.id, hands_over=True)


def _open_for_person(moment: Moment) -> Answer:
    said = moment.said_before()
    words = moment.memory.draft or _transcript(moment, said) or moment.words
    title = "" if moment.memory.draft or said else _("Wants to talk to a person")
    told = intake.Report(
        requester_id=moment.person.id,
        title=title,
        description=words or title,
        channel=Channel.CHAT,
        key=moment.key,
    )
    incident_id = intake.report(told).id
    _bring_to_support(own(moment.person, number_of(incident_id)), moment.person, "")
    incident = own(moment.person, number_of(incident_id))
    memory = Memory(incident=incident.number, handed_over=incident.number)
    messages = [with_people.handed_over(incident, moment.person)]
    if title:
        messages.insert(0, wording.text(_("What is it about? Write it here, so that they can prepare.")))
    return Answer(tuple(messages), memory, incident.id, hands_over=True)


def _bring_to_support(incident: Incident, person: Person, note: str) -> None:
    selfhelp.tell_outcome(incident.id, by=person, solved=False, note=note)


def _transcript(moment: Moment, said: tuple[str, ...]) -> str:
    lines = [*said, *([] if moment.is_pressed else [moment.words])]
    if not lines:
        return ""
    return _("Asks for a person. Said in the chat:") + "\n" + "\n".join(f"- {line}" for line in lines)
