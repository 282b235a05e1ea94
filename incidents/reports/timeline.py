"""How long an incident was where, read from its timeline alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.models import Entry, Event, State

LEADS_TO = {
    Event.REPORTED: State.OFFERED,
    Event.ROUTED: State.QUEUED,
    Event.ESCALATED: State.QUEUED,
    Event.REOPENED: State.QUEUED,
    Event.TAKEN: State.IN_PROGRESS,
    Event.RESUMED: State.IN_PROGRESS,
    Event.WAITING: State.WAITING,
    Event.RESOLVED: State.RESOLVED,
    Event.CONFIRMED: State.CLOSED,
    Event.CLOSED: State.CLOSED,
    Event.CANCELLED: State.CANCELLED,
    Event.MERGED: State.MERGED,
}
"""The state an entry tells of; all others leave it as it was."""


@dataclass(frozen=True)
class Stretch:
    """A time in one state; `on` says whom it waited for."""

    state: State
    began_at: datetime
    ended_at: datetime
    on: str = ""

    @property
    def length(self) -> timedelta:
        return self.ended_at - self.began_at


def stretches(entries: Sequence[Entry], *, until: datetime) -> list[Stretch]:
    """The times one after the other, the last one up to `until`; what follows it is left out.

    None of an incident that came without its story, as some do that are moved in.
    """
    turns = [entry for entry in entries if entry.event in LEADS_TO and entry.created_at <= until]
    ends = [entry.created_at for entry in turns[1:]] + [until] * bool(turns)
    return [
        Stretch(LEADS_TO[Event(turn.event)], turn.created_at, end, str(turn.facts.get("waiting_on", "")))
        for turn, end in zip(turns, ends, strict=True)
    ]


def seconds_in(found: Sequence[Stretch], state: State, *, on: str = "") -> int:
    """Whole seconds in a state, of waiting only for `on` where it is given."""
    wanted = [one.length for one in found if one.state == state and (not on or one.on == on)]
    return int(sum(wanted, timedelta()).total_seconds())
