"""A known outage is told first, and asked about: is it that? Nothing is promised but what is known."""

import re

from chatbot.client import wording
from chatbot.client.memory import Memory, Question
from chatbot.client.messages import Button, Message
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.offers import choices, offer_report, offered
from chatbot.client.payloads import payload
from chatbot.client.reading import telling_words
from firstline.i18n import gettext as _
from incidents import intake, outages, queue, selfhelp
from incidents.majors import telling
from incidents.models import OPEN, Channel, Incident
from incidents.people import Person
from incidents.services import Outage, known_outages

MOST_SHOWN = 3
ASKING = frozenset(
    """outage outages down disruption disruptions interruption maintenance known currently now right today moment
    anyone anybody everyone everybody else other others people only just know happening going wrong slow up
    unavailable available working offline online affected affecting any all still again since why what
    which when how our site office company general yes no so if or at by from""".split()
)
"""Words that ask for outages and name none."""


def outage_check(moment: Moment) -> Answer:
    """What is known of what they name, else of anything; the person may be added."""
    running = known_outages(moment.person)
    about = set() if moment.is_pressed else _subject(moment.words)
    named = [outage for outage in running if not about or _is_about(outage, moment.words, about)]
    if named:
        return _tell(moment, named)
    if moment.is_pressed:
        return say(moment.memory, choices(_("We know of no outage right now.")))
    return _none_of_that(moment, running, has_subject=bool(about))


def _none_of_that(moment: Moment, running: list[Outage], *, has_subject: bool) -> Answer:
    """Nothing is known of it, and what is known of instead."""
    told = [_("We know of no outage of that.") if has_subject else _("We know of no outage right now.")]
    if running:
        others = " ".join(wording.outage_notice(outage, moment.person) for outage in running[:MOST_SHOWN])
        told.append(_("What we know of: %(outages)s", outages=others))
    return offer_report(moment, " ".join([*told, _("Shall I report what you see?")]))


def ask_about(incident: Incident, moment: Moment, outage: Outage) -> Answer:
    """The trouble that was just logged may be an outage: that comes before any fix."""
    known = wording.outage_notice(outage, moment.person)
    logged = _("%(number)s is logged. Is it that?", number=incident.number)
    buttons = wording.yes_no(_("Yes, add me to it"), _("No, it is something else"))
    memory = Memory(incident=incident.number, asked=Question.OUTAGE, outage=outage.id)
    return say(
        memory, wording.text(f"{known}\n{logged}", *buttons, incident=incident), incident_id=incident.id
    )


def it_is_that(moment: Moment) -> Answer:
    """The person is affected: their open incident about it, else a new one, says so."""
    outage = outages.find(int(moment.data.get("outage") or moment.memory.outage or 0))
    number = moment.memory.incident if moment.memory.asked == Question.OUTAGE else None
    if number is None:
        known = _already_in(moment.person, outage)
        if known is not None:
            told = _("You are with it already: %(number)s.", number=known.number)
            memory = moment.memory.but(asked=None, outage=None, incident=known.number)
            return say(memory, wording.text(told, incident=known), incident_id=known.id)
        number = _log(moment, outage)
    incident = queue.find(moment.person, number)
    telling.join(incident.id, outage.id, by=moment.person)
    incident = queue.find(moment.person, number)
    told = _(
        "You are added: support sees on %(number)s that you have it too, and you hear when it is over.",
        number=number,
    )
    shown = wording.text(f"{told} {wording.next_news(outage, moment.person)}".strip(), incident=incident)
    return say(Memory(incident=number), shown, incident_id=incident.id)


def me_too(running: list[Outage]) -> tuple[Button, ...]:
    """One click says that it is that; which one, where there are several."""
    return tuple(
        Button(
            _("Me too") if len(running) == 1 else _("Me too: %(title)s", title=outage.title[:50]),
            payload("affirm", outage=outage.id),
        )
        for outage in running
    )


def it_is_something_else(moment: Moment) -> Answer:
    """Then the fixes, as for any other trouble."""
    if moment.memory.incident is None:
        memory = moment.memory.but(asked=None, outage=None, draft=None)
        return say(memory, choices(_("All right, I have logged nothing. What is going wrong?")))
    incident = queue.find(moment.person, moment.memory.incident)
    return offered(incident, selfhelp.fixes_of(incident.id), moment)


def of(incident: Incident, person: Person) -> Outage | None:
    """The known outage that an incident may be, by its service."""
    running = known_outages(person)
    return next((one for one in running if one.service_id and one.service_id == incident.service_id), None)


def _tell(moment: Moment, running: list[Outage]) -> Answer:
    about = running[:MOST_SHOWN]
    told = "\n".join(wording.outage_notice(outage, moment.person) for outage in about)
    memory = moment.memory.but(
        asked=Question.OUTAGE, outage=about[0].id, incident=None, draft=moment.words, misses=0
    )
    if len(about) == 1:
        question = _("Shall I add you?")
        buttons: tuple[Button, ...] = wording.yes_no(_("Add me"), _("No, thanks"))
        return say(memory, wording.text(f"{told}\n{question}", *buttons))
    return say(memory, _which(told, about))


def _which(told: str, about: list[Outage]) -> Message:
    buttons = [Button(outage.title[:60], payload("affirm", outage=outage.id)) for outage in about]
    return wording.text(
        f"{told}\n" + _("Shall I add you to one of them?"), *buttons, Button(_("No, thanks"), payload("deny"))
    )


def _log(moment: Moment, outage: Outage) -> str:
    title = _("%(title)s: I am affected too", title=outage.title.rstrip("."))
    told = intake.Report(
        requester_id=moment.person.id,
        title=title,
        description=moment.memory.draft or title,
        service=outage.service.slug if outage.service else None,
        channel=Channel.CHAT,
        key=moment.key,
    )
    return intake.report(told).number


def _already_in(person: Person, outage: Outage) -> Incident | None:
    """The open incident this person has about it."""
    mine = queue.mine(person, open_only=True, limit=20)
    same = [one for one in mine if outage.service_id and one.service_id == outage.service_id]
    return next((one for one in same if one.created_at >= outage.since and one.state in OPEN), None)


def _subject(words: str) -> set[str]:
    """What is asked about; nothing where outages are asked for as such."""
    return {word for word in telling_words(words) if word not in ASKING}


def _is_about(outage: Outage, words: str, about: set[str]) -> bool:
    names = [outage.service.name, *outage.service.keywords] if outage.service else []
    is_named = any(re.search(rf"\b{re.escape(name)}\b", words, re.IGNORECASE) for name in names if name)
    return is_named or not about.isdisjoint(telling_words(outage.title))
