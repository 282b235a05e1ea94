"""When it will probably be resolved: what happened to its like, and how sure that makes us.

The like are resolved incidents of the same category, service and priority, else of category and
priority, else of the priority. Of those that took longer than this one is open already, the interval
lies between two of their ranks: a new one of the same kind falls between rank (n+1)·10% and rank
(n+1)·90% of n others in 80 of 100 cases, whatever their distribution (Wilks, Determination of sample
sizes for setting tolerance limits, 1941). That holds as long as the future is like the past.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from firstline import clock
from firstline.db import db
from incidents.guidance import verdicts
from incidents.guidance.verdicts import OFTEN, Piece
from incidents.models import Incident, Resolution, State

FEWEST, MOST = 19, 400
COVERS, COVERS_WIDER = 80, 90


@dataclass(frozen=True)
class Forecast:
    """Between `soonest` and `latest` in `covers` of 100 cases, half of them before `middle`.

    `alike` names what the `n` incidents it rests on share.
    """

    soonest: datetime
    middle: datetime
    latest: datetime
    covers: int
    n: int
    alike: tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """An interval of durations."""

    low: timedelta
    middle: timedelta
    high: timedelta


def span(durations: Sequence[timedelta], *, covers: int = COVERS) -> Span | None:
    """The interval in which the next one falls in so many of 100 cases; None when there are too few to tell."""
    n = len(durations)
    low = (n + 1) * (100 - covers) // 200
    if n < FEWEST or low < 1:
        return None
    ranked = sorted(durations)
    return Span(ranked[low - 1], ranked[n // 2], ranked[n - low])


def of_incident(incident: Incident) -> Forecast | None:
    """None where it is resolved, where too few are like it, or where somebody said it is wrong."""
    if not incident.is_open or (Piece.FORECAST, Piece.FORECAST) in verdicts.here(incident):
        return None
    wrong = verdicts.lately(incident.category, Piece.FORECAST).total()
    covers = COVERS_WIDER if wrong >= OFTEN else COVERS
    age = clock.now() - incident.created_at
    for alike, conditions in _likes(incident):
        longer = [took for took in _durations(incident, conditions) if took > age]
        found = span(longer, covers=covers)
        if found is not None:
            begun = incident.created_at
            return Forecast(
                begun + found.low, begun + found.middle, begun + found.high, covers, len(longer), alike
            )
    return None


def _likes(incident: Incident) -> list[tuple[tuple[str, ...], list[ColumnElement[bool]]]]:
    category, service = Incident.category == incident.category, Incident.service_id == incident.service_id
    priority = Incident.priority == incident.priority
    wide: list[tuple[tuple[str, ...], list[ColumnElement[bool]]]] = [
        (("category", "priority"), [category, priority]),
        (("priority",), [priority]),
    ]
    if incident.service_id is None:
        return wide
    return [(("category", "service", "priority"), [category, service, priority]), *wide]


def _durations(incident: Incident, conditions: Sequence[ColumnElement[bool]]) -> list[timedelta]:
    """How long the latest of them took. What its requester solved alone says nothing of support."""
    found = (
        select(Incident.created_at, Incident.resolved_at)
        .where(
            Incident.state.in_([State.RESOLVED, State.CLOSED]),
            Incident.resolution != Resolution.SELF_SERVICE,
            Incident.resolved_at.is_not(None),
            Incident.id != incident.id,
            *conditions,
        )
        .order_by(Incident.id.desc())
        .limit(MOST)
    )
    rows = db.session.execute(found)
    return [resolved - created for created, resolved in rows if resolved is not None]
