"""What became of fixes nobody said a word about: silent, abandoned, or reported in other words.

Silence never counts as success. A later answer replaces what is marked here.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, CursorResult, select, update

from firstline import clock
from firstline.db import db, write
from incidents.intake import SELF_HELP_FOR
from incidents.models import Incident
from incidents.topics import Told, is_same
from knowledge_base.models import Attempt, AttemptOutcome
from knowledge_base.outcomes import GIVEN_UP_AFTER

AT_ONCE = 500


def mark_unanswered() -> int:
    """Mark what time has decided, and say how much; asked again, nothing changes."""
    return _mark_silent() + _mark_left()


def _mark_silent() -> int:
    """Reported, shown fixes, no word within the self-help time."""
    silent = _waiting(Attempt.incident_id.is_not(None), Attempt.created_at < clock.now() - SELF_HELP_FOR)
    return _decide([attempt.id for attempt in silent], AttemptOutcome.SILENT)


def _mark_left() -> int:
    """Shown fixes, no report of these words: they reported the topic in other words, or left."""
    left = _waiting(Attempt.incident_id.is_(None), Attempt.created_at < clock.now() - GIVEN_UP_AFTER)
    reported = [attempt.id for attempt in left if _was_reported(attempt)]
    gone = [attempt.id for attempt in left if attempt.id not in reported]
    return _decide(reported, AttemptOutcome.WENT_ON) + _decide(gone, AttemptOutcome.ABANDONED)


def _waiting(*conditions: ColumnElement[bool]) -> Sequence[Attempt]:
    found = select(Attempt).where(_is_open(), *conditions)
    return db.session.scalars(found.order_by(Attempt.id).limit(AT_ONCE)).all()


def _decide(attempt_ids: Sequence[int], outcome: AttemptOutcome) -> int:
    """Mark those of which nobody said anything meanwhile."""
    if not attempt_ids:
        return 0
    with write() as session:
        still = update(Attempt).where(Attempt.id.in_(attempt_ids), Attempt.outcome == AttemptOutcome.NONE)
        marked = session.execute(still.values(outcome=outcome, decided_at=clock.now()))
        assert isinstance(marked, CursorResult), "an update tells how many rows it changed"
        return marked.rowcount


def _was_reported(attempt: Attempt) -> bool:
    reported = select(Incident).where(
        Incident.requester_id == attempt.person_id,
        Incident.created_at.between(attempt.created_at, attempt.created_at + GIVEN_UP_AFTER),
    )
    told = Told(attempt.words, attempt.category_slug)
    return any(is_same(told, told_by(incident)) for incident in db.session.scalars(reported))


def told_by(incident: Incident) -> Told:
    """What an incident tells, as topics are compared."""
    return Told(f"{incident.title}\n{incident.description}", incident.category)


def _is_open() -> ColumnElement[bool]:
    shown = Attempt.is_held_out.is_(False) & Attempt.offers.any()
    return (Attempt.outcome == AttemptOutcome.NONE) & shown
