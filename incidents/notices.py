"""What people are to be told: rows without text, written with the change that causes them.

A channel renders and delivers them later (docs/decisions/0012). A notice is sent at most once:
one whose sending was cut off is `unknown` and decided by a person, not repeated.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Select, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from firstline import clock
from firstline.db import Model, db
from incidents.models import Channel, Entry, Incident
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


class Delivery(StrEnum):
    """Where a notice stands."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"


class Notice(Model):
    """One message owed to one person."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_due", "state", "not_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(16))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12), default=Delivery.DUE)
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


class NoticeChoice(Model):
    """That somebody wants, or does not want, notices about something; without a row they do."""

    __tablename__ = "notice_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(16), primary_key=True)
    is_wanted: Mapped[bool]


OPTIONAL = (
    Topic.ACKNOWLEDGED,
    Topic.COMMENTED,
    Topic.MENTIONED,
    Topic.WATCHED,
    Topic.REOPENED,
    Topic.CLOCK,
)
"""What a person may do without. For the others somebody waits: an answer, a question that stops the
clock, a solution that is taken for true when nobody objects."""
NOT_WANTED = "not wanted"
READ_IN_CHAT = "read in the chat"


def choices(person: Person) -> dict[Topic, bool]:
    """Which of the optional notices this person wants; all of them until they say otherwise."""
    said = select(NoticeChoice).where(NoticeChoice.person_id == person.id)
    chosen = {one.topic: one.is_wanted for one in db.session.scalars(said)}
    return {topic: chosen.get(topic, True) for topic in OPTIONAL}


def choose(session: Session, person: Person, wanted: Collection[str]) -> None:
    """Keep which of the optional notices this person wants; inside the caller's `write()`."""
    for topic in OPTIONAL:
        session.merge(NoticeChoice(person_id=person.id, topic=topic, is_wanted=topic in wanted))


def owed(person: Person, incident_ids: Select[tuple[int]], *, up_to_entry: int) -> Sequence[int]:
    """The notices about entries up to this one of these incidents that nobody has begun to send."""
    due = select(Notice.id).where(Notice.recipient_id == person.id, Notice.state == Delivery.DUE)
    return db.session.scalars(
        due.where(Notice.incident_id.in_(incident_ids), Notice.entry_id <= up_to_entry)
    ).all()


def unsent(session: Session, incident: Incident, topics: Collection[Topic]) -> Sequence[int]:
    """The notices of these topics about an incident that nobody has begun to send."""
    due = select(Notice.id).where(Notice.incident_id == incident.id, Notice.state == Delivery.DUE)
    return session.scalars(due.where(Notice.topic.in_(topics))).all()


def withdraw(session: Session, notice_ids: Sequence[int], *, because: str) -> None:
    """What was read elsewhere need not be sent; inside the caller's `write()`."""
    still_due = update(Notice).where(Notice.id.in_(notice_ids), Notice.state == Delivery.DUE)
    session.execute(still_due.values(state=Delivery.SUPPRESSED, error=because))


def notify(
    session: Session,
    topic: Topic,
    incident: Incident,
    *,
    entry: Entry | None = None,
    after: timedelta = timedelta(),
) -> None:
    """Owe the requester a notice about this incident; `after` as in `owe`."""
    owe(session, topic, incident, incident.requester, entry=entry, after=after)


def owe(
    session: Session,
    topic: Topic,
    incident: Incident,
    recipient: Person,
    *,
    entry: Entry | None = None,
    after: timedelta = timedelta(),
) -> None:
    """Owe somebody a notice, unless nothing can be delivered to them or they are a machine that reported.

    It is sent `after` this long at the earliest: time in which they may read it elsewhere.
    One that its recipient does without is kept as `suppressed`, so that one can see why none came.
    """
    is_machine = incident.channel == Channel.MONITORING and recipient.id == incident.requester_id
    if recipient.is_undeliverable or is_machine:
        return
    session.flush()
    if entry is not None and topic != Topic.WATCHED:
        _replace_what_watchers_hear(session, entry, recipient)
    is_wanted = _is_wanted(session, topic, recipient)
    session.add(
        Notice(
            state=Delivery.DUE if is_wanted else Delivery.SUPPRESSED,
            error="" if is_wanted else NOT_WANTED,
            topic=topic,
            incident_id=incident.id,
            recipient_id=recipient.id,
            entry_id=entry.id if entry else None,
            not_before=clock.now() + after,
        )
    )


def _is_wanted(session: Session, topic: Topic, recipient: Person) -> bool:
    said = session.get(NoticeChoice, (recipient.id, topic)) if topic in OPTIONAL else None
    return said is None or said.is_wanted


def _replace_what_watchers_hear(session: Session, entry: Entry, recipient: Person) -> None:
    """Nobody hears of one entry twice: what concerns them for a nearer reason comes instead."""
    of_watching = delete(Notice).where(Notice.incident_id == entry.incident_id, Notice.entry_id == entry.id)
    session.execute(of_watching.where(Notice.recipient_id == recipient.id, Notice.topic == Topic.WATCHED))
