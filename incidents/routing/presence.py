"""Who is here and how much they have: shifts, absences and substitutes, open work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firstline import clock
from incidents.models import OPEN, Incident, State
from incidents.people import Person, zone_of
from incidents.routing import shifts
from incidents.routing.models import Absence

WORKED_ON = tuple(sorted(OPEN - {State.OFFERED}))


@dataclass(frozen=True)
class Presence:
    """Who of these people is here at one moment. `away` are the running absences by person."""

    at: datetime
    away: Mapping[int, Absence] = field(default_factory=dict)

    def is_here(self, person: Person) -> bool:
        return person.active and person.is_support and person.id not in self.away and self.is_on_shift(person)

    def is_on_shift(self, person: Person) -> bool:
        return shifts.is_on(person.shift, zone_of(person), self.at)

    def stand_in(self, person: Person) -> Person | None:
        """The person, or whoever has their part while they are away; None when nobody of them is here.

        Substitutes may be away too: the chain is followed, and one that comes round to where it
        began leads to nobody.
        """
        asked: set[int] = set()
        while person.id not in asked:
            asked.add(person.id)
            if self.is_here(person):
                return person
            absence = self.away.get(person.id)
            if absence is None or absence.substitute is None:
                return None
            person = absence.substitute
        return None

    def instead_of(self, person: Person) -> Person:
        """The person, or the first of their substitutes who is not away; themselves where nobody is."""
        asked: set[int] = set()
        asked_for = person
        while person.id in self.away and person.id not in asked:
            asked.add(person.id)
            substitute = self.away[person.id].substitute
            if substitute is None or not substitute.active:
                return asked_for
            person = substitute
        return person if person.id not in asked else asked_for


def now(session: Session) -> Presence:
    """Who is away at this moment."""
    at = clock.now()
    running = select(Absence).where(Absence.since <= at, Absence.until > at).order_by(Absence.until)
    return Presence(at, {one.person_id: one for one in session.scalars(running)})


def load_of(session: Session, person_ids: Sequence[int]) -> dict[int, int]:
    """How many open incidents each has; waiting ones count, for they come back."""
    counted = (
        select(Incident.assignee_id, func.count().label("many"))
        .where(Incident.assignee_id.in_(person_ids), Incident.state.in_(WORKED_ON))
        .group_by(Incident.assignee_id)
    )
    loads = dict.fromkeys(person_ids, 0)
    return loads | {row.assignee_id: row.many for row in session.execute(counted)}
