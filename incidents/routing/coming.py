"""When somebody of a team is at work again: shifts and absences, as far as they are written down."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from incidents.people import Person, Team, zone_of
from incidents.routing import presence, shifts
from incidents.routing.models import Absence

LOOKED_AHEAD = timedelta(days=21)


def back_at(session: Session, team: Team | None) -> datetime | None:
    """When the first of a team begins work, where none of them is at work now.

    None when somebody is, or when nobody knows: a team without members, or without a shift within three
    weeks. Who stands in for somebody counts as here.
    """
    if team is None:
        return None
    at_hand = presence.now(session)
    if any(at_hand.stand_in(member) is not None for member in team.members):
        return None
    members = [member for member in team.members if member.active and member.is_support]
    begins = (at for member in members for at in _beginnings(session, member))
    return min(begins, default=None)


def _beginnings(session: Session, person: Person) -> Iterator[datetime]:
    """The moments at which this person's work can begin again."""
    now, zone = clock.now(), zone_of(person)
    running = select(Absence).where(Absence.person_id == person.id, Absence.until > now)
    absences = session.scalars(running).all()
    returns = [one.until for one in absences if shifts.is_on(person.shift, zone, one.until)]
    for at in (*returns, *_shifts_begin(person.shift, zone, now)):
        if now < at <= now + LOOKED_AHEAD and not _is_away(absences, at):
            yield at


def _shifts_begin(shift: str, zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    today = now.astimezone(zone).date()
    for day in (today + timedelta(days=days) for days in range(LOOKED_AHEAD.days + 1)):
        for span in shifts.parse(shift):
            if span.weekday == day.weekday():
                yield _at(day, span.begins, zone)


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    midnight = datetime.combine(day, time(minutes // 60 % 24, minutes % 60), zone)
    return midnight.astimezone(clock.now().tzinfo)


def _is_away(absences: Sequence[Absence], at: datetime) -> bool:
    return any(one.since <= at < one.until for one in absences)
