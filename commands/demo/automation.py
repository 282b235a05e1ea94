"""The demo's rules, macros and recurring tasks, as its lead and its administrator keep them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from commands.demo.sources import read
from firstline import clock
from incidents.automation import recurring
from incidents.automation.models import AutomationRule, Macro, RecurringTask
from incidents.people import Person, Role


def add(session: Session) -> int:
    """Those whose names are not there yet; returns how many."""
    told = read("automation")
    admin, lead = (
        session.scalar(select(Person.id).where(Person.role == role).order_by(Person.id).limit(1))
        for role in (Role.ADMIN, Role.LEAD)
    )
    if admin is None or lead is None:
        return 0
    new = [
        *(Macro(owner_id=lead, **one) for one in told["macros"] if _is_new(session, Macro.name, one["name"])),
        *(
            AutomationRule(owner_id=admin, position=place, **one)
            for place, one in enumerate(told["rules"], start=1)
            if _is_new(session, AutomationRule.name, one["name"])
        ),
        *(
            _task(session, one)
            for one in told["tasks"]
            if _is_new(session, RecurringTask.title, one["title"])
        ),
    ]
    session.add_all(new)
    return len(new)


def _is_new(session: Session, column: object, name: str) -> bool:
    return session.scalar(select(column).where(column == name).limit(1)) is None  # type: ignore[call-overload]


def _task(session: Session, told: dict[str, object]) -> RecurringTask:
    requester = session.scalars(select(Person).where(Person.email == told["requester"])).one()
    task = RecurringTask(**{**told, "requester": requester})
    task.next_at = recurring.next_after(task, clock.now())
    return task
