"""Who follows which service, and what they are told."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.people import Person
from incidents.services import Outage, Service


class Way(StrEnum):
    """How somebody wants to hear of a service."""

    MAIL = "mail"
    WEB = "web"


class Sending(StrEnum):
    """Where a piece of news stands. A mail whose sending was cut off is `unknown` and not repeated."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    SHOWN = "shown"


class Subscription(Model):
    """Somebody follows a service."""

    __tablename__ = "status_subscription"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    service_id: Mapped[int] = mapped_column(
        ForeignKey("service.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    way: Mapped[str] = mapped_column(String(4))
    since: Mapped[datetime] = mapped_column(default=clock.now)

    service: Mapped[Service] = relationship()
    person: Mapped[Person] = relationship()


class Told(Model):
    """The words of an outage that its followers were told last, as a digest."""

    __tablename__ = "status_told"

    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))


class News(Model):
    """One piece of news for one person."""

    __tablename__ = "status_news"
    __table_args__ = (Index("ix_status_news_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    way: Mapped[str] = mapped_column(String(4))
    text: Mapped[str] = mapped_column(Text)
    is_over: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]

    outage: Mapped[Outage] = relationship()
    person: Mapped[Person] = relationship()
