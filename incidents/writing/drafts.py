"""Words as they are typed, kept at the desk: nothing is lost with a browser, a line or a power cut."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from firstline import clock, jobs
from firstline.db import Model, db, write
from incidents.conversation import TEXT_LENGTH
from incidents.models import Incident
from incidents.people import Person
from incidents.policy import Action, require

REPLY, NOTE = "reply", "note"
KINDS = frozenset({REPLY, NOTE})
KEPT_FOR = timedelta(days=30)


class Draft(Model):
    """What one person has typed at one incident and not sent."""

    __tablename__ = "draft"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


def keep(incident: Incident, *, by: Person, kind: str, text: str) -> None:
    """Keep what was typed so far; nothing typed takes the draft away."""
    require(by, Action.NOTE, incident)
    key = (by.id, incident.id, kind)
    with write() as session:
        put(session, key, text)


def put(session: Session, key: tuple[int, int, str], text: str) -> None:
    """As `keep`, inside the caller's transaction; `key` is person, incident and kind."""
    text = text.replace("\0", "")[:TEXT_LENGTH]
    if not text.strip():
        forget(session, key)
        return
    person_id, incident_id, kind = key
    fields = {"text": text, "updated_at": clock.now()}
    session.merge(Draft(person_id=person_id, incident_id=incident_id, kind=kind, **fields))


def forget(session: Session, key: tuple[int, int, str]) -> None:
    """The words went out, or were taken away; inside the caller's `write()`."""
    person_id, incident_id, kind = key
    mine = delete(Draft).where(Draft.person_id == person_id, Draft.incident_id == incident_id)
    session.execute(mine.where(Draft.kind == kind))


def of(person: Person, incident: Incident) -> dict[str, str]:
    """What this person has typed here and not sent, by kind."""
    mine = select(Draft).where(Draft.person_id == person.id, Draft.incident_id == incident.id)
    return {draft.kind: draft.text for draft in db.session.scalars(mine)}


@jobs.sweep(every_s=3600)
def forget_old() -> None:
    """Drafts nobody came back to for 30 days."""
    with write() as session:
        session.execute(delete(Draft).where(Draft.updated_at < clock.now() - KEPT_FOR))
