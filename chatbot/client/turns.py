"""Turns: taken once, and read one after the other. Who answers them is in `claims`.

What every turn asks of the database is written once, as a constant: building a statement anew costs
more than SQLite needs to answer it.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import Row, Table, and_, bindparam, exists, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chatbot.client import chat_files
from chatbot.client.memory import Memory
from chatbot.client.messages import Message
from chatbot.client.models import Actor, ChatFile, Conversation, Turn, TurnState
from chatbot.client.moment import Moment
from chatbot.client.payloads import read
from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.signing import short_mac
from incidents.attachments import StoredFile
from incidents.errors import KeyReused, NotFound
from incidents.models import number_of
from incidents.people import Person

TOKEN_LIVES = timedelta(seconds=60)
ABANDONED_AFTER = timedelta(seconds=20)
"""A turn that waits or is with the bot for longer belongs to a process that died; it holds nobody up."""

EARLIER_WORDS = 20

TURN, TALK, FILE = (cast(Table, model.__table__) for model in (Turn, Conversation, ChatFile))
"""The bare tables: an entity costs twice as much, and nothing here needs one."""

MINE = select(Conversation).where(
    Conversation.public_id == bindparam("public_id"), Conversation.person_id == bindparam("person")
)
UNFINISHED = or_(
    and_(TURN.c.state == TurnState.WAITING, TURN.c.at > bindparam("abandoned")),
    TURN.c.with_bot_until > bindparam("now"),
)
"""Still being answered, or still with the bot."""

EARLIER = select(TURN.c.id).where(
    TURN.c.conversation_id
    == select(TURN.c.conversation_id).where(TURN.c.id == bindparam("turn")).scalar_subquery(),
    TURN.c.id < bindparam("turn"),
    UNFINISHED,
)
LOCK = select(TALK.c.id).where(TALK.c.id == bindparam("conversation")).with_for_update()
SAME = select(TURN.c.id).where(
    TURN.c.conversation_id == bindparam("conversation"), TURN.c.message_id == bindparam("message")
)
STANDING = select(
    TALK.c.handed_over_at.is_not(None).label("is_with_people"),
    exists().where(FILE.c.conversation_id == TALK.c.id).label("has_files"),
    exists().where(TURN.c.conversation_id == TALK.c.id, UNFINISHED).label("must_wait"),
    SAME.scalar_subquery().label("known"),
).where(TALK.c.id == bindparam("conversation"))
ANSWER = (TURN.c.state, TURN.c.reply, TURN.c.answered_by)
ANSWER_OF = select(*ANSWER).where(TURN.c.id == bindparam("turn"))
WHOLE = (
    select(
        TURN.c.text,
        TURN.c.payload,
        TURN.c.message_id,
        TURN.c.conversation_id,
        TALK.c.public_id,
        TALK.c.memory,
        TALK.c.handed_over_at,
        TALK.c.handed_to_id,
        Person,
    )
    .join(TALK, TURN.c.conversation_id == TALK.c.id)
    .join(Person, TALK.c.person_id == Person.id)
    .where(TURN.c.id == bindparam("turn"))
)


@dataclass(frozen=True)
class Said:
    """What came in: the words, the payload when a button was pressed, and files that are kept already."""

    text: str
    payload: str | None
    files: tuple[StoredFile, ...] = ()


@dataclass(frozen=True)
class Taken:
    """A turn that is ours to answer, with its token, or one that was there before (token None).

    `must_wait` for an earlier turn; `is_with_people` and `has_files` (perhaps) tell of the conversation.
    """

    turn_id: int
    token: str | None
    must_wait: bool = False
    is_with_people: bool = False
    has_files: bool = False


@dataclass(frozen=True)
class Answered:
    """What was said in a turn, and who said it."""

    messages: tuple[Message, ...]
    by: str


def conversation_of(person: Person, public_id: str) -> Conversation:
    """The person's own conversation; `NotFound` for anybody else's, as if there were none."""
    given = {"public_id": public_id, "person": person.id}
    conversation: Conversation | None = db.session.scalar(MINE, given)
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
    given = {"conversation": conversation_id, "message": message_id, **_times()}
    try:
        with write() as session:
            # Holding the conversation keeps the order of ids the order of turns on PostgreSQL too. What is
            # true then must be read after that, by a statement of its own.
            session.execute(LOCK, given)
            standing = session.execute(STANDING, given).one()
            if standing.known is not None:
                return _same(session, standing.known, said)
            return _store(session, standing, given, said)
    except IntegrityError:
        known = db.session.scalar(SAME, given)
        if known is None:
            raise
        return _same(db.session(), known, said)


def moment_of(turn_id: int) -> Moment:
    """What the answers need to know about a turn. Raises `LookupError` for an unknown one."""
    turn = db.session.execute(WHOLE, {"turn": turn_id}).one_or_none()
    if turn is None:
        raise LookupError(turn_id)
    press = read(turn.payload) if turn.payload else None
    return Moment(
        person=turn.Person,
        key=f"chat:{turn.public_id}:{turn.message_id}",
        words=turn.text,
        memory=Memory.from_dict(turn.memory),
        data=press.data if press else {},
        is_pressed=press is not None,
        said_before=partial(_said_before, turn.conversation_id, turn_id),
        handed_to=_handed_to(turn),
    )


def is_next(turn_id: int) -> bool:
    """Whether no earlier turn of the conversation is still being answered, or still with the bot."""
    return db.session.scalar(EARLIER.limit(1), {"turn": turn_id, **_times()}) is None


def answer_of(turn_id: int) -> Answered | None:
    """What was answered; None while it is not."""
    return answered_as(db.session.execute(ANSWER_OF, {"turn": turn_id}).one())


def answered_as(turn: Row[Any]) -> Answered | None:
    """The answer in a row of `ANSWER`."""
    if turn.state != TurnState.ANSWERED:
        return None
    messages = tuple(Message.from_dict(message) for message in turn.reply or [])
    return Answered(messages, turn.answered_by or Actor.PORTAL)


def is_handed_over(conversation_id: int) -> bool:
    """Whether people talk in it at the moment."""
    handed = select(Conversation.handed_over_at).where(Conversation.id == conversation_id)
    return db.session.scalar(handed) is not None


def recent_replies(conversation_id: int, limit: int = 50) -> list[list[dict[str, Any]] | None]:
    """What we said lately, newest last."""
    replies = select(Turn.reply).where(Turn.conversation_id == conversation_id, Turn.reply.is_not(None))
    return list(reversed(db.session.scalars(replies.order_by(Turn.id.desc()).limit(limit)).all()))


def digest(token: str) -> str:
    """All that is kept of a token."""
    return sha256(token.encode()).hexdigest()


def _times() -> dict[str, Any]:
    now = clock.now()
    return {"now": now, "abandoned": now - ABANDONED_AFTER}


def _store(session: Session, standing: Row[Any], given: dict[str, Any], said: Said) -> Taken:
    token = secrets.token_urlsafe(32)
    turn_id = session.execute(
        insert(TURN).returning(TURN.c.id),
        {
            "conversation_id": given["conversation"],
            "message_id": given["message"],
            "text": said.text,
            "payload": said.payload,
            "token_hash": digest(token),
            "token_expires_at": given["now"] + TOKEN_LIVES,
            "with_bot_until": given["now"] + ABANDONED_AFTER,
        },
    ).scalar_one()
    chat_files.keep(session, given["conversation"], turn_id, said.files)
    has_files = bool(said.files or standing.has_files)
    return Taken(turn_id, token, standing.must_wait, standing.is_with_people, has_files)


def _same(session: Session, turn_id: int, said: Said) -> Taken:
    turn = session.get_one(Turn, turn_id)
    if (turn.text, turn.payload) != (said.text, said.payload):
        raise KeyReused(_("This message id was used for other words. Use a new one."), field="message_id")
    return Taken(turn.id, None, has_files=True)


def _handed_to(conversation: Row[Any]) -> str | None:
    if conversation.handed_over_at is None or conversation.handed_to_id is None:
        return None
    return number_of(conversation.handed_to_id)


def _said_before(conversation_id: int, turn_id: int) -> tuple[str, ...]:
    earlier = select(Turn.text).where(
        Turn.conversation_id == conversation_id,
        Turn.id < turn_id,
        Turn.payload.is_(None),
        Turn.text != "",
    )
    return tuple(reversed(db.session.scalars(earlier.order_by(Turn.id.desc()).limit(EARLIER_WORDS)).all()))
