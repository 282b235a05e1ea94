"""What is agreed for an incident: how soon, on whose calendar, and why exactly that."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

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
class Book:
    """All targets and calendars, read once for any number of incidents."""

    targets: Sequence[Target]
    calendars: dict[int, Calendar]
    default: Calendar
    team_calendars: dict[int, int] = field(default_factory=dict)
    service_calendars: dict[int, int] = field(default_factory=dict)

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
        minutes = _minutes(target) if target else SHIPPED[priority]
        spans = {m: timedelta(minutes=n) for m, n in zip(Measure, minutes, strict=True)}
        because = _("%(target)s; %(hours)s", target=_told(priority, target), hours=hours)
        return Agreement(spans=spans, calendar=calendar, because=because)

    def _calendar(
        self, priority: int, target: Target | None, service_id: int | None, team_id: int | None
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


def read_book(session: Session) -> Book:
    """Everything agreed, as the database has it now."""
    with session.no_autoflush:
        loaded = select(Target).options(joinedload(Target.service), joinedload(Target.team))
        rows = session.scalars(select(WorkCalendar)).all()
        teams = session.execute(select(Team.id, Team.calendar_id).where(Team.calendar_id.is_not(None)))
        services = session.execute(
            select(Service.id, Service.calendar_id).where(Service.calendar_id.is_not(None))
        )
        return Book(
            targets=session.scalars(loaded).all(),
            calendars={row.id: value_of(row) for row in rows},
            default=next((value_of(row) for row in rows if row.is_default), shipped_calendar()),
            team_calendars={row.id: row.calendar_id for row in teams},
            service_calendars={row.id: row.calendar_id for row in services},
        )


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


def _specificity(target: Target) -> int:
    return 2 * (target.service_id is not None) + (target.team_id is not None)


def _minutes(target: Target) -> tuple[int, int, int]:
    return target.respond_minutes, target.update_minutes, target.resolve_minutes


def _told(priority: int, target: Target | None) -> str:
    if target is None:
        return _("P%(n)s as shipped", n=priority)
    whose = [part.name for part in (target.service, target.team) if part is not None]
    return (
        _("P%(n)s for %(whose)s", n=priority, whose=", ".join(whose))
        if whose
        else _("P%(n)s for everybody", n=priority)
    )
