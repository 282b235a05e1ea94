"""What is said after something was logged, and the questions that several answers share."""

from collections.abc import Sequence

from chatbot.client import remedies, wording
from chatbot.client.memory import Memory, Question
from chatbot.client.messages import Button, Message
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.payloads import payload
from firstline.i18n import gettext as _
from incidents import reach as reaches
from incidents import selfhelp
from incidents.models import Incident, Kind
from incidents.selfhelp import Fix


def offered(incident: Incident, fixes: Sequence[Fix], moment: Moment) -> Answer:
    """It is logged, and the fixes for it; without one, who has it and how bad it is."""
    memory = Memory(incident=incident.number, asked=Question.HELPED)
    messages: tuple[Message, ...] = (with_fixes(incident, fixes, moment),)
    if not fixes:
        messages, memory = ask_urgency(memory, passed_on(incident, moment))
    return say(memory, *messages, incident_id=incident.id)


def with_fixes(incident: Incident, fixes: Sequence[Fix], moment: Moment) -> Message:
    """One bubble: number, cards, and whether one of them solved it."""
    told = [logged(incident), _("These known fixes may help. Did one of them solve it?")]
    if incident.team_id:
        told.insert(1, wording.with_team(incident, moment.person))
    cards = tuple(wording.fix_card(fix, incident) for fix in fixes)
    buttons = (*remedies.buttons(incident), *wording.outcome_buttons(incident))
    return Message(" ".join(told), buttons, cards, wording.incident_card(incident))


def passed_on(incident: Incident, moment: Moment) -> Message:
    """One bubble: number, and that support has it."""
    told = [logged(incident), wording.with_team(incident, moment.person)]
    if incident.kind != Kind.REQUEST and not selfhelp.was_held_out(incident.id):
        told.insert(1, _("No known fix fits."))
    return wording.text(" ".join(told), incident=incident)


def logged(incident: Incident) -> str:
    if incident.kind == Kind.REQUEST:
        return _("Your request %(number)s is logged.", number=incident.number)
    return _("%(number)s is logged.", number=incident.number)


def ask_urgency(memory: Memory, *told: Message) -> tuple[tuple[Message, ...], Memory]:
    """After what was told, ask how badly it stops the person, unless that was asked before."""
    if memory.rated == memory.incident:
        return told, memory.but(asked=None)
    return (*told, urgency_question()), memory.but(asked=Question.URGENCY, rated=memory.incident)


def urgency_question() -> Message:
    levels = (
        ("high", _("I cannot work")),
        ("medium", _("I can work around it")),
        ("low", _("It is a nuisance")),
    )
    buttons = [Button(title, payload("inform", urgency=level)) for level, title in levels]
    return wording.text(_("How badly does it stop you?"), *buttons, Button(_("Skip"), payload("inform")))


def reach_question() -> Message:
    buttons = [
        Button(str(name), payload("inform", reach=reach.value)) for reach, name in reaches.NAMES.items()
    ]
    return wording.text(_("Who else has it?"), *buttons, Button(_("Skip"), payload("inform")))


def offer_report(moment: Moment, question: str, *, misses: int = 0) -> Answer:
    """Keep the words and ask whether to log them."""
    memory = moment.memory.but(asked=Question.REPORT, draft=moment.words, misses=misses)
    return say(memory, wording.text(question, *wording.yes_no(_("Yes, report it"), _("No"))))


def choices(words: str) -> Message:
    """What one can do here, as buttons."""
    return wording.text(
        words,
        Button(_("Show my incidents"), payload("list_incidents")),
        Button(_("Known outages"), payload("outage_check")),
        Button(_("What can you do?"), payload("help")),
    )
