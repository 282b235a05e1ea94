"""How a service did: its outages, day by day, and the share of time without one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from firstline import clock
from firstline.db import db
from incidents.services import Outage, Service

DAYS = 90
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """One day, from its beginning on, and for how long of it the service was disturbed."""

    begins: datetime
    disturbed: timedelta


@dataclass(frozen=True)
class History:
    """The last 90 days of a service. `undisturbed` is the share of time without a known fault, 0 to 1."""

    outages: Sequence[Outage]
    days: Sequence[Day]
    undisturbed: float


def of_service(service: Service) -> History:
    """Two faults at once count once."""
    now = clock.now()
    begin = now.replace(hour=0, minute=0, second=0, microsecond=0) - (DAYS - 1) * DAY
    found = select(Outage).where(
        Outage.service_id == service.id, or_(Outage.ended_at.is_(None), Outage.ended_at > begin)
    )
    outages = db.session.scalars(found.order_by(Outage.since.desc())).all()
    spans = _joined([(max(begin, one.since), min(now, one.ended_at or now)) for one in outages])
    days = [Day(at, _within(spans, at, at + DAY)) for at in (begin + number * DAY for number in range(DAYS))]
    disturbed = sum((day.disturbed for day in days), timedelta())
    return History(outages, days, 1 - disturbed / (now - begin))


def _joined(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _within(spans: Sequence[tuple[datetime, datetime]], begin: datetime, end: datetime) -> timedelta:
    parts = (min(end, until) - max(begin, since) for since, until in spans)
    return sum((part for part in parts if part > timedelta()), timedelta())
