"""Alerts are kept before anything is decided, so that a storm is answered in milliseconds."""

from collections.abc import Sequence

from firstline import clock, jobs
from firstline.db import db, settle_on_disk, write
from incidents.alerts.models import FINGERPRINT_LENGTH, Outcome, Received
from incidents.alerts.signals import Signal, group_of
from incidents.alerts.sorting import TASK, sort_due
from incidents.models import TITLE_LENGTH, Incident
from incidents.people import Person
from incidents.policy import Action, require


def accept(signals: Sequence[Signal], *, by: Person, source: str) -> Sequence[int]:
    """Keep these alerts; when it returns they survive a power cut. The worker sorts them."""
    require(by, Action.SEND_ALERTS)
    with write() as session:
        rows = [_as_row(signal, by.id, source) for signal in signals]
        session.add_all(rows)
        session.flush()
        kept = [row.id for row in rows]
    settle_on_disk()
    jobs.nudge(TASK)
    return kept


def take(signal: Signal, *, by: Person, source: str) -> Incident | None:
    """Accept one alert and sort it here and now; None when it belongs to no incident."""
    (row_id,) = accept([signal], by=by, source=source)
    sort_due()
    row = db.session.get_one(Received, row_id)
    return row.incident


def _as_row(signal: Signal, by_id: int, source: str) -> Received:
    return Received(
        source=source[:60],
        by_id=by_id,
        fingerprint=signal.fingerprint[:FINGERPRINT_LENGTH],
        group_key=group_of(signal),
        status=signal.status,
        title=signal.title[:TITLE_LENGTH],
        description=signal.description,
        labels=dict(signal.labels),
        starts_at=signal.starts_at,
        received_at=clock.now(),
        outcome=Outcome.DUE,
    )
