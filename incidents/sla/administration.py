"""What administrators agree: calendars, who works by which, and targets. Open clocks follow at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from firstline import clock, jobs
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid, NotFound
from incidents.overtaking import require_unchanged
from incidents.people import Person, Team
from incidents.policy import Action, require
from incidents.services import Service
from incidents.sla import hours, public_holidays
from incidents.sla.agreements import SHIPPED
from incidents.sla.calendars import Calendar, open_hours
from incidents.sla.keeping import TASK
from incidents.sla.models import NAME_LENGTH, Target, WorkCalendar

LONGEST_MINUTES = 366 * 24 * 60


@dataclass(frozen=True, kw_only=True)
class CalendarFacts:
    """A calendar as it is typed: `week` are seven texts from Monday on, see `hours.read_day`."""

    name: str
    zone: str
    week: Sequence[str]
    country: str = ""
    subdivision: str = ""
    days_off: str = ""
    is_default: bool = False
    teams: Sequence[str] = ()
    services: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class TargetFacts:
    """A target; `service` and `team` are slugs, empty for all. `hours` is `always`, a calendar's id or empty."""

    priority: int
    respond_minutes: int
    update_minutes: int
    resolve_minutes: int
    service: str = ""
    team: str = ""
    hours: str = ""


@dataclass(frozen=True, kw_only=True)
class DayShown:
    """One date of a preview: its hours as pairs of instants, or why nobody works."""

    day: date
    hours: Sequence[tuple[datetime, datetime]]
    off_because: str


def list_calendars() -> Sequence[WorkCalendar]:
    """Every calendar, the desk's own first."""
    return db.session.scalars(
        select(WorkCalendar).order_by(WorkCalendar.is_default.desc(), WorkCalendar.name)
    ).all()


def users_of(calendar_id: int) -> tuple[list[str], list[str]]:
    """The slugs of the teams and of the services that keep this calendar."""
    teams = select(Team.slug).where(Team.calendar_id == calendar_id)
    services = select(Service.slug).where(Service.calendar_id == calendar_id)
    return list(db.session.scalars(teams)), list(db.session.scalars(services))


def save_calendar(
    facts: CalendarFacts, *, by: Person, calendar_id: int | None = None, seen: str = ""
) -> WorkCalendar:
    """Make or correct a calendar, and say which teams and services keep it; `seen` as in `overtaking`."""
    require(by, Action.ADMINISTER)
    week = _checked_week(facts)
    days_off = hours.read_dates(facts.days_off)
    with write() as session:
        row = _calendar(session, calendar_id) if calendar_id else WorkCalendar()
        if calendar_id:
            require_unchanged(row, seen)
        _check_name(session, facts.name, row)
        if facts.is_default:
            session.execute(update(WorkCalendar).values(is_default=False))
        row.name, row.zone, row.week = facts.name.strip(), facts.zone, week
        row.country, row.subdivision = facts.country, facts.subdivision
        row.days_off, row.is_default = days_off, facts.is_default
        session.add(row)
        session.flush()
        _give_to(session, Team, row.id, facts.teams)
        _give_to(session, Service, row.id, facts.services)
    jobs.nudge(TASK)
    return row


def remove_calendar(calendar_id: int, *, by: Person) -> None:
    """Forget a calendar that nobody keeps."""
    require(by, Action.ADMINISTER)
    with write() as session:
        row = _calendar(session, calendar_id)
        for model in (Team, Service, Target):
            if session.scalar(select(model.id).where(model.calendar_id == row.id).limit(1)):
                raise Conflict(
                    _(
                        "%(name)s is in use. Give its teams, services and targets another first.",
                        name=row.name,
                    )
                )
        session.delete(row)
    jobs.nudge(TASK)


def preview(calendar: Calendar, *, days: int = 14) -> list[DayShown]:
    """The next days by this calendar, from today in its zone."""
    first = clock.now().astimezone(ZoneInfo(calendar.zone)).date()
    return [_shown(calendar, first + timedelta(days=number)) for number in range(days)]


def list_targets() -> Sequence[Target]:
    """Every target that was agreed here, by priority."""
    loaded = select(Target).options(
        joinedload(Target.service), joinedload(Target.team), joinedload(Target.calendar)
    )
    return db.session.scalars(loaded.order_by(Target.priority, Target.id)).all()


def save_target(facts: TargetFacts, *, by: Person, target_id: int | None = None, seen: str = "") -> Target:
    """Agree on a target, or correct it; for one priority, service and team there is one."""
    require(by, Action.ADMINISTER)
    _check_minutes(facts)
    with write() as session:
        row = _target(session, target_id) if target_id else Target()
        if target_id:
            require_unchanged(row, seen)
        row.priority, row.is_always = facts.priority, facts.hours == "always"
        row.service_id, row.team_id = _id(session, Service, facts.service), _id(session, Team, facts.team)
        row.calendar_id = _named_calendar(session, facts.hours)
        row.respond_minutes, row.update_minutes = facts.respond_minutes, facts.update_minutes
        row.resolve_minutes = facts.resolve_minutes
        _check_single(session, row)
        session.add(row)
    jobs.nudge(TASK)
    return row


def remove_target(target_id: int, *, by: Person) -> None:
    """Drop a target; the next less specific one holds from now on."""
    require(by, Action.ADMINISTER)
    with write() as session:
        session.delete(_target(session, target_id))
    jobs.nudge(TASK)


def _shown(calendar: Calendar, day: date) -> DayShown:
    because = ""
    if day in calendar.days_off:
        because = _("Day off")
    elif calendar.country:
        because = public_holidays.names(calendar.country, calendar.subdivision, day.year).get(day, "")
    return DayShown(day=day, hours=open_hours(calendar, day), off_because=because)


def _checked_week(facts: CalendarFacts) -> list[list[list[int]]]:
    if facts.zone not in available_timezones():
        raise Invalid(_("Choose a time zone of the list, such as Europe/Berlin."), field="zone")
    if facts.country and not public_holidays.is_known(facts.country, facts.subdivision):
        raise Invalid(_("We do not know the public holidays of this country or part."), field="country")
    return hours.read_week(facts.week)


def _check_name(session: Session, name: str, row: WorkCalendar) -> None:
    if not name.strip() or len(name.strip()) > NAME_LENGTH:
        raise Invalid(_("Write a name of at most %(n)s characters.", n=NAME_LENGTH), field="name")
    with session.no_autoflush:
        other = session.scalar(select(WorkCalendar.id).where(WorkCalendar.name == name.strip()))
    if other not in {None, row.id}:
        raise Conflict(_("There is a calendar with this name already."), field="name")


def _check_minutes(facts: TargetFacts) -> None:
    if facts.priority not in SHIPPED:
        raise Invalid(_("A priority is P1 to P5."), field="priority")
    for field in ("respond_minutes", "update_minutes", "resolve_minutes"):
        if not 1 <= getattr(facts, field) <= LONGEST_MINUTES:
            raise Invalid(_("Write a time of at least a minute and at most a year."), field=field)
    if facts.respond_minutes > facts.resolve_minutes:
        raise Invalid(
            _("We answer before we solve: make the first time the shorter one."), field="respond_minutes"
        )


def _check_single(session: Session, row: Target) -> None:
    with session.no_autoflush:
        same = select(Target.id).where(
            Target.priority == row.priority,
            Target.service_id == row.service_id if row.service_id else Target.service_id.is_(None),
            Target.team_id == row.team_id if row.team_id else Target.team_id.is_(None),
        )
        other = session.scalar(same.where(Target.id != row.id) if row.id else same)
    if other is not None:
        raise Conflict(_("There is a target for this already. Change that one."), field="priority")


def _give_to(
    session: Session, model: type[Team] | type[Service], calendar_id: int, slugs: Sequence[str]
) -> None:
    """These keep the calendar from now on, and those that did before go by the desk's."""
    session.execute(update(model).where(model.calendar_id == calendar_id).values(calendar_id=None))
    session.execute(update(model).where(model.slug.in_(slugs)).values(calendar_id=calendar_id))


def _named_calendar(session: Session, chosen: str) -> int | None:
    if chosen in {"", "always"}:
        return None
    return _calendar(session, int(chosen) if chosen.isdecimal() else 0).id


def _id(session: Session, model: type[Team] | type[Service], slug: str) -> int | None:
    if not slug:
        return None
    found: int | None = session.scalar(select(model.id).where(model.slug == slug))
    if found is None:
        raise Invalid(_("Choose one of the list."), field="service" if model is Service else "team")
    return found


def _calendar(session: Session, calendar_id: int) -> WorkCalendar:
    row = session.get(WorkCalendar, calendar_id)
    if row is None:
        raise NotFound(_("There is no such calendar any more."))
    return row


def _target(session: Session, target_id: int) -> Target:
    row = session.get(Target, target_id)
    if row is None:
        raise NotFound(_("There is no such target any more."))
    return row
