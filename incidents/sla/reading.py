"""What the clock of an incident reads now: the one place where pages, mails and the API look."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, cached_property

from firstline import clock
from incidents.listed import Listed
from incidents.models import OPEN, Incident
from incidents.sla.agreements import Agreement, Measure, read_book
from incidents.sla.calendars import Calendar, is_open, worked
from incidents.sla.reckoning import begun, pending_measures


class Standing(StrEnum):
    """Whether the clock goes. Off hours it runs, but nothing is counted until work begins again."""

    RUNNING = "running"
    OFF_HOURS = "off_hours"
    PAUSED = "paused"
    SETTLED = "settled"


@dataclass(frozen=True, kw_only=True)
class Hand:
    """One measure, read at an instant; None once it is done with."""

    measure: Measure
    by: datetime
    agreed: Agreement
    at: datetime | None
    is_missed: bool

    @property
    def total(self) -> timedelta:
        """The agreed time, in working time."""
        return self.agreed.spans[self.measure]

    @cached_property
    def remaining(self) -> timedelta | None:
        """Working time, negative when over, None once it is done with."""
        return time_left(self.agreed.calendar, self.at, self.by) if self.at else None

    @property
    def share_left(self) -> float:
        """How much of the agreed time is left, from 1 to 0."""
        left = self.remaining or timedelta()
        return min(1.0, max(0.0, left / self.total)) if self.total else 0.0


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The whole clock. `next` is the hand that is due next, None when nothing is left to do."""

    standing: Standing
    paused_on: str
    hands: tuple[Hand, ...]
    next: Hand | None
    agreed: Agreement

    @property
    def is_breached(self) -> bool:
        """Whether what is due next is over."""
        return self.next is not None and self.next.is_missed

    @property
    def remaining(self) -> timedelta | None:
        """Working time left until what is due next; negative when over."""
        return self.next.remaining if self.next else None


def reading(incident: Incident) -> Reading:
    """What the clock of this incident reads now."""
    return readings([incident])[incident.id]


def readings(incidents: Iterable[Incident | Listed]) -> dict[int, Reading]:
    """As `reading`, for a whole list by the incident's id, each as it was written last."""
    agreed, now = cache(read_book().agreement), clock.now()
    return {
        one.id: _read(one, agreed(one.priority, service_id=one.service_id, team_id=one.team_id), now)
        for one in incidents
    }


def is_breached(incident: Incident, *, at: datetime) -> bool:
    """Whether what is due next was due before `at`."""
    return incident.is_open and incident.due_at < at


def _read(incident: Incident | Listed, agreed: Agreement, now: datetime) -> Reading:
    at = incident.stopped_at or now
    pending = set(pending_measures(incident))
    hands = tuple(_hand(incident, measure, agreed, at, measure in pending) for measure in begun(incident))
    waiting = [hand for hand in hands if hand.measure in pending]
    return Reading(
        standing=_standing(incident, agreed.calendar, now),
        paused_on=incident.waiting_on or "" if incident.is_open and incident.stopped_at else "",
        hands=hands,
        next=min(waiting, key=lambda hand: hand.by, default=None),
        agreed=agreed,
    )


def _hand(
    incident: Incident | Listed, measure: Measure, agreed: Agreement, at: datetime, is_pending: bool
) -> Hand:
    by = _kept(incident, measure)
    done_at = at if is_pending else _done_at(incident, measure)
    return Hand(
        measure=measure,
        by=by,
        agreed=agreed,
        at=at if is_pending else None,
        is_missed=done_at is not None and by < done_at,
    )


def time_left(calendar: Calendar, at: datetime, by: datetime) -> timedelta:
    """Working time from `at` until `by`; negative when `by` is over."""
    return worked(calendar, at, by) if by >= at else -worked(calendar, by, at)


def _standing(incident: Incident | Listed, calendar: Calendar, now: datetime) -> Standing:
    if incident.state not in OPEN:
        return Standing.SETTLED
    if incident.stopped_at is not None:
        return Standing.PAUSED
    return Standing.RUNNING if is_open(calendar, now) else Standing.OFF_HOURS


def _kept(incident: Incident | Listed, measure: Measure) -> datetime:
    by = {
        Measure.RESPOND: incident.respond_by,
        Measure.UPDATE: incident.update_by,
        Measure.RESOLVE: incident.resolve_by,
    }[measure]
    assert by is not None, "every measure that has begun has its instant"
    return by


def _done_at(incident: Incident | Listed, measure: Measure) -> datetime | None:
    if measure == Measure.RESPOND:
        return incident.responded_at or incident.resolved_at
    return incident.resolved_at if measure == Measure.RESOLVE else None
