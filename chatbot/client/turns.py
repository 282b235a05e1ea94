"""Turns: taken once, answered once, one after the other.

A turn is claimed by whoever works on it, the bot's action or the portal. Only the claimant's
answer counts, so that an action that comes too late cannot act a second time.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from chatbot.client import chat_files, handover
from chatbot.client.memory import Memory
from chatbot.client.models import Actor, ChatFile, Conversation, ConversationIncident, Turn, TurnState
from chatbot.client.moment import Answer, Moment
from chatbot.client.payloads import read
from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.signing import short_mac
from incidents.attachments import StoredFile
from incidents.errors import KeyReused, NotFound
from incidents.people import Person

TOKEN_LIVES = timedelta(seconds=60)
ABANDONED_AFTER = timedelta(seconds=20)
"""A turn that waits or is with the bot for longer belongs to a process that died; it holds nobody up."""

EARLIER_WORDS = 20


class TokenRefused(Exception):
    """The token is forged, stale, or its turn was answered; nothing may be done with it."""


@dataclass(frozen=True)
class Said:
    """What came in: the words, the payload when a button was pressed, and files that are kept already."""

    text: str
    payload: str | None
    files: tuple[StoredFile, ...] = ()


@dataclass(frozen=True)
class Taken:
    """A turn that is ours to answer, with its token, or one that was there before (token None)."""

    turn_id: int
    token: str | None


@dataclass(frozen=True)
class Understood:
    """What the model took the words for, and how sure it was (0..1)."""

    intent: str | None
    confidence: float | None


def conversation_of(person: Person, public_id: str) -> Conversation:
    """The person's own conversation; `NotFound` for anybody else's, as if there were none."""
    found = select(Conversation).where(Conversation.public_id == public_id)
    conversation: Conversation | None = db.session.scalar(found.where(Conversation.person_id == person.id))
    if conversation is None:
        raise NotFound(_("There is no such conversation. Begin a new one."))
    return conversation


def begin(person: Person, first: str) -> str:
    """The conversation that begins with `first` (message id and words); returns its public id.

    The same beginning is the same conversation: its answer may have been lost on the way, and the
    turn must not be taken a second time in a new one.
    """
    public_id = short_mac("conversation", f"{person.id}:{first}")
    try:
        with write() as session:
            known = select(Conversation.id).where(Conversation.public_id == public_id)
            if session.scalar(known) is None:
                session.add(Conversation(person_id=person.id, public_id=public_id))
    except IntegrityError:
        # Another process began it in the same moment.
        db.session.rollback()
    return public_id


def take(conversation_id: int, message_id: str, said: Said) -> Taken:
    """Store the turn, or find the one that has this message id already."""
    try:
        with write() as session:
            # Holding the conversation keeps the order of ids the order of turns on PostgreSQL too.
            session.execute(
                select(Conversation.id).where(Conversation.id == conversation_id).with_for_update()
            )
            known = _known(session, conversation_id, message_id)
            return _same(known, said) if known else _store(session, conversation_id, message_id, said)
    except IntegrityError:
        known = _known(db.session(), conversation_id, message_id)
        if known is None:
            raise
        return _same(known, said)


def resolve(token: str) -> int:
    """The turn this token was minted for, claimed for the bot; `TokenRefused` otherwise."""
    with write() as session:
        waiting = (
            update(Turn)
            .where(Turn.token_hash == _digest(token), Turn.token_expires_at > clock.now())
            .where(Turn.state == TurnState.WAITING, Turn.claimed_by.is_(None))
        )
        claimed = session.execute(waiting.values(claimed_by=Actor.BOT).returning(Turn.id)).all()
        if len(claimed) != 1:
            raise TokenRefused
        return int(claimed[0].id)


def claim(turn_id: int, *, even_from_bot: bool = False) -> bool:
    """Claim a turn for the portal and void its token; False when the bot works on it."""
    free = update(Turn).where(Turn.id == turn_id, Turn.state == TurnState.WAITING)
    if not even_from_bot:
        free = free.where(Turn.claimed_by.is_(None))
    with write() as session:
        taken = session.execute(free.values(claimed_by=Actor.PORTAL, token_hash=None))
        return bool(taken.rowcount)  # type: ignore[attr-defined]


def release(turn_id: int, actor: Actor) -> None:
    """Give up a claim after a failure, so that somebody else can answer at once."""
    held = update(Turn).where(Turn.id == turn_id, Turn.claimed_by == actor)
    with write() as session:
        session.execute(held.where(Turn.state == TurnState.WAITING).values(claimed_by=None, token_hash=None))


def settle(turn_id: int, actor: Actor, answer: Answer, understood: Understood | None = None) -> bool:
    """Store the answer and what to remember, if `actor` still has the turn."""
    with write() as session:
        whole = select(Turn).where(Turn.id == turn_id).options(joinedload(Turn.conversation))
        turn = session.scalar(whole.with_for_update(of=Turn))
        if turn is None or turn.state != TurnState.WAITING or turn.claimed_by != actor:
            return False
        turn.state, turn.answered_by, turn.token_hash = TurnState.ANSWERED, actor, None
        if actor == Actor.PORTAL:
            turn.with_bot_until = None
        turn.reply = [message.as_dict() for message in answer.messages]
        if understood is not None:
            turn.intent, turn.confidence = understood.intent, understood.confidence
        if answer.corrects:
            _note_corrected(session, turn)
        conversation = turn.conversation
        conversation.memory = answer.memory.as_dict()
        for incident_id in (answer.incident_id, *answer.also_about):
            if incident_id is not None:
                _link(session, conversation.id, incident_id)
        _change_hands(session, conversation, answer)
        return True


def leave_bot(turn_id: int) -> None:
    """Rasa is done with the turn, so the next one may go to it.

    An action stores its answer before Rasa has stored the turn. Another Rasa that got the next turn
    in between would read an old tracker, or lose its place in the lock that both share.
    """
    with write() as session:
        session.execute(update(Turn).where(Turn.id == turn_id).values(with_bot_until=None))


def moment_of(turn_id: int) -> Moment:
    """What the answers need to know about a turn. Raises `LookupError` for an unknown one."""
    whole = joinedload(Turn.conversation).joinedload(Conversation.person)
    turn = db.session.get(Turn, turn_id, options=[whole])
    if turn is None:
        raise LookupError(turn_id)
    conversation = turn.conversation
    press = read(turn.payload) if turn.payload else None
    return Moment(
        person=conversation.person,
        key=f"chat:{conversation.public_id}:{turn.message_id}",
        words=turn.text,
        memory=Memory.from_dict(conversation.memory),
        data=press.data if press else {},
        is_pressed=press is not None,
        said=_said_before(turn),
        handed_to=_handed_to(conversation),
    )


def is_next(turn_id: int) -> bool:
    """Whether no earlier turn of the conversation is still being answered, or still with the bot."""
    conversation = select(Turn.conversation_id).where(Turn.id == turn_id).scalar_subquery()
    now = clock.now()
    is_waiting = and_(Turn.state == TurnState.WAITING, Turn.at > now - ABANDONED_AFTER)
    earlier = select(Turn.id).where(
        Turn.conversation_id == conversation,
        Turn.id < turn_id,
        or_(is_waiting, Turn.with_bot_until > now),
    )
    return db.session.scalar(earlier.limit(1)) is None


def is_handed_over(conversation_id: int) -> bool:
    """Whether people talk in it at the moment."""
    handed = select(Conversation.handed_over_at).where(Conversation.id == conversation_id)
    return db.session.scalar(handed) is not None


def has_files(conversation_id: int) -> bool:
    """Whether files wait for an incident."""
    waiting = select(ChatFile.id).where(ChatFile.conversation_id == conversation_id)
    return db.session.scalar(waiting.limit(1)) is not None


def recent_replies(conversation_id: int, limit: int = 50) -> list[list[dict[str, Any]] | None]:
    """What we said lately, newest last."""
    replies = select(Turn.reply).where(Turn.conversation_id == conversation_id, Turn.reply.is_not(None))
    return list(reversed(db.session.scalars(replies.order_by(Turn.id.desc()).limit(limit)).all()))


def _store(session: Session, conversation_id: int, message_id: str, said: Said) -> Taken:
    token = secrets.token_urlsafe(32)
    turn = Turn(
        conversation_id=conversation_id,
        message_id=message_id,
        text=said.text,
        payload=said.payload,
        token_hash=_digest(token),
        token_expires_at=clock.now() + TOKEN_LIVES,
        with_bot_until=clock.now() + ABANDONED_AFTER,
    )
    session.add(turn)
    session.flush()
    chat_files.keep(session, turn, said.files)
    return Taken(turn.id, token)


def _known(session: Session, conversation_id: int, message_id: str) -> Turn | None:
    found = select(Turn).where(Turn.conversation_id == conversation_id, Turn.message_id == message_id)
    return session.scalar(found)


def _same(turn: Turn, said: Said) -> Taken:
    if (turn.text, turn.payload) != (said.text, said.payload):
        raise KeyReused(_("This message id was used for other words. Use a new one."), field="message_id")
    return Taken(turn.id, None)


def _link(session: Session, conversation_id: int, incident_id: int) -> None:
    if session.get(ConversationIncident, (conversation_id, incident_id)) is None:
        session.add(ConversationIncident(conversation_id=conversation_id, incident_id=incident_id))


def _note_corrected(session: Session, turn: Turn) -> None:
    """What the person had typed before was taken for something else than they meant."""
    earlier = select(Turn).where(
        Turn.conversation_id == turn.conversation_id,
        Turn.id < turn.id,
        Turn.text != "",
        Turn.payload.is_(None),
    )
    before = session.scalar(earlier.order_by(Turn.id.desc()).limit(1))
    if before is not None:
        before.was_corrected = True


def _change_hands(session: Session, conversation: Conversation, answer: Answer) -> None:
    """To people, or back to the assistant; what this turn has settled needs no people either.

    Whoever has just said something is there, and no longer typing.
    """
    conversation.person_seen_at, conversation.person_typing_at = clock.now(), None
    if answer.hands_over and answer.incident_id is not None:
        handover.begin(session, conversation, answer.incident_id)
    elif conversation.handed_over_at is not None and (
        answer.gives_back or handover.is_settled(session, conversation)
    ):
        handover.give_back(session, conversation)


def _handed_to(conversation: Conversation) -> str | None:
    if conversation.handed_over_at is None or conversation.handed_to_id is None:
        return None
    return f"INC-{conversation.handed_to_id:06d}"


def _said_before(turn: Turn) -> tuple[str, ...]:
    earlier = select(Turn.text).where(
        Turn.conversation_id == turn.conversation_id,
        Turn.id < turn.id,
        Turn.payload.is_(None),
        Turn.text != "",
    )
    return tuple(reversed(db.session.scalars(earlier.order_by(Turn.id.desc()).limit(EARLIER_WORDS)).all()))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
