"""When each measure of an incident is due: pure, from what is agreed and from when its clock stood.

All of it counts from the incident's receipt by what holds now, as if it had always held: a corrected
priority, another team or a new holiday makes the clock read as though it had been right from the
beginning (docs/decisions/0041). Only waiting, and having been solved, stops it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from incidents.listed import Listed
from incidents.models import OPEN, Incident, State
from incidents.sla.agreements import Agreement, Measure
from incidents.sla.calendars import Stop, after_outside

NOT_DUE = datetime(9999, 1, 1, tzinfo=UTC)
"""`due_at` while nothing is due, so that it sorts behind all that is and is never before now."""

RUNNING = OPEN - {State.WAITING}
MARKS = (50, 75, 90, 100)
"""Percent of the agreed time at which somebody is told; 100 is the breach."""


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """The instants of one incident; `update_by` is None before the first answer."""

    respond_by: datetime
    update_by: datetime | None
    resolve_by: datetime
    due_at: datetime
    next_mark_at: datetime | None


def reckon(incident: Incident, agreed: Agreement, stops: Sequence[Stop]) -> Reckoning:
    """All instants anew. While the clock stands they are as if it went on now from where it stopped."""
    by = {measure: due(incident, measure, agreed, stops) for measure in begun(incident)}
    pending = [by[measure] for measure in pending_measures(incident)]
    runs = incident.stopped_at is None
    return Reckoning(
        respond_by=by[Measure.RESPOND],
        update_by=by.get(Measure.UPDATE),
        resolve_by=by[Measure.RESOLVE],
        due_at=min(pending) if runs and pending else NOT_DUE,
        next_mark_at=_next_mark(incident, agreed, stops) if runs else None,
    )


def due(
    incident: Incident, measure: Measure, agreed: Agreement, stops: Sequence[Stop], percent: int = 100
) -> datetime:
    """When so many percent of the time agreed for this measure have gone by."""
    span = agreed.spans[measure] * percent / 100
    return after_outside(agreed.calendar, begins_at(incident, measure), span, stops)


def begins_at(incident: Incident, measure: Measure) -> datetime:
    """Since when this measure is counted: receipt, and for the next news the last."""
    if measure == Measure.UPDATE and incident.news_at is not None:
        return incident.news_at
    return incident.created_at


def begun(incident: Incident | Listed) -> list[Measure]:
    """The measures that have a deadline by now: news are owed only after the first answer."""
    return [m for m in Measure if m != Measure.UPDATE or incident.responded_at is not None]


def pending_measures(incident: Incident | Listed) -> list[Measure]:
    """What is still to be done for an open incident."""
    if incident.state not in OPEN:
        return []
    return [m for m in begun(incident) if m != Measure.RESPOND or incident.responded_at is None]


def told_percent(marks: Mapping[str, int], measure: Measure) -> int:
    """The highest mark somebody was told of."""
    return marks.get(measure, 0)


def _next_mark(incident: Incident, agreed: Agreement, stops: Sequence[Stop]) -> datetime | None:
    untold = (
        (measure, next((mark for mark in MARKS if mark > told_percent(incident.marks, measure)), None))
        for measure in pending_measures(incident)
    )
    return min(
        (due(incident, measure, agreed, stops, mark) for measure, mark in untold if mark), default=None
    )
