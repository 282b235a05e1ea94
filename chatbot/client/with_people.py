"""Answers while people talk: the assistant is silent, and passes on what is typed."""

from datetime import datetime

from chatbot.client import handover, live, wording
from chatbot.client.messages import Button, Message
from chatbot.client.moment import Answer, Moment, say
from firstline.db import db
from firstline.i18n import gettext as _
from incidents import conversation, queue
from incidents.models import Channel, Incident
from incidents.people import Person
from incidents.routing import coming
from incidents.sla import opening


def pass_on(moment: Moment) -> Answer:
    """The words go onto the incident, as the person's; nobody answers but support."""
    incident = queue.find(moment.person, moment.handed_to or "")
    waits = live.agent_mail_waits(incident)
    conversation.say(incident.id, by=moment.person, text=moment.words, channel=Channel.CHAT, mail_after=waits)
    return say(moment.memory.but(asked=None, misses=0), incident_id=incident.id)


def still_with_them(moment: Moment) -> Answer:
    """Asked again for a person who is on the way: how it stands."""
    incident = queue.find(moment.person, moment.handed_to or "")
    return say(moment.memory, handed_over(incident, moment.person), incident_id=incident.id)


def back(moment: Moment) -> Answer:
    """The person would rather have the assistant again; the incident stays where it is."""
    incident = queue.find(moment.person, moment.handed_to) if moment.handed_to else None
    told = _("I am the assistant again.") + " " + handover.stays(incident, moment.person)
    given = say(moment.memory.but(asked=None), wording.text(told))
    return Answer(given.messages, given.memory, gives_back=True)


def by_mail(moment: Moment) -> Answer:
    """Nobody is at work, and the person does not wait: the answer comes by mail."""
    incident = queue.find(moment.person, moment.handed_to) if moment.handed_to else None
    told = _("All right: the answer comes to %(address)s, and here.", address=moment.person.email)
    told += " " + _("I am the assistant again.")
    given = say(moment.memory.but(asked=None), wording.text(told, incident=incident))
    return Answer(given.messages, given.memory, gives_back=True)


def handed_over(incident: Incident, person: Person) -> Message:
    """Who has it, by when they answer, and where: no more than is known."""
    told = [f"{incident.number}: {wording.state_in_words(incident, person)}"]
    buttons = [Button(_("Back to the assistant"), handover.BACK)]
    comes_at = _comes_at(incident)
    if comes_at is not None:
        at = wording.time_for(person, comes_at)
        told.append(_("Nobody of them is at work now: they come at %(time)s.", time=at))
        buttons[:0] = _ways(person)
    told += [_where_answered(person), _("I stay silent now: they get what you write.")]
    return wording.text(" ".join(told), *buttons, incident=incident)


def _comes_at(incident: Incident) -> datetime | None:
    """When somebody is at work again, by working time and by shifts; None while somebody is."""
    if incident.assignee is not None:
        return None
    session = db.session()
    known = (opening.opens_at(session, incident), coming.back_at(session, incident.team))
    return max((at for at in known if at is not None), default=None)


def _ways(person: Person) -> tuple[Button, ...]:
    return () if person.is_undeliverable else (Button(_("Answer me by mail"), handover.BY_MAIL),)


def _where_answered(person: Person) -> str:
    if person.is_undeliverable:
        return _("A person answers you here, and under “My incidents” when this window is closed.")
    return _("A person answers you here, and by mail when this window is closed.")
