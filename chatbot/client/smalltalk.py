"""Answers that change nothing: greeting, thanks, what one can do here."""

from dataclasses import replace

from chatbot.client import own_incidents, wording
from chatbot.client.known_outages import me_too
from chatbot.client.memory import Memory
from chatbot.client.messages import Message
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.offers import choices, offer_report
from chatbot.client.reading import is_tiny
from chatbot.client.reports import MISSES_UNTIL_A_PERSON, give_up
from firstline.i18n import gettext as _
from incidents import conversation
from incidents.models import Channel
from incidents.people import Person
from incidents.services import known_outages

MOST_OUTAGES = 2


def greeting(person: Person) -> Message:
    """What is known already, before anything is asked."""
    hello = _("Hi %(name)s.", name=person.first_name)
    running = known_outages(person)
    if not running:
        return choices(f"{hello} " + _("What is going wrong? Tell me in your own words."))
    told = " ".join(wording.outage_notice(outage, person) for outage in running[:MOST_OUTAGES])
    asked = choices(f"{hello} {told} " + _("Is it that? Else tell me what is going wrong."))
    return replace(asked, buttons=(*me_too(running[:MOST_OUTAGES]), *asked.buttons))


def greet(moment: Moment) -> Answer:
    return say(moment.memory.but(misses=0), greeting(moment.person))


def goodbye(moment: Moment) -> Answer:
    told = _("Bye. Your incidents stay with us, and you can come back here at any time.")
    return say(moment.memory.but(misses=0), wording.text(told))


def thank(moment: Moment) -> Answer:
    return say(moment.memory.but(misses=0), wording.text(_("You are welcome.")))


def help_out(moment: Moment) -> Answer:
    told = _(
        "Tell me what is going wrong: I log it, offer known fixes and pass it to support. "
        "I also answer how-to questions, tell how your incidents stand, and add to them."
    )
    return say(moment.memory.but(misses=0), choices(told))


def bot_challenge(moment: Moment) -> Answer:
    told = _("I am a bot. I log troubles and know the written fixes; a person of support is one button away.")
    return say(moment.memory.but(misses=0), wording.text(told))


def give_feedback(moment: Moment) -> Answer:
    """A pressed score is kept as the rating; praise or blame in words goes to those who have the incident."""
    rated = own_incidents.rate(moment)
    if rated is not None:
        return rated
    incident = own_incidents.spoken_of(moment)
    if incident is None:
        told = _("Thank you. I have kept that with this conversation.")
        return say(moment.memory.but(misses=0), wording.text(told))
    if not moment.is_pressed:
        conversation.keep_feedback(incident.id, by=moment.person, text=moment.words, channel=Channel.CHAT)
    told = _("Thank you. Whoever has %(number)s can read it there.", number=incident.number)
    return say(moment.memory.but(misses=0), wording.text(told), incident_id=incident.id)


def stay_calm(moment: Moment) -> Answer:
    """Somebody is angry: no thanks for it, nothing is reported in these words, and a person is the first way out."""
    incident = own_incidents.spoken_of(moment)
    told = _("I am sorry that this goes badly. A person of support can take over: press the button.")
    if incident is not None:
        told = _(
            "I am sorry that this goes badly. A person of support can take over %(number)s: press the button.",
            number=incident.number,
        )
    return say(moment.memory.but(misses=0), wording.text(told, wording.person_button()))


def start_over(moment: Moment) -> Answer:
    told = _("We start again; what is logged stays logged. What is going wrong?")
    return say(Memory(), choices(told))


def out_of_scope(moment: Moment) -> Answer:
    """Not ours; but a sentence is never thrown away, in case we misread it."""
    told = _("That is nothing I can help with: I am here for trouble with computers, phones and programs.")
    misses = moment.memory.misses + 1
    if misses >= MISSES_UNTIL_A_PERSON:
        return give_up(moment, misses)
    if is_tiny(moment.words):
        return say(moment.memory.but(misses=misses), choices(told))
    return offer_report(moment, f"{told} " + _("Shall I report it all the same?"), misses=misses)
