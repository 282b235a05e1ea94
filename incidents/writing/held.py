"""Replies that are held back for some seconds, to be undone, or until a time, to be sent later.

Until it is sent a reply is a row of its own and nothing else has happened: no entry, no notice, no
clock. It is sent by the scheduler, so that nothing is lost when the browser goes.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from firstline import clock, jobs
from firstline.db import Model, db
from firstline.i18n import gettext as _
from incidents import feed
from incidents.attachments import StoredFile, Upload, store
from incidents.conversation import SECOND_CLICK, checked_text, support_answers
from incidents.errors import Conflict, Invalid, NotFound
from incidents.lifecycle import locked
from incidents.models import Channel, Entry, Event, Incident, State
from incidents.people import Person
from incidents.policy import Action, require
from incidents.writing import drafts

UNDO_FOR = timedelta(seconds=10)
LATER = timedelta(minutes=1)
"""What waits longer than this is looked at again before it goes: the world has moved on."""
LATEST = timedelta(days=60)


class Standing(StrEnum):
    """What became of a held reply."""

    HELD = "held"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


class HeldReply(Model):
    """A reply that waits."""

    __tablename__ = "held_reply"
    __table_args__ = (Index("ix_held_reply_due", "state", "send_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(10), default=Standing.HELD)
    after_entry_id: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    send_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(200), default="")

    author: Mapped[Person] = relationship(lazy="joined")

    @property
    def is_for_later(self) -> bool:
        return self.send_at - self.created_at > LATER


def hold(
    incident_id: int,
    *,
    by: Person,
    text: str,
    uploads: Sequence[Upload] = (),
    send_at: datetime | None = None,
    seen: int | None = None,
    for_: timedelta = UNDO_FOR,
) -> int:
    """Take a reply of support and send it `for_` this long after, or at `send_at`; returns its id.

    Two people never answer at once: while another's reply is on its way it is a `Conflict`.
    """
    text = checked_text(text, uploads)
    by_id, until = by.id, _checked_time(send_at) if send_at else clock.now() + for_
    files = store(uploads)
    with locked(incident_id, seen=seen) as (session, incident):
        require(by, Action.WORK, incident)
        waiting = session.scalars(_waiting(incident_id)).all()
        for one in waiting:
            if one.author_id != by_id and not one.is_for_later:
                raise Conflict(_("%(name)s is just sending a reply. Look at it first.", name=one.author.name))
            if one.author_id == by_id and one.text == text and clock.now() - one.created_at < SECOND_CLICK:
                return one.id
        row = HeldReply(
            incident_id=incident_id,
            author_id=by_id,
            text=text,
            files=[asdict(file) for file in files],
            send_at=until,
            after_entry_id=session.scalar(_last_entry(incident_id)) or 0,
        )
        session.add(row)
        drafts.forget(session, (by_id, incident_id, drafts.REPLY))
        feed.tell(session, incident_id)
        session.flush()
        return row.id


def withdraw(held_id: int, *, by: Person) -> str:
    """Take a reply back before it goes; its words become the draft again. Returns them."""
    incident_id = db.session.scalar(select(HeldReply.incident_id).where(HeldReply.id == held_id))
    if incident_id is None:
        raise NotFound(_("There is no such reply."))
    by_id = by.id
    with locked(incident_id) as (session, _incident):
        row = session.get(HeldReply, held_id)
        if row is None or row.author_id != by_id:
            raise NotFound(_("There is no such reply of yours."))
        if row.state != Standing.HELD:
            raise Conflict(_("It went out before you took it back."))
        _back_to_draft(session, row, Standing.WITHDRAWN)
        return row.text


def waiting_at(incident: Incident) -> Sequence[HeldReply]:
    """The replies that wait here, next first."""
    return db.session.scalars(_waiting(incident.id)).all()


@jobs.sweep(every_s=1)
def send_due() -> None:
    """Send what has waited long enough."""
    due = select(HeldReply.id, HeldReply.incident_id).where(
        HeldReply.state == Standing.HELD, HeldReply.send_at <= clock.now()
    )
    for held_id, incident_id in db.session.execute(due.order_by(HeldReply.send_at).limit(100)).all():
        with locked(incident_id) as (session, incident):
            row = session.get(HeldReply, held_id)
            if row is not None and row.state == Standing.HELD:
                _send(session, incident, row)


def _send(session: Session, incident: Incident, row: HeldReply) -> None:
    why = _why_not(session, incident, row)
    if why:
        row.why = why
        _back_to_draft(session, row, Standing.STOPPED)
        return
    files = [StoredFile(**file) for file in row.files]
    support_answers(session, incident, row.author, row.text, Channel.PORTAL, files)
    row.state = Standing.SENT


def _why_not(session: Session, incident: Incident, row: HeldReply) -> str:
    if incident.state == State.MERGED:
        return _("The incident was joined with another.")
    heard = select(Entry.id).where(
        Entry.incident_id == incident.id, Entry.id > row.after_entry_id, Entry.event == Event.COMMENTED
    )
    if row.is_for_later and session.scalar(heard.limit(1)) is not None:
        return _("%(name)s wrote meanwhile.", name=incident.requester.name)
    return ""


def _back_to_draft(session: Session, row: HeldReply, state: Standing) -> None:
    row.state = state
    key = (row.author_id, row.incident_id, drafts.REPLY)
    newer = session.get(drafts.Draft, key)
    words = f"{row.text}\n\n{newer.text}" if newer and newer.text != row.text else row.text
    drafts.put(session, key, words)
    feed.tell(session, row.incident_id)


def _waiting(incident_id: int) -> Select[HeldReply]:
    here = select(HeldReply).where(HeldReply.incident_id == incident_id, HeldReply.state == Standing.HELD)
    return here.order_by(HeldReply.send_at)


def _last_entry(incident_id: int) -> Select[int | None]:
    return select(func.max(Entry.id)).where(Entry.incident_id == incident_id)


def _checked_time(send_at: datetime) -> datetime:
    if send_at <= clock.now() or send_at > clock.now() + LATEST:
        raise Invalid(_("Choose a time ahead, within the next 60 days."), field="send_at")
    return send_at
