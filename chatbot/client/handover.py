"""A conversation handed over to a person, and given back: where it stands is in the database alone."""

import secrets
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from chatbot.client import transcript, wording
from chatbot.client.memory import Memory
from chatbot.client.messages import Button, Message
from chatbot.client.models import Actor, Conversation, Turn, TurnState
from chatbot.client.payloads import payload
from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.models import Channel, Event, Incident, State, Visibility
from incidents.people import Person
from incidents.timeline import record

BACK = "/back_to_assistant"
BY_MAIL = "/answer_by_mail"
"""The buttons that give a conversation back; they never reach Rasa."""


def begin(session: Session, conversation: Conversation, incident_id: int) -> None:
    """Hand over, inside the caller's `write()`; support gets everything said so far, once."""
    if conversation.handed_over_at is not None:
        return
    held = select(Incident).where(Incident.id == incident_id).with_for_update(of=Incident)
    incident = session.scalars(held).one()
    conversation.handed_over_at, conversation.handed_to_id = clock.now(), incident.id
    conversation.agent_id = conversation.agent_seen_at = conversation.agent_typing_at = None
    conversation.person_seen_at = clock.now()
    record(
        session,
        incident,
        Event.NOTED,
        text=transcript.for_support(session, conversation, incident),
        visibility=Visibility.INTERNAL,
        channel=Channel.CHAT,
    )


def give_back(session: Session, conversation: Conversation) -> None:
    """The assistant answers again, inside the caller's `write()`; what was asked before is past."""
    conversation.handed_over_at = None
    conversation.agent_typing_at = conversation.person_typing_at = None
    kept = Memory.from_dict(conversation.memory)
    conversation.memory = Memory(incident=kept.incident, rated=kept.rated).as_dict()


def give_back_from_desk(incident_id: int, *, by: Person) -> None:
    """An agent gives every conversation on this incident back; the window says who did."""

    def told(incident: Incident) -> Message:
        words = _("%(name)s has given our conversation back to me, the assistant.", name=by.name)
        return wording.text(f"{words} {stays(incident, incident.requester)}")

    handed = Conversation.handed_to_id == incident_id
    found = select(Conversation.id).where(handed, Conversation.handed_over_at.is_not(None))
    for conversation_id in db.session.scalars(found).all():
        _end(conversation_id, told)


def end_if_settled(conversation: Conversation) -> None:
    """What is no longer open needs nobody in the chat: the assistant takes over, and says why."""
    if conversation.handed_over_at is None:
        return
    if is_settled(db.session(), conversation):
        _end(conversation.id, _settled)


def is_settled(session: Session, conversation: Conversation) -> bool:
    """Whether there is nothing left to talk about on the incident people talk on."""
    incident = session.get(Incident, conversation.handed_to_id) if conversation.handed_to_id else None
    return incident is None or not incident.is_open


def stays(incident: Incident | None, person: Person) -> str:
    """What becomes of the incident now; without one there is nothing to promise."""
    if incident is None:
        return _("Tell me what is going wrong.")
    return f"{incident.number}: {wording.state_in_words(incident, person)}"


def _end(conversation_id: int, told: Callable[[Incident], Message]) -> None:
    """Give back and say so, unless somebody else was quicker."""
    with write() as session:
        held = select(Conversation).where(Conversation.id == conversation_id)
        conversation = session.scalars(held.with_for_update(of=Conversation)).one()
        if conversation.handed_over_at is None:
            return
        incident = session.get(Incident, conversation.handed_to_id) if conversation.handed_to_id else None
        give_back(session, conversation)
        message = told(incident) if incident else wording.text(stays(None, conversation.person))
        session.add(_own_words(conversation, message))


def _settled(incident: Incident) -> Message:
    told = _SETTLED.get(State(incident.state), _said_otherwise)(incident)
    buttons = (
        (Button(_("It is not solved"), payload("not_solved", incident=incident.number)),)
        if incident.state == State.RESOLVED
        else ()
    )
    words = f"{told} " + _("I am the assistant again: tell me when something else is wrong.")
    return wording.text(words, *buttons, incident=incident)


def _said_solved(incident: Incident) -> str:
    told = _("%(number)s is solved.", number=incident.number)
    return f"{told} {incident.solution}".strip()


def _said_merged(incident: Incident) -> str:
    return _("%(number)s was joined with another report of the same trouble.", number=incident.number)


def _said_otherwise(incident: Incident) -> str:
    return f"{incident.number}: {wording.state_in_words(incident, incident.requester)}"


_SETTLED = {
    State.RESOLVED: _said_solved,
    State.MERGED: _said_merged,
}


def _own_words(conversation: Conversation, message: Message) -> Turn:
    """A turn in which nobody asked: it is how the assistant says something by itself."""
    return Turn(
        conversation_id=conversation.id,
        message_id=f"own-{secrets.token_urlsafe(12)}",
        text="",
        state=TurnState.ANSWERED,
        claimed_by=Actor.PORTAL,
        answered_by=Actor.PORTAL,
        reply=[one.as_dict() for one in wording.with_person([message])],
    )
