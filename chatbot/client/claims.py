"""Who works on a turn, and what comes of it.

A turn is claimed by whoever works on it, the bot's action or the portal. Only the claimant's
answer counts, so that an action that comes too late cannot act a second time.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from chatbot.client import handover
from chatbot.client.models import Actor, Conversation, ConversationIncident, Turn, TurnState
from chatbot.client.moment import Answer
from chatbot.client.turns import ANSWER, TALK, TURN, Answered, answered_as, digest
from firstline import clock
from firstline.db import write

WAITING = TURN.c.state == TurnState.WAITING

FOR_BOT = (
    update(TURN)
    .where(TURN.c.token_hash == bindparam("hash"), TURN.c.token_expires_at > bindparam("now"))
    .where(WAITING, TURN.c.claimed_by.is_(None))
    .values(claimed_by=Actor.BOT)
    .returning(TURN.c.id)
)
BACK_FROM_BOT = (
    update(TURN).where(TURN.c.id == bindparam("turn")).values(with_bot_until=None).returning(*ANSWER)
)


class TokenRefused(Exception):
    """The token is forged, stale, or its turn was answered; nothing may be done with it."""


@dataclass(frozen=True)
class Understood:
    """What the model took the words for, and how sure it was (0..1)."""

    intent: str | None
    confidence: float | None


def resolve(token: str) -> int:
    """The turn this token was minted for, claimed for the bot; `TokenRefused` otherwise."""
    with write() as session:
        given = {"hash": digest(token), "now": clock.now()}
        claimed = session.execute(FOR_BOT, given).all()
        if len(claimed) != 1:
            raise TokenRefused
        return int(claimed[0].id)


def claim(turn_id: int, *, even_from_bot: bool = False) -> bool:
    """Claim a turn for the portal and void its token; False when the bot works on it."""
    free = update(TURN).where(TURN.c.id == turn_id, WAITING)
    if not even_from_bot:
        free = free.where(TURN.c.claimed_by.is_(None))
    with write() as session:
        taken = session.execute(free.values(claimed_by=Actor.PORTAL, token_hash=None))
        return bool(taken.rowcount)  # type: ignore[attr-defined]


def release(turn_id: int, actor: Actor) -> None:
    """Give up a claim after a failure, so that somebody else can answer at once."""
    held = update(TURN).where(TURN.c.id == turn_id, TURN.c.claimed_by == actor)
    with write() as session:
        session.execute(held.where(WAITING).values(claimed_by=None, token_hash=None))


def settle(turn_id: int, actor: Actor, answer: Answer, understood: Understood | None = None) -> bool:
    """Store the answer and what to remember, if `actor` still has the turn."""
    held = update(TURN).where(TURN.c.id == turn_id, WAITING, TURN.c.claimed_by == actor)
    stored = held.values(_stored(actor, answer, understood)).returning(TURN.c.conversation_id)
    with write() as session:
        conversation_id = session.scalar(stored)
        if conversation_id is None:
            return False
        if answer.corrects:
            _note_corrected(session, conversation_id, turn_id)
        for incident_id in (answer.incident_id, *answer.also_about):
            if incident_id is not None:
                _link(session, conversation_id, incident_id)
        _remember(session, conversation_id, answer)
        return True


def leave_bot(turn_id: int) -> Answered | None:
    """Rasa is done with the turn, so the next one may go to it; the answer, if there is one by now.

    An action stores its answer before Rasa has stored the turn. Another Rasa that got the next turn
    in between would read an old tracker, or lose its place in the lock that both share.
    """
    with write() as session:
        return answered_as(session.execute(BACK_FROM_BOT, {"turn": turn_id}).one())


def _stored(actor: Actor, answer: Answer, understood: Understood | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "state": TurnState.ANSWERED,
        "answered_by": actor,
        "token_hash": None,
        "reply": [message.as_dict() for message in answer.messages],
    }
    if actor == Actor.PORTAL:
        values["with_bot_until"] = None
    if understood is not None:
        values |= {"intent": understood.intent, "confidence": understood.confidence}
    return values


def _remember(session: Session, conversation_id: int, answer: Answer) -> None:
    """Whoever has just said something is there, and no longer typing."""
    held = update(TALK).where(TALK.c.id == conversation_id)
    kept = {"memory": answer.memory.as_dict(), "person_seen_at": clock.now(), "person_typing_at": None}
    changed = held.values(kept).returning(TALK.c.handed_over_at)
    is_with_people = session.scalar(changed) is not None
    if is_with_people or answer.hands_over:
        _change_hands(session, session.get_one(Conversation, conversation_id), answer)


def _change_hands(session: Session, conversation: Conversation, answer: Answer) -> None:
    """To people, or back to the assistant; what this turn has settled needs no people either."""
    if answer.hands_over and answer.incident_id is not None:
        handover.begin(session, conversation, answer.incident_id)
    elif conversation.handed_over_at is not None and (
        answer.gives_back or handover.is_settled(session, conversation)
    ):
        handover.give_back(session, conversation)


def _link(session: Session, conversation_id: int, incident_id: int) -> None:
    if session.get(ConversationIncident, (conversation_id, incident_id)) is None:
        session.add(ConversationIncident(conversation_id=conversation_id, incident_id=incident_id))


def _note_corrected(session: Session, conversation_id: int, turn_id: int) -> None:
    """What the person had typed before was taken for something else than they meant."""
    earlier = select(Turn).where(
        Turn.conversation_id == conversation_id,
        Turn.id < turn_id,
        Turn.text != "",
        Turn.payload.is_(None),
    )
    before = session.scalar(earlier.order_by(Turn.id.desc()).limit(1))
    if before is not None:
        before.was_corrected = True
