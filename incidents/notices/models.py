"""The tables of notices: what is owed by mail, what the bell shows, and who wants what when."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.models import Entry, Incident
from incidents.people import Person

TASK = "deliver-notices"


class Topic(StrEnum):
    """What a notice is about."""

    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    WAITING = "waiting"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    COMMENTED = "commented"
    CLOSING_SOON = "closing_soon"
    PROPOSED = "proposed"
    HINT = "hint"
    ASSIGNED = "assigned"
    ACTION_DUE = "action_due"
    LEAD_CALLED = "lead_called"
    VENDOR_ASKED = "vendor_asked"
    INVITED = "invited"
    CLOCK = "clock"
    PAGED = "paged"
    MENTIONED = "mentioned"
    WATCHED = "watched"


class Way(StrEnum):
    """How a notice reaches somebody."""

    MAIL = "mail"
    WEB = "web"


class Wish(StrEnum):
    """What somebody wants of one topic on one way."""

    NOW = "now"
    DIGEST = "digest"
    NEVER = "never"


class Delivery(StrEnum):
    """Where a notice stands."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"


class Notice(Model):
    """One message by mail owed to one person.

    It is sent at most once: one whose sending was cut off is `unknown` and decided by a person. What
    is `in_digest` goes out with the others of its recipient in one mail.
    """

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_due", "state", "not_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(16))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12), default=Delivery.DUE)
    in_digest: Mapped[bool] = mapped_column(default=False)
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]

    incident: Mapped[Incident] = relationship()
    recipient: Mapped[Person] = relationship()
    entry: Mapped[Entry | None] = relationship()


class WebNotice(Model):
    """One line under the bell of one person."""

    __tablename__ = "web_notice"
    __table_args__ = (
        Index("ix_web_notice_recipient", "recipient_id", "id"),
        Index("ix_web_notice_unread", "recipient_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(16))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    read_at: Mapped[datetime | None]

    incident: Mapped[Incident] = relationship(lazy="joined")
    entry: Mapped[Entry | None] = relationship(lazy="joined")


class NoticeWish(Model):
    """What somebody said they want of one topic on one way; without a row it comes at once."""

    __tablename__ = "notice_wish"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(16), primary_key=True)
    way: Mapped[str] = mapped_column(String(8), primary_key=True)
    wish: Mapped[str] = mapped_column(String(8))


class NoticeTimes(Model):
    """When somebody is left in peace, and when their digest comes; “HH:MM” in their own zone."""

    __tablename__ = "notice_times"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    quiet_from: Mapped[str] = mapped_column(String(5), default="")
    quiet_until: Mapped[str] = mapped_column(String(5), default="")
    quiet_weekends: Mapped[bool] = mapped_column(default=False)
    digest_at: Mapped[str] = mapped_column(String(5), default="08:00")


class LetterText(Model):
    """An administrator's own words in the mails about a topic, in one language; what is empty is as shipped."""

    __tablename__ = "letter_text"

    topic: Mapped[str] = mapped_column(String(16), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    subject: Mapped[str] = mapped_column(Text, default="", server_default="")
    opening: Mapped[str] = mapped_column(Text, default="", server_default="")
    text: Mapped[str] = mapped_column(Text)
    closing: Mapped[str] = mapped_column(Text, default="", server_default="")
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
