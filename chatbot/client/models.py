"""What is kept of a conversation: its turns, and the incidents it is about."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import db
from incidents.people import Person


class TurnState(StrEnum):
    """A turn is answered once; nothing acts on it afterwards."""

    WAITING = "waiting"
    ANSWERED = "answered"


class Actor(StrEnum):
    """Who works on a turn: the bot's actions, or the portal itself when the bot cannot."""

    BOT = "bot"
    PORTAL = "portal"


class Conversation(db.Model):
    """One conversation of one person; `memory` is what was asked and what it is about.

    From `handed_over_at` on, the bot is silent and people write on the incident `handed_to_id`, until
    `handed_over_at` is cleared again. The `_seen_at` and `_typing_at` times say who is there now.
    """

    __tablename__ = "conversation"
    __table_args__ = (Index("ix_conversation_person", "person_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: secrets.token_urlsafe(16))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    memory: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    handed_over_at: Mapped[datetime | None]
    handed_to_id: Mapped[int | None] = mapped_column(
        ForeignKey("incident.id", ondelete="SET NULL"), index=True
    )
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    person_seen_at: Mapped[datetime | None]
    person_typing_at: Mapped[datetime | None]
    agent_seen_at: Mapped[datetime | None]
    agent_typing_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    agent: Mapped[Person | None] = relationship(foreign_keys=[agent_id])


class Turn(db.Model):
    """What the person said once and what was answered.

    The token is minted for this one turn; only its hash is kept, and answering clears it. Rasa may be
    at work on it until `with_bot_until`, even after it was answered.
    """

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("conversation_id", "message_id", name="uq_turn_conversation_id"),
        Index("ix_turn_waiting", "conversation_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    state: Mapped[str] = mapped_column(String(10), default=TurnState.WAITING)
    claimed_by: Mapped[str | None] = mapped_column(String(10))
    token_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    token_expires_at: Mapped[datetime | None]
    with_bot_until: Mapped[datetime | None]
    intent: Mapped[str | None] = mapped_column(String(40))
    confidence: Mapped[float | None]
    was_corrected: Mapped[bool] = mapped_column(default=False)
    answered_by: Mapped[str | None] = mapped_column(String(10))
    reply: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)

    conversation: Mapped[Conversation] = relationship()


class TurnLabel(db.Model):
    """What an author says a turn really meant; without an intent it teaches nothing."""

    __tablename__ = "turn_label"

    turn_id: Mapped[int] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True)
    intent: Mapped[str | None] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    exported_at: Mapped[datetime | None]


class ChatFile(db.Model):
    """A file that waits in a conversation for its incident; its content lies under `digest` in
    `firstline.files`."""

    __tablename__ = "chat_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class ConversationIncident(db.Model):
    """An incident that was logged or spoken about in a conversation."""

    __tablename__ = "conversation_incident"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    incident_id: Mapped[int] = mapped_column(
        ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(default=clock.now)
