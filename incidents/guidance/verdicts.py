"""“Wrong”: what somebody who handled an incident says of a piece of help, and what that changes.

It is never shown on this incident again. Elsewhere a colleague or a past incident counts half for each
time it was wrong for the category lately, a kind of step that was wrong often is not proposed for it,
and forecasts that were wrong often get a wider interval.
"""

from collections import Counter
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from firstline import clock
from firstline.db import Model, db
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.lifecycle import locked
from incidents.models import Incident
from incidents.people import Person
from incidents.policy import Action, require

LATELY = timedelta(days=90)
OFTEN = 3


class Piece(StrEnum):
    """Which piece of help; its subject says which one of its kind."""

    STEP = "step"
    FORECAST = "forecast"
    CHANGE = "change"
    SIMILAR = "similar"
    PERSON = "person"


class Verdict(Model):
    """Somebody said that this piece of help was wrong for this incident."""

    __tablename__ = "guidance_verdict"
    __table_args__ = (Index("ix_guidance_verdict_category", "category", "piece", "at"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    piece: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject: Mapped[str] = mapped_column(String(60), primary_key=True)
    category: Mapped[str] = mapped_column(String(60))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=clock.now)


def say_wrong(incident_id: int, piece: str, subject: str, *, by: Person) -> None:
    """Keep it; saying it again changes nothing."""
    if piece not in set(Piece) or not subject or len(subject) > 60:
        raise Invalid(_("Say what was wrong."), field="piece")
    with locked(incident_id) as (session, incident):
        require(by, Action.WORK, incident)
        key = (incident.id, piece, subject)
        if session.get(Verdict, key) is None:
            session.add(
                Verdict(incident_id=incident.id, piece=piece, subject=subject, **_facts(incident, by))
            )


def take_back(incident_id: int, *, by: Person) -> None:
    """What was said to be wrong here was right after all, all of it."""
    with locked(incident_id) as (session, incident):
        require(by, Action.WORK, incident)
        session.execute(delete(Verdict).where(Verdict.incident_id == incident.id))


def here(incident: Incident) -> frozenset[tuple[str, str]]:
    """What was said to be wrong on this incident."""
    said = select(Verdict.piece, Verdict.subject).where(Verdict.incident_id == incident.id)
    return frozenset((row[0], row[1]) for row in db.session.execute(said))


def lately(category: str, piece: Piece) -> Counter[str]:
    """How often each was wrong for this category within 90 days."""
    said = select(Verdict.subject, func.count()).where(
        Verdict.category == category, Verdict.piece == piece, Verdict.at > clock.now() - LATELY
    )
    return Counter({row[0]: row[1] for row in db.session.execute(said.group_by(Verdict.subject))})


def _facts(incident: Incident, by: Person) -> dict[str, object]:
    return {"category": incident.category, "by_id": by.id, "at": clock.now()}
