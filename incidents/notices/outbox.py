"""Owing notices, and taking back what nobody needs any more."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db, put
from incidents.models import Channel, Entry, Incident
from incidents.notices.models import Delivery, Notice, Topic, WebNotice, Wish
from incidents.notices.wishes import Ruling, ruling
from incidents.people import Person

NOT_WANTED = "not wanted"
READ_IN_CHAT = "read in the chat"
NO_NEWS = "told of the past"
_IS_MUTED = ContextVar("is muted", default=False)


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
    """What was read elsewhere need not be sent, and the bell is silent; inside the caller's `write()`."""
    withdrawn = select(Notice.entry_id, Notice.recipient_id).where(Notice.id.in_(notice_ids))
    for entry_id, recipient_id in session.execute(withdrawn).all():
        rung = update(WebNotice).where(WebNotice.entry_id == entry_id, WebNotice.read_at.is_(None))
        session.execute(rung.where(WebNotice.recipient_id == recipient_id).values(read_at=clock.now()))
    still_due = update(Notice).where(Notice.id.in_(notice_ids), Notice.state == Delivery.DUE)
    session.execute(still_due.values(state=Delivery.SUPPRESSED, error=because))


@contextmanager
def muted() -> Iterator[None]:
    """Keep as suppressed whatever mail is owed inside: what is told of the past is no news."""
    token = _IS_MUTED.set(True)
    try:
        yield
    finally:
        _IS_MUTED.reset(token)


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
    """Owe somebody a notice, as `wishes.ruling` decides, unless they are a machine that reported.

    The mail is sent `after` this long at the earliest: time in which they may read it elsewhere.
    One that its recipient does without is kept as `suppressed`, so that one can see why none came.
    """
    if incident.channel == Channel.MONITORING and recipient.id == incident.requester_id:
        return
    if entry is not None and topic != Topic.WATCHED:
        _replace_what_watchers_hear(session, entry, recipient)
    decided = ruling(session, topic, recipient, by_id=entry.author_id if entry else None)
    if decided is None:
        return
    about = {
        "topic": topic,
        "incident_id": incident.id,
        "recipient_id": recipient.id,
        "entry_id": entry.id if entry else None,
    }
    if not recipient.is_undeliverable:
        put(session, Notice, **about, **_mail(decided, after))
    if decided.on_bell:
        put(session, WebNotice, **about)


def _mail(decided: Ruling, after: timedelta) -> dict[str, object]:
    error = NO_NEWS if _IS_MUTED.get() else NOT_WANTED if decided.mail == Wish.NEVER else ""
    return {
        "state": Delivery.SUPPRESSED if error else Delivery.DUE,
        "error": error,
        "in_digest": decided.mail == Wish.DIGEST,
        "not_before": max(decided.not_before, clock.now() + after),
    }


def _replace_what_watchers_hear(session: Session, entry: Entry, recipient: Person) -> None:
    """Nobody hears of one entry twice: what concerns them for a nearer reason comes instead."""
    for kind in (Notice, WebNotice):
        of_watching = delete(kind).where(kind.incident_id == entry.incident_id, kind.entry_id == entry.id)
        session.execute(of_watching.where(kind.recipient_id == recipient.id, kind.topic == Topic.WATCHED))
