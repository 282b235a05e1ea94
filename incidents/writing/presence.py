"""Who looks at an incident now, and who writes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock, jobs
from firstline.db import Model, db, write
from incidents import feed
from incidents.feed import About
from incidents.models import Incident
from incidents.people import Person

HERE_FOR = timedelta(seconds=45)
"""Pages that are seen say every 15 s that somebody is there."""


class Presence(Model):
    """One person at one incident."""

    __tablename__ = "presence"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    is_writing: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    person: Mapped[Person] = relationship(lazy="joined")


def look(incident: Incident, *, by: Person, is_writing: bool) -> None:
    """Say that somebody is here; others are told only when that is new."""
    incident_id, person_id = incident.id, by.id
    with write() as session:
        here = session.get(Presence, (incident_id, person_id))
        is_news = here is None or here.seen_at < _since() or here.is_writing != is_writing
        here = here or Presence(incident_id=incident_id, person_id=person_id)
        here.is_writing, here.seen_at = is_writing, clock.now()
        session.add(here)
        if is_news:
            feed.tell(session, incident_id, About.PRESENCE)


def leave(incident: Incident, *, by: Person) -> None:
    """Say that somebody went."""
    incident_id, person_id = incident.id, by.id
    with write() as session:
        here = session.get(Presence, (incident_id, person_id))
        if here is not None:
            session.delete(here)
            feed.tell(session, incident_id, About.PRESENCE)


def others(incident: Incident, me: Person) -> Sequence[Presence]:
    """Everybody else who is here, those who write first."""
    here = select(Presence).where(Presence.incident_id == incident.id, Presence.seen_at >= _since())
    found = here.where(Presence.person_id != me.id).order_by(Presence.is_writing.desc(), Presence.person_id)
    return db.session.scalars(found).all()


@jobs.sweep(every_s=3600)
def forget_old() -> None:
    """Who was here long ago."""
    with write() as session:
        session.execute(delete(Presence).where(Presence.seen_at < _since() - HERE_FOR))


def _since() -> datetime:
    return clock.now() - HERE_FOR
