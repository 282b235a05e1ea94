"""Who knows this: those who resolved its like, the later and the more of it the better."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from firstline import clock
from firstline.db import db
from incidents.guidance import verdicts
from incidents.guidance.verdicts import Piece
from incidents.models import Entry, Event, Incident
from incidents.people import SUPPORT, Person

MOST_WORK, MOST = 500, 3
HALF_LIFE = timedelta(days=90)
FEWEST = 2


@dataclass(frozen=True)
class Knows:
    """Somebody, how many like it they resolved, and when the last one."""

    person: Person
    count: int
    last_at: datetime


def this(incident: Incident) -> Sequence[Knows]:
    """At most three colleagues, best first; neither who has it nor who was said not to know it."""
    scores: dict[int, float] = defaultdict(float)
    work: dict[int, list[datetime]] = defaultdict(list)
    for person_id, at, both in _resolved(incident):
        scores[person_id] += (2 if both else 1) * 0.5 ** ((clock.now() - at) / HALF_LIFE)
        work[person_id].append(at)
    wrong, no = verdicts.lately(incident.category, Piece.PERSON), verdicts.here(incident)
    ranked = sorted(scores, key=lambda one: scores[one] * 0.5 ** wrong[str(one)], reverse=True)
    people = _people(ranked)
    fit = [
        Knows(people[one], len(work[one]), max(work[one]))
        for one in ranked
        if one in people
        and one not in {incident.assignee_id, incident.requester_id}
        and len(work[one]) >= FEWEST
        and (Piece.PERSON, str(one)) not in no
    ]
    return fit[:MOST]


def _resolved(incident: Incident) -> list[tuple[int, datetime, bool]]:
    """Who resolved the latest of its category or service, when, and whether both were the same."""
    like = [Incident.category == incident.category]
    if incident.service_id is not None:
        like.append(Incident.service_id == incident.service_id)
    found = (
        select(Entry.author_id, Entry.created_at, Incident.category, Incident.service_id)
        .join(Incident, Incident.id == Entry.incident_id)
        .where(Entry.event == Event.RESOLVED, Entry.author_id != Incident.requester_id, or_(*like))
        .order_by(Entry.id.desc())
        .limit(MOST_WORK)
    )
    facts = (incident.category, incident.service_id)
    return [(row[0], row[1], (row[2], row[3]) == facts) for row in db.session.execute(found) if row[0]]


def _people(ids: Sequence[int]) -> dict[int, Person]:
    found = select(Person).where(Person.id.in_(ids), Person.active, Person.role.in_(SUPPORT))
    return {one.id: one for one in db.session.scalars(found)}
