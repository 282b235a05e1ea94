"""Who is on duty: the rotation, what was agreed otherwise, and who is away."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from incidents.oncall.models import Override, Rota
from incidents.people import Person, Team
from incidents.routing import leads_of, presence


def on_duty(session: Session, team: Team | None, *, at: datetime | None = None) -> Person | None:
    """Who of this team is woken at this moment (now), None when the team has no rota or nobody is there."""
    return next(iter(in_turn(session, rota_of(session, team), at or clock.now())), None)


def steps(session: Session, team: Team | None) -> list[Sequence[Person]]:
    """Who is called one after the other: the handler on duty, the next, then the lead."""
    handlers = in_turn(session, rota_of(session, team), clock.now())[:2]
    return [*([handler] for handler in handlers), leads_of(session, team)]


def in_turn(session: Session, rota: Rota | None, at: datetime) -> list[Person]:
    """The people of a rota in the order in which they would be called, without those who are away."""
    if rota is None:
        return []
    turn = turn_at(rota, at)
    ids = [*rota.people[turn:], *rota.people[:turn]] if rota.people else []
    people = [session.get(Person, person_id) for person_id in ids]
    present = presence.now(session)
    reachable = [one for one in people if one is not None and one.active and one.id not in present.away]
    override = _override(session, rota, at)
    if override is None:
        return reachable
    return [override, *(one for one in reachable if one.id != override.id)]


def turn_at(rota: Rota, at: datetime) -> int:
    """Whose turn it is, as a place in `people`. Hand-over is at the same time on the wall all year."""
    here = at.astimezone(ZoneInfo(rota.zone))
    days = (here.date() - rota.first_day).days
    if here.hour * 60 + here.minute < rota.handover_minute:
        days -= 1
    return (days // rota.turn_days) % len(rota.people) if rota.people else 0


def rota_of(session: Session, team: Team | None) -> Rota | None:
    """The rota of this team."""
    if team is None:
        return None
    found: Rota | None = session.scalar(select(Rota).where(Rota.team_id == team.id))
    return found


def _override(session: Session, rota: Rota, at: datetime) -> Person | None:
    running = select(Override).where(Override.rota_id == rota.id, Override.since <= at, Override.until > at)
    last = session.scalar(running.order_by(Override.id.desc()).limit(1))
    return last.person if last is not None and last.person.active else None
