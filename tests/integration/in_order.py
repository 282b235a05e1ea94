"""What must hold of an incident after whatever happened to it, and of all of them at the end."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from firstline import clock
from firstline.db import db
from incidents import sla
from incidents.lifecycle import TABLE
from incidents.models import OPEN, Entry, Event, Incident, State
from incidents.notices import Notice, Topic
from incidents.resolutions.models import Rating
from incidents.sla import Measure

CLOCK = frozenset({Event.CLOCK_WARNED, Event.BREACHED})
STEPS = frozenset(way.records for way in TABLE.values()) | {Event.ESCALATED}
"""The entries by which an incident may leave the state it stands in."""


@dataclass(frozen=True)
class Standing:
    """What was seen of an incident at its last step."""

    state: State
    version: int
    entries: int
    last_entry: int


def is_reachable(source: State, since: list[Entry], to: State) -> bool:
    """Whether the table has a way, of at most as many changes as there were entries."""
    reached = {source}
    for _entry in since:
        reached |= {end for (start, end) in TABLE if start in reached}
    return to in reached


def _check_timeline(incident: Incident, entries: list[Entry]) -> None:
    times = [entry.created_at for entry in entries]
    assert entries[0].event == Event.REPORTED
    assert times == sorted(times) and times[-1] <= clock.now(), "the timeline goes back in time"


def _check_ownership(incident: Incident) -> None:
    state, owner = incident.state, incident.assignee
    assert state == State.OFFERED or incident.team_id is not None or not incident.is_open
    assert state != State.IN_PROGRESS or owner is not None, "worked on by nobody"
    assert state != State.OFFERED or owner is None, "taken and still offered"
    assert owner is None or owner.is_support, "owned by somebody who cannot work on it"


def _check_end(incident: Incident, events: Counter[str]) -> None:
    ended = events[Event.CLOSED] + events[Event.CONFIRMED]
    assert (incident.resolution is not None) == (incident.state in {State.RESOLVED, State.CLOSED})
    assert (incident.closes_at is not None) == (incident.state == State.RESOLVED)
    assert (incident.closed_at is not None) == (incident.state == State.CLOSED)
    assert incident.reopened_count == events[Event.REOPENED] <= events[Event.RESOLVED]
    assert events[Event.CLOSED] <= events[Event.CLOSING_SOON], "closed by time without a warning"
    assert ended <= events[Event.RESOLVED]
    assert not incident.is_first_contact or incident.state in {State.RESOLVED, State.CLOSED}


def _check_breaches(entries: list[Entry]) -> None:
    """Each missed target is told once, and its lead is called once; news are owed anew after each answer."""
    missed = Counter(entry.facts["measure"] for entry in entries if entry.event == Event.BREACHED)
    called = sum(entry.event == Event.LEAD_CALLED for entry in entries)
    assert missed[Measure.RESPOND] <= 1 and missed[Measure.RESOLVE] <= 1, "escalated twice for one breach"
    assert missed.total() == called, "a breach that nobody hears of, or the other way round"
    _check_waiting(entries)


def _check_waiting(entries: list[Entry]) -> None:
    """While it waits no time goes by, so nothing is warned of or missed."""
    standing = ""
    for entry in entries:
        if entry.event in CLOCK:
            assert standing != Event.WAITING, "the clock told of time that was paused"
        elif entry.event in STEPS:
            standing = entry.event


def _check_clock(incident: Incident) -> None:
    assert incident.created_at <= incident.respond_by and incident.created_at <= incident.resolve_by
    runs = incident.stopped_at is None
    assert runs == (incident.state in OPEN - {State.WAITING}), "it runs while it is open and nobody waits"


def check_readings() -> None:
    """What pages show and what the queue sorts by is one truth; the open ones at once, for speed."""
    open_now = db.session.scalars(select(Incident).where(Incident.state.in_(OPEN))).all()
    read = sla.readings(open_now)
    for incident in open_now:
        here = read[incident.id]
        assert (here.standing == sla.Standing.PAUSED) == (incident.state == State.WAITING)
        if here.next is not None and here.standing != sla.Standing.PAUSED:
            assert here.next.by == incident.due_at
            assert here.is_breached == sla.is_breached(incident, at=clock.now())


def check_the_whole(*, least: int) -> None:
    """Nothing is left lying, and nobody was told twice."""
    left = db.session.scalars(
        select(Incident.state).where(Incident.state.in_([State.OFFERED, State.RESOLVED]))
    )
    assert list(left) == []
    per_resolution = (
        select(func.count())
        .where(Notice.topic == Topic.RESOLVED)
        .group_by(Notice.entry_id, Notice.recipient_id)
    )
    assert set(db.session.scalars(per_resolution)) == {1}
    assert db.session.scalar(select(func.count()).select_from(Rating)) > least


def check_one(incident: Incident, before: Standing | None) -> Standing:
    """An incident is in order, and came from where it stood by the ways of the table."""
    entries = list(incident.entries)
    here = Standing(State(incident.state), incident.version, len(entries), entries[-1].id)
    if before is not None:
        assert is_reachable(before.state, entries[before.entries :], here.state), (before, here)
        assert here.version >= before.version and here.entries >= before.entries, "the past was changed"
        assert entries[before.entries - 1].id == before.last_entry, "the past was changed"
    _check_timeline(incident, entries)
    _check_ownership(incident)
    _check_end(incident, Counter(entry.event for entry in entries))
    _check_breaches(entries)
    _check_clock(incident)
    return here
