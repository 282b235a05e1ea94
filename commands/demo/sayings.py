"""What the bot was unsure of in the demo, for authors to label."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chatbot.client.models import Actor, Conversation, Turn, TurnState
from commands.demo.sources import read
from firstline import clock
from incidents.people import Person

MARK = "demo-saying"
SAID_AGO = timedelta(days=3)
"""Old enough that nobody's window goes on with it."""


def add(session: Session) -> int:
    """The sayings, once."""
    if session.scalar(select(Turn.id).where(Turn.message_id == MARK).limit(1)) is not None:
        return 0
    people = {person.email: person for person in session.scalars(select(Person))}
    told = [one for one in read("sayings")["sayings"] if one["who"] in people]
    for one in told:
        held = Conversation(person_id=people[one["who"]].id, started_at=clock.now() - SAID_AGO)
        session.add(held)
        session.flush()
        session.add(_turn(held, one))
    return len(told)


def _turn(held: Conversation, told: dict[str, Any]) -> Turn:
    return Turn(
        conversation_id=held.id,
        message_id=MARK,
        text=told["words"],
        at=held.started_at,
        state=TurnState.ANSWERED,
        claimed_by=Actor.BOT,
        answered_by=Actor.BOT,
        intent=told["intent"],
        confidence=told["confidence"],
        reply=[],
    )
