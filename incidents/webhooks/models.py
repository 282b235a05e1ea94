"""Who is to hear of events, and which of them they have heard."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import BY_ITSELF, Model
from incidents.models import Entry


class Standing(StrEnum):
    """Where a delivery stands."""

    DUE = "due"
    TAKEN = "taken"
    GIVEN_UP = "given_up"


class Webhook(Model):
    """A receiver. `events` empty: all of them. `secret` is encrypted and shown once, when it is made."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(Text)
    events: Mapped[list[str]] = mapped_column(JSON, default=list)
    shows_internal: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    not_before: Mapped[datetime] = mapped_column(default=clock.now, info=BY_ITSELF)
    failures: Mapped[int] = mapped_column(default=0, info=BY_ITSELF)
    """In a row; 0 since the last success."""
    failing_since: Mapped[datetime | None] = mapped_column(info=BY_ITSELF)
    error: Mapped[str] = mapped_column(Text, default="", info=BY_ITSELF)
    off_since: Mapped[datetime | None] = mapped_column(info=BY_ITSELF)
    """Since when it is off because it failed for too long."""
    is_told: Mapped[bool] = mapped_column(default=False, info=BY_ITSELF)
    """Whether administrators have heard of that."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Delivery(Model):
    """That a receiver is to hear of one entry of an incident or one note of a problem; of neither: a trial."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_due", "webhook_id", "standing", "not_before"),
        Index("ix_webhook_delivery_standing", "standing", "done_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    note_id: Mapped[int | None] = mapped_column(ForeignKey("problem_note.id", ondelete="CASCADE"), index=True)
    standing: Mapped[str] = mapped_column(String(10), default=Standing.DUE)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]

    webhook: Mapped[Webhook] = relationship()
    entry: Mapped[Entry | None] = relationship()
