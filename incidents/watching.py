"""Who follows an incident without working on it, and who is called to it by name in a note.

`@tess` in what only support reads names whoever has the address `tess@…`; `@tess@example.com` is
the whole address. Who is named watches from then on, for they will want to know how it goes on.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Select, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from firstline import clock
from firstline.db import Model, db, write
from firstline.i18n import gettext as _
from incidents import feed, notices
from incidents.errors import Invalid
from incidents.models import Entry, Event, Incident, Visibility
from incidents.notices import Topic
from incidents.people import SUPPORT, Person
from incidents.policy import Action, require

MENTION = re.compile(r"(?<![\w.@/])@([\w.+-]*\w(?:@[\w-]+(?:\.[\w-]+)+)?)")
MOST_NAMED = 20
TOLD_OF = frozenset(
    {
        Event.ANSWERED,
        Event.COMMENTED,
        Event.NOTED,
        Event.ESCALATED,
        Event.VENDOR_ANSWERED,
        Event.WAITING,
        Event.RESOLVED,
        Event.REOPENED,
        Event.CLOSED,
        Event.CONFIRMED,
        Event.CANCELLED,
        Event.MERGED,
    }
)
"""What those who watch are told of: words, and what decides; not each step of the machinery."""


class Watcher(Model):
    """One of support follows one incident."""

    __tablename__ = "watcher"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship(lazy="joined")


def watch(incident_id: int, *, by: Person, who: Person | None = None) -> None:
    """Follow an incident, or let a colleague of support follow it."""
    who = who or by
    with write() as session:
        incident = session.get_one(Incident, incident_id)
        require(by, Action.NOTE, incident)
        if not who.is_support or not who.active:
            raise Invalid(_("Only people of support can watch."), field="who")
        add(session, incident, who)
        feed.tell(session, incident_id)


def unwatch(incident_id: int, *, by: Person) -> None:
    """Follow it no longer."""
    with write() as session:
        incident = session.get_one(Incident, incident_id)
        require(by, Action.NOTE, incident)
        watcher = session.get(Watcher, (incident_id, by.id))
        if watcher is not None:
            session.delete(watcher)
            feed.tell(session, incident_id)


def watchers_of(incident: Incident) -> Sequence[Person]:
    """Who follows it, by name."""
    found = select(Person).join(Watcher, Watcher.person_id == Person.id)
    return db.session.scalars(found.where(Watcher.incident_id == incident.id).order_by(Person.name)).all()


def watched_by(person_ids: Sequence[int]) -> Select[int]:
    """The incidents that these people follow."""
    return select(Watcher.incident_id).where(Watcher.person_id.in_(person_ids))


def handle_of(person: Person) -> str:
    """What one writes after the @."""
    return person.email.partition("@")[0]


def named_in(session: Session, text: str) -> list[Person]:
    """Whom of support a text names, each once, in the order of the text."""
    handles = [handle.casefold() for handle in MENTION.findall(text)][:MOST_NAMED]
    if not handles:
        return []
    support = select(Person).where(Person.role.in_(SUPPORT), Person.active)
    known: dict[str, list[Person]] = {}
    for one in session.scalars(support.order_by(Person.id)):
        for handle in (one.email, handle_of(one)):
            known.setdefault(handle, []).append(one)
    return list({one.id: one for handle in handles for one in known.get(handle, [])}.values())


def tell(session: Session, incident: Incident, entry: Entry, author: Person | None) -> None:
    """Tell whom a new entry names and who watches; inside the transaction that records it."""
    named = _call(session, incident, entry, author)
    if entry.event not in TOLD_OF:
        return
    watching = select(Watcher).where(Watcher.incident_id == incident.id).order_by(Watcher.person_id)
    for watcher in session.scalars(watching).all():
        is_news = watcher.person_id not in {entry.author_id, *(one.id for one in named)}
        if is_news and watcher.person.is_support and watcher.person.active:
            notices.owe(session, Topic.WATCHED, incident, watcher.person, entry=entry)


def _call(session: Session, incident: Incident, entry: Entry, author: Person | None) -> list[Person]:
    """Words of support alone can call somebody: what a stranger's mail says calls nobody."""
    is_ours = entry.visibility == Visibility.INTERNAL and author is not None and author.is_support
    if not is_ours or entry.facts.get("unverified"):
        return []
    named = [one for one in named_in(session, entry.text) if author is None or one.id != author.id]
    for one in named:
        add(session, incident, one)
        notices.owe(session, Topic.MENTIONED, incident, one, entry=entry)
    if named:
        entry.facts = {**entry.facts, "mentioned": [one.name for one in named]}
    return named


def add(session: Session, incident: Incident, who: Person) -> None:
    """As `watch`, inside the caller's transaction."""
    if session.get(Watcher, (incident.id, who.id)) is None:
        session.add(Watcher(incident_id=incident.id, person_id=who.id))
        session.flush()
