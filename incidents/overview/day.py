"""My day: what one has, sorted by whose word it waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from firstline.db import db
from incidents.models import OPEN_NOW, Entry, Event, Incident, State
from incidents.people import Person
from incidents.policy import Action, require
from incidents.resolutions.models import WorkTimer
from incidents.swarms.reading import invited_to
from incidents.watching import watched_by

MOST = 200
MOST_NEXT = 5
OURS = frozenset({Event.ANSWERED, Event.WAITING, Event.RESOLVED})
THEIRS = frozenset({Event.REPORTED, Event.COMMENTED, Event.NOT_SOLVED, Event.REOPENED})


@dataclass(frozen=True, kw_only=True)
class Day:
    """Everything one has open, each once, and beside it what is due next and what else one is part of."""

    waiting_on_me: Sequence[Incident]
    to_take: Sequence[Incident]
    in_hand: Sequence[Incident]
    waiting_on_others: Sequence[Incident]
    due_next: Sequence[Incident]
    timers: Sequence[tuple[Incident, datetime]]
    swarming: Sequence[Incident]
    watching: Sequence[Incident]

    @property
    def is_empty(self) -> bool:
        return not (self.waiting_on_me or self.to_take or self.in_hand or self.waiting_on_others)


def of(person: Person) -> Day:
    """The day of this person, now."""
    require(person, Action.SEE_QUEUE)
    mine = db.session.scalars(_open().where(Incident.assignee_id == person.id).limit(MOST)).all()
    unheard = _unheard([one.id for one in mine])
    worked_on = [one for one in mine if one.state not in {State.QUEUED, State.WAITING}]
    counted = [one for one in mine if one.stopped_at is None]
    return Day(
        waiting_on_me=[one for one in worked_on if one.id in unheard],
        to_take=[one for one in mine if one.state == State.QUEUED],
        in_hand=[one for one in worked_on if one.id not in unheard],
        waiting_on_others=[one for one in mine if one.state == State.WAITING],
        due_next=sorted(counted, key=lambda one: one.due_at)[:MOST_NEXT],
        timers=_timers(person),
        swarming=_besides(person, Incident.id.in_(invited_to(person))),
        watching=_besides(person, Incident.id.in_(watched_by([person.id]))),
    )


def _open() -> Select[Incident]:
    order = (Incident.priority, Incident.due_at, Incident.id)
    return select(Incident).where(OPEN_NOW).options(joinedload(Incident.requester)).order_by(*order)


def _besides(person: Person, part: ColumnElement[bool]) -> Sequence[Incident]:
    others = _open().where(part, Incident.assignee_id.is_distinct_from(person.id))
    return db.session.scalars(others.limit(MOST)).all()


def _unheard(ids: Sequence[int]) -> set[int]:
    """Of these, the incidents whose requester spoke last: nobody of support has answered since."""
    last = {
        event_set: func.max(Entry.id).filter(Entry.event.in_(sorted(event_set)))
        for event_set in (OURS, THEIRS)
    }
    spoken = select(Entry.incident_id, last[OURS], last[THEIRS]).where(Entry.incident_id.in_(ids))
    rows = db.session.execute(spoken.group_by(Entry.incident_id)).all()
    return {incident_id for incident_id, ours, theirs in rows if (theirs or 0) > (ours or 0)}


def _timers(person: Person) -> Sequence[tuple[Incident, datetime]]:
    running = select(Incident, WorkTimer.started_at).join(WorkTimer, WorkTimer.incident_id == Incident.id)
    found = running.where(WorkTimer.person_id == person.id).order_by(WorkTimer.started_at)
    return [(incident, since) for incident, since in db.session.execute(found)]
