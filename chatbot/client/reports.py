"""Answers that log: a problem, a request, a question nobody has written a fix for."""

from chatbot.client import wording
from chatbot.client.memory import Memory, Question
from chatbot.client.messages import Button, Message
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.payloads import payload
from chatbot.client.reading import has_content, is_tiny
from firstline.i18n import gettext as _
from incidents import intake, queue, selfhelp
from incidents.models import Channel, Incident, Kind
from incidents.services import Outage, known_outages
from knowledge_base.models import Audience
from knowledge_base.suggest import suggest

MOST_FIXES = 3


def report_problem(moment: Moment) -> Answer:
    """Log the words at once; ask for words only when there are none."""
    if not has_content(moment.words):
        asked = wording.text(_("Tell me in your own words: what is going wrong?"))
        return say(Memory(asked=Question.WHAT, incident=moment.memory.incident), asked)
    return log(moment, moment.words)


def log(moment: Moment, words: str) -> Answer:
    """Log `words` as an incident and offer what is known about it."""
    told = intake.Report(
        requester_id=moment.person.id, description=words, channel=Channel.CHAT, key=moment.key
    )
    incident_id = intake.report(told).id
    fixes = selfhelp.offer_fixes(incident_id)
    incident = queue.find(moment.person, f"INC-{incident_id:06d}")
    known = [
        wording.text(wording.outage_notice(outage, moment.person)) for outage in _about(incident, moment)
    ]
    memory = Memory(incident=incident.number, asked=Question.HELPED)
    messages: tuple[Message, ...] = (_offered(incident, fixes, moment),)
    if not fixes:
        messages, memory = ask_urgency(memory, _passed_on(incident, moment))
    return say(memory, *known, *messages, incident_id=incident.id)


def ask_howto(moment: Moment) -> Answer:
    """Answer from the articles; without one, offer to ask support."""
    found = suggest(moment.words, audience=Audience.EVERYONE, limit=MOST_FIXES)
    if not found:
        return offer_report(moment, _("I know no article about that. Shall I pass your question to support?"))
    selfhelp.show_fixes(moment.person, moment.words, found, channel=Channel.CHAT)
    memory = moment.memory.but(asked=Question.HELPED, incident=None, draft=moment.words, misses=0)
    cards = tuple(wording.fix_card(fix) for fix in found)
    buttons = (
        Button(_("That helped"), payload("solved")),
        Button(_("I still need help"), payload("not_solved")),
    )
    return say(memory, Message(_("This is what our articles say:"), buttons, cards))


def unsure(moment: Moment) -> Answer:
    """Not understood: a text that could be a trouble is offered as a report, never thrown away."""
    misses = moment.memory.misses + 1
    if misses >= 3:
        return _give_up(moment, misses)
    if not is_tiny(moment.words):
        question = _("I am not sure I understood. Shall I report this as a problem?")
        return offer_report(moment, question, misses=misses)
    if misses == 1:
        asked = _("I did not get that. Tell me in a sentence what is going wrong.")
        return say(moment.memory.but(misses=misses), wording.text(asked))
    return say(moment.memory.but(misses=misses), choices(_("I still do not follow. What is it about?")))


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


def outage_check(moment: Moment) -> Answer:
    """Known outages first; the person may be added to one, or report what is new."""
    running = known_outages(moment.person)
    about = [outage for outage in running if _names(moment.words, outage)] or running
    if moment.is_pressed and not running:
        return say(moment.memory, choices(_("We know of no outage right now.")))
    if not about:
        return offer_report(moment, _("We know of no outage right now. Shall I report what you see?"))
    told = "\n".join(wording.outage_notice(outage, moment.person) for outage in about)
    draft = _("%(title)s: I am affected too.", title=about[0].title.rstrip("."))
    memory = moment.memory.but(asked=Question.REPORT, draft=draft, misses=0)
    return say(memory, wording.text(told, *wording.yes_no(_("Add me"), _("No, thanks"))))


def ask_urgency(memory: Memory, *told: Message) -> tuple[tuple[Message, ...], Memory]:
    """After what was told, ask how badly it stops the person, unless that was asked before."""
    if memory.rated == memory.incident:
        return told, memory.but(asked=None)
    levels = (
        ("high", _("I cannot work")),
        ("medium", _("I can work around it")),
        ("low", _("It is a nuisance")),
    )
    buttons = [Button(title, payload("inform", urgency=level)) for level, title in levels]
    question = wording.text(_("How badly does it stop you?"), *buttons, Button(_("Skip"), payload("inform")))
    return (*told, question), memory.but(asked=Question.URGENCY, rated=memory.incident)


def _offered(incident: Incident, fixes: list[selfhelp.Fix], moment: Moment) -> Message:
    told = [_logged(incident), _("These known fixes may help. Did one of them solve it?")]
    if incident.team_id:
        told.insert(1, wording.with_team(incident, moment.person))
    cards = tuple(wording.fix_card(fix, incident) for fix in fixes)
    shown = wording.incident_card(incident)
    return Message(" ".join(told), wording.outcome_buttons(incident), cards, shown)


def _passed_on(incident: Incident, moment: Moment) -> Message:
    told = [_logged(incident), wording.with_team(incident, moment.person)]
    if incident.kind != Kind.REQUEST and not selfhelp.was_held_out(incident.id):
        told.insert(1, _("No known fix fits."))
    return wording.text(" ".join(told), incident=incident)


def _logged(incident: Incident) -> str:
    if incident.kind == Kind.REQUEST:
        return _("Your request %(number)s is logged.", number=incident.number)
    return _("%(number)s is logged.", number=incident.number)


def _about(incident: Incident, moment: Moment) -> list[Outage]:
    running = known_outages(moment.person)
    return [outage for outage in running if outage.service_id and outage.service_id == incident.service_id]


def _names(words: str, outage: Outage) -> bool:
    service = outage.service
    names = [service.name, *service.keywords] if service else []
    return any(name.casefold() in words.casefold() for name in names if name)


def _give_up(moment: Moment, misses: int) -> Answer:
    told = _("I do not understand you well enough. A person can: shall I pass on what you wrote?")
    memory = moment.memory.but(misses=misses)
    return say(memory, wording.text(told, wording.person_button()))
