"""Working calendars and rotas of the demo's teams."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from commands.demo.sources import read
from firstline import clock
from incidents.oncall.models import Rota
from incidents.people import Person, Team
from incidents.sla import hours
from incidents.sla.models import WorkCalendar


def add(session: Session) -> int:
    """Add the calendars and rotas that are not there yet; returns how many."""
    known = set(session.scalars(select(WorkCalendar.name)))
    new = [told for told in read("calendars") if told["name"] not in known]
    for told in new:
        _add_calendar(session, told, is_default=told["default"] and not known)
    return len(new) + sum(_add_rota(session, told) for told in read("rotas"))


def _add_calendar(session: Session, told: dict[str, Any], *, is_default: bool) -> None:
    year = clock.now().year
    row = WorkCalendar(
        name=told["name"],
        zone=told["zone"],
        week=hours.read_week(told["week"]),
        country=told["country"],
        subdivision=told["subdivision"],
        days_off=[f"{number}-{day}" for number in (year, year + 1) for day in told["days_off"]],
        is_default=is_default,
    )
    session.add(row)
    session.flush()
    theirs = update(Team).where(Team.slug.in_(told["teams"]), Team.calendar_id.is_(None))
    session.execute(theirs.values(calendar_id=row.id))


def _add_rota(session: Session, told: dict[str, Any]) -> bool:
    team_id = session.scalar(select(Team.id).where(Team.slug == told["team"]))
    if team_id is None or session.scalar(select(Rota.id).where(Rota.team_id == team_id)) is not None:
        return False
    people = {person.email: person.id for person in session.scalars(select(Person))}
    today = clock.now().date()
    monday = today - timedelta(days=today.weekday())
    ids = [people[address] for address in told["people"]]
    zone, step = told["zone"], told["step_minutes"]
    session.add(Rota(team_id=team_id, zone=zone, first_day=monday, people=ids, step_minutes=step))
    return True
