"""What is agreed for an incident: how soon, on whose calendar, and why exactly that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from firstline import reference
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.people import Team
from incidents.services import Service
from incidents.sla.calendars import ROUND_THE_CLOCK, Calendar, Span
from incidents.sla.models import Target, WorkCalendar


class Measure(StrEnum):
    """What is promised: the first answer, the next news after it, the solution."""

    RESPOND = "respond"
    UPDATE = "update"
    RESOLVE = "resolve"


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How soon each measure is due, in working time of `calendar`; `because` names the target and the hours."""

    spans: dict[Measure, timedelta]
    calendar: Calendar
    because: str


OFFICE_WEEK = ((Span(9 * 60, 17 * 60),),) * 5 + ((), ())
DAY = 8 * 60
SHIPPED = {
    1: (15, 60, 4 * 60),
    2: (30, 2 * 60, DAY),
    3: (4 * 60, DAY, 3 * DAY),
    4: (DAY, 3 * DAY, 5 * DAY),
    5: (3 * DAY, 5 * DAY, 10 * DAY),
}
"""Minutes to respond, to update and to resolve by priority, where nobody agreed on anything else."""

ALWAYS = frozenset({1})
"""The priorities whose shipped targets run round the clock."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A target as the book has it; `minutes` by measure, `whose` are the names of service and team."""

    priority: int
    service_id: int | None
    team_id: int | None
    minutes: tuple[int, int, int]
    is_always: bool
    calendar_id: int | None
    whose: str


@dataclass(frozen=True, kw_only=True)
class Book:
    """All targets and calendars, read once for any number of incidents.

    `desk` is the calendar that holds where no other does, None while none was set.
    """

    targets: Sequence[Promise]
    calendars: dict[int, Calendar]
    desk: Calendar | None
    team_calendars: dict[int, int]
    service_calendars: dict[int, int]

    @property
    def default(self) -> Calendar:
        return self.desk or shipped_calendar()

    def agreement(self, priority: int, *, service_id: int | None, team_id: int | None) -> Agreement:
        """The most specific target for this priority: service and team, service, team, then for everybody."""
        fits = [
            target
            for target in self.targets
            if target.priority == priority
            and target.service_id in {None, service_id}
            and target.team_id in {None, team_id}
        ]
        target = max(fits, key=_specificity, default=None)
        calendar, hours = self._calendar(priority, target, service_id, team_id)
        minutes = target.minutes if target else SHIPPED[priority]
        spans = {m: timedelta(minutes=n) for m, n in zip(Measure, minutes, strict=True)}
        because = _("%(target)s; %(hours)s", target=_told(priority, target), hours=hours)
        return Agreement(spans=spans, calendar=calendar, because=because)

    def _calendar(
        self, priority: int, target: Promise | None, service_id: int | None, team_id: int | None
    ) -> tuple[Calendar, str]:
        if target.is_always if target else priority in ALWAYS:
            return ROUND_THE_CLOCK, _("round the clock")
        for number, words in (
            (target.calendar_id if target else None, _("hours of the target")),
            (self.team_calendars.get(team_id or 0), _("hours of the team")),
            (self.service_calendars.get(service_id or 0), _("hours of the service")),
        ):
            if number in self.calendars:
                return self.calendars[number], f"{words}: {self.calendars[number].name}"
        return self.default, _("hours of the desk: %(name)s", name=self.default.name)


@reference.kept(Target, WorkCalendar, Team, Service)
def read_book() -> Book:
    """Everything agreed, as the database has it now."""
    loaded = select(Target).options(joinedload(Target.service), joinedload(Target.team))
    rows = db.session.scalars(select(WorkCalendar)).all()
    return Book(
        targets=[_promise_of(target) for target in db.session.scalars(loaded)],
        calendars={row.id: value_of(row) for row in rows},
        desk=next((value_of(row) for row in rows if row.is_default), None),
        team_calendars=_calendars_of(Team),
        service_calendars=_calendars_of(Service),
    )


def _promise_of(target: Target) -> Promise:
    return Promise(
        priority=target.priority,
        service_id=target.service_id,
        team_id=target.team_id,
        minutes=(target.respond_minutes, target.update_minutes, target.resolve_minutes),
        is_always=target.is_always,
        calendar_id=target.calendar_id,
        whose=", ".join(part.name for part in (target.service, target.team) if part is not None),
    )


def _calendars_of(model: type[Team] | type[Service]) -> dict[int, int]:
    rows = db.session.execute(select(model.id, model.calendar_id).where(model.calendar_id.is_not(None)))
    return {row.id: row.calendar_id for row in rows}


def value_of(row: WorkCalendar) -> Calendar:
    """The calendar that this row describes."""
    return Calendar(
        name=row.name,
        zone=row.zone,
        week=tuple(tuple(Span(*pair) for pair in day) for day in row.week),
        country=row.country,
        subdivision=row.subdivision,
        days_off=frozenset(date.fromisoformat(text) for text in row.days_off),
    )


def shipped_calendar() -> Calendar:
    """The hours of a desk that has not said any: Monday to Friday, 9 to 17, in `TIMEZONE`."""
    zone = current_app.config["SETTINGS"].timezone
    return Calendar(name=_("Monday to Friday, 9 to 17"), zone=zone, week=OFFICE_WEEK)


def _specificity(target: Promise) -> int:
    return 2 * (target.service_id is not None) + (target.team_id is not None)


def _told(priority: int, target: Promise | None) -> str:
    if target is None:
        return _("P%(n)s as shipped", n=priority)
    if target.whose:
        return _("P%(n)s for %(whose)s", n=priority, whose=target.whose)
    return _("P%(n)s for everybody", n=priority)
