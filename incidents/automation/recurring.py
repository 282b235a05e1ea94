"""Recurring tasks: incidents that the desk opens for itself by the calendar."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from firstline import clock, jobs
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.automation.models import NAME_LENGTH, RecurringTask
from incidents.errors import Invalid, NotFound
from incidents.intake import Report, report
from incidents.models import Channel, Level
from incidents.overtaking import require_unchanged
from incidents.people import Person, normalise_address, zone_of
from incidents.policy import Action, require
from incidents.services import Service
from incidents.sla.agreements import value_of
from incidents.sla.calendars import Calendar
from incidents.sla.models import WorkCalendar

CALLER = "recurring"
LOOKED_AHEAD = 800
LONGEST_BREAK = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class TaskFacts:
    """What an administrator says of a task; as in `models.RecurringTask`, `requester` an address."""

    title: str
    text: str
    requester: str
    service: str = ""
    urgency: str = Level.LOW
    days: tuple[int, ...] = ()
    month_day: int = 1
    at: str = "08:00"
    calendar_id: int | None = None
    is_on: bool = True


def list_tasks() -> Sequence[RecurringTask]:
    """Every task, what comes next first."""
    order = (RecurringTask.is_on.desc(), RecurringTask.next_at)
    return db.session.scalars(select(RecurringTask).order_by(*order)).all()


def get(task_id: int) -> RecurringTask:
    """This task, where it still exists."""
    task = db.session.get(RecurringTask, task_id)
    if task is None:
        raise NotFound(_("There is no such task any more."))
    return task


def save(facts: TaskFacts, *, by: Person, task_id: int | None = None, seen: str = "") -> RecurringTask:
    """Add a task, or write one anew; its next time is reckoned from now. `seen` as in `overtaking`."""
    require(by, Action.ADMINISTER)
    _check(facts)
    with write() as session:
        requester = session.scalar(select(Person).where(Person.email == normalise_address(facts.requester)))
        if requester is None or not requester.active:
            raise Invalid(_("Nobody has this address. Name whoever the task is for."), field="requester")
        if facts.service and session.scalar(select(Service.id).where(Service.slug == facts.service)) is None:
            raise Invalid(_("There is no such service. Choose one of the list."), field="service")
        kept = session.get(RecurringTask, task_id) if task_id else None
        if kept is not None:
            require_unchanged(kept, seen)
        task = kept or RecurringTask()
        task.title, task.text = facts.title.strip()[:NAME_LENGTH], facts.text.strip()
        task.requester, task.service, task.urgency = requester, facts.service, facts.urgency
        task.days, task.month_day, task.at = sorted(facts.days), facts.month_day, facts.at
        task.calendar = session.get(WorkCalendar, facts.calendar_id) if facts.calendar_id else None
        task.is_on, task.next_at = facts.is_on, next_after(task, clock.now())
        session.add(task)
    return task


def remove(task_id: int, *, by: Person) -> None:
    """Forget a task; the incidents it opened stay."""
    require(by, Action.ADMINISTER)
    with write() as session:
        session.delete(get(task_id))


def next_after(task: RecurringTask, moment: datetime) -> datetime:
    """When it is due next after this moment, in the zone of its requester."""
    zone = zone_of(task.requester)
    calendar = value_of(task.calendar) if task.calendar else None
    # A day before today may have given way to one that is still to come.
    day = moment.astimezone(zone).date() - LONGEST_BREAK
    for _step in range(LOOKED_AHEAD):
        if _is_meant(task, day):
            at = datetime.combine(_working_day(calendar, day), time.fromisoformat(task.at), tzinfo=zone)
            if at > moment:
                return at.astimezone(moment.tzinfo)
        day += timedelta(days=1)
    raise Invalid(_("It would never be due."), field="days")


def _is_meant(task: RecurringTask, day: date) -> bool:
    if task.days:
        return day.weekday() in task.days
    return day.day == min(task.month_day, monthrange(day.year, day.month)[1])


def _working_day(calendar: Calendar | None, day: date) -> date:
    for _step in range(LOOKED_AHEAD):
        if calendar is None or (calendar.week[day.weekday()] and not calendar.is_off(day)):
            return day
        day += timedelta(days=1)
    raise Invalid(_("Nobody ever works on this calendar."), field="calendar_id")


def _check(facts: TaskFacts) -> None:
    if not facts.title.strip() or not facts.text.strip():
        raise Invalid(_("Say what is to be done, in a title and some words."), field="title")
    if facts.urgency not in set(Level):
        raise Invalid(_("Choose an urgency."), field="urgency")
    if not set(facts.days) <= set(range(7)) or not 1 <= facts.month_day <= 31:
        raise Invalid(_("Choose weekdays, or a day of the month from 1 to 31."), field="days")
    try:
        time.fromisoformat(facts.at)
    except ValueError as error:
        raise Invalid(_("Write a time such as 18:30."), field="at") from error


@jobs.sweep(every_s=60)
def open_due() -> None:
    """Open what is due. The same time is the same incident, whatever happens in between."""
    due = select(RecurringTask).where(RecurringTask.is_on, RecurringTask.next_at <= clock.now())
    for task in db.session.scalars(due).all():
        task_id, at = task.id, task.next_at
        report(
            Report(
                requester_id=task.requester_id,
                title=task.title,
                description=task.text,
                channel=Channel.PORTAL,
                service=task.service or None,
                urgency=Level(task.urgency),
                impact=Level.LOW,
                key=f"{task_id}:{at.isoformat()}",
                caller=CALLER,
            )
        )
        with write() as session:
            kept = session.get(RecurringTask, task_id)
            if kept is not None and kept.next_at == at:
                kept.next_at = next_after(kept, clock.now())
