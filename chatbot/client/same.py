"""What somebody tells again, or what others have too: asked about, never told in others' words."""

from contextlib import suppress

from chatbot.client import wording
from chatbot.client.memory import Memory, Question
from chatbot.client.messages import Button, Message
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.payloads import payload
from firstline.i18n import gettext as _
from incidents import continuing, queue
from incidents.errors import NotFound
from incidents.kinship import joining, lookalikes
from incidents.kinship import wording as kinship
from incidents.models import Channel, Incident, State

APART, SAME, OTHER = "/log_apart", "/same", "/not_same"


def told_before(moment: Moment, words: str) -> Answer | None:
    """An open incident of their own tells it already: the words go there, and can be taken as another trouble.

    None when they tell something new.
    """
    known = lookalikes.own_open(moment.person, words)
    if known is None:
        return None
    continuing.say(known.id, by=moment.person, text=words, channel=Channel.CHAT)
    incident = queue.find(moment.person, known.number)
    told = kinship.own(incident) + " " + _("I have added your words there.")
    state = wording.state_in_words(incident, moment.person)
    ways = wording.outcome_buttons(incident) if incident.state == State.OFFERED else ()
    other = Button(_("No, it is something else"), APART)
    memory = Memory(incident=incident.number, asked=Question.SAME, draft=words)
    shown = wording.text(f"{told} {state}", *ways, other, incident=incident)
    return say(memory, shown, incident_id=incident.id)


def keep_apart(moment: Moment, logged: Incident) -> None:
    """What was logged by itself is not asked about again."""
    number = moment.memory.incident
    if number is not None:
        # Nothing was proposed, so there is nothing to refuse.
        with suppress(NotFound):
            earlier = queue.find(moment.person, number)
            joining.tell_apart(logged.id, earlier.id, by=moment.person)


def question(incident: Incident) -> tuple[Message, ...]:
    """Whether what was just logged is the same as what others have, where it looks like it."""
    pair = lookalikes.for_requester(incident)
    if pair is None:
        return ()
    same = _("Yes, go on there") if kinship.is_own(pair) else _("Me too")
    named = {"incident": incident.number}
    buttons = (
        Button(same, payload(SAME.strip("/"), **named)),
        Button(_("No, it is something else"), payload(OTHER.strip("/"), **named)),
    )
    return (wording.text(kinship.told(pair), *buttons),)


def say_same(moment: Moment) -> Answer:
    """“Me too”, or “go on there”."""
    return _decide(moment, is_same=True)


def say_other(moment: Moment) -> Answer:
    """They are two troubles."""
    return _decide(moment, is_same=False)


def _decide(moment: Moment, *, is_same: bool) -> Answer:
    incident = queue.find(moment.person, str(moment.data.get("incident", "")))
    pair = lookalikes.for_requester(incident)
    if pair is None:
        return say(moment.memory, wording.text(_("It was decided already.")), incident_id=incident.id)
    decide = joining.join if is_same else joining.tell_apart
    earlier = pair.earlier
    decide(incident.id, earlier.id, by=moment.person)
    if not is_same:
        return say(moment.memory, wording.text(_("All right, we look at it by itself.")))
    if not kinship.is_own(pair):
        told = _("Noted: you have it too. You hear from us when it is solved.")
        return say(moment.memory, wording.text(told), incident_id=incident.id)
    told = _("Joined. It goes on as %(number)s.", number=earlier.number)
    return say(Memory(incident=earlier.number), wording.text(told, incident=earlier), incident_id=earlier.id)
