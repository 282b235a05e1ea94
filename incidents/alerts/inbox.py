"""Alerts are kept before anything is decided, so that a storm is answered in milliseconds."""

from collections.abc import Sequence

from firstline import clock, jobs
from firstline.db import db, write
from incidents.alerts import waiting
from incidents.alerts.models import Received
from incidents.alerts.signals import Signal
from incidents.alerts.sorting import TASK, sort_due
from incidents.models import Incident
from incidents.people import Person
from incidents.policy import Action, require


def accept(signals: Sequence[Signal], *, by: Person, source: str) -> None:
    """Keep these alerts; when it returns they survive a power cut. The worker sorts them."""
    require(by, Action.SEND_ALERTS)
    if not waiting.is_wanted():
        _write(signals, by=by, source=source)
        jobs.nudge(TASK)
    elif waiting.keep(signals, by_id=by.id, source=source):
        # Whoever sorts those that wait already goes on until none is left.
        jobs.nudge(TASK)


def take(signal: Signal, *, by: Person, source: str) -> Incident | None:
    """Accept one alert and sort it here and now; None when it belongs to no incident."""
    require(by, Action.SEND_ALERTS)
    (row_id,) = _write([signal], by=by, source=source)
    sort_due()
    row = db.session.get_one(Received, row_id)
    return row.incident


def _write(signals: Sequence[Signal], *, by: Person, source: str) -> Sequence[int]:
    with write() as session:
        rows = [waiting.row_of(one, by_id=by.id, source=source, at=clock.now()) for one in signals]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]
