"""The one table of states: from, to, who may, and the entry it leaves."""

from dataclasses import dataclass
from enum import StrEnum

from incidents.models import Event, Incident, State
from incidents.people import Person
from incidents.policy import Action


class Actor(StrEnum):
    """Whose decision a change of state is."""

    REQUESTER = "requester"
    SUPPORT = "support"
    DESK = "desk"


REQUESTER, SUPPORT, DESK = Actor.REQUESTER, Actor.SUPPORT, Actor.DESK


@dataclass(frozen=True, kw_only=True)
class Way:
    """A permitted change of state and the entry it leaves."""

    who: frozenset[Actor]
    records: Event


def _way(event: Event, *who: Actor) -> Way:
    return Way(who=frozenset(who), records=event)


TABLE: dict[tuple[State, State], Way] = {
    (State.OFFERED, State.QUEUED): _way(Event.ROUTED, REQUESTER, SUPPORT, DESK),
    (State.OFFERED, State.IN_PROGRESS): _way(Event.TAKEN, SUPPORT),
    (State.OFFERED, State.RESOLVED): _way(Event.RESOLVED, REQUESTER, SUPPORT, DESK),
    (State.OFFERED, State.CANCELLED): _way(Event.CANCELLED, REQUESTER, SUPPORT),
    (State.QUEUED, State.IN_PROGRESS): _way(Event.TAKEN, SUPPORT),
    (State.QUEUED, State.WAITING): _way(Event.WAITING, SUPPORT),
    (State.QUEUED, State.RESOLVED): _way(Event.RESOLVED, REQUESTER, SUPPORT, DESK),
    (State.QUEUED, State.CANCELLED): _way(Event.CANCELLED, REQUESTER, SUPPORT),
    (State.IN_PROGRESS, State.QUEUED): _way(Event.ROUTED, SUPPORT, DESK),
    (State.IN_PROGRESS, State.WAITING): _way(Event.WAITING, SUPPORT),
    (State.IN_PROGRESS, State.RESOLVED): _way(Event.RESOLVED, REQUESTER, SUPPORT, DESK),
    (State.IN_PROGRESS, State.CANCELLED): _way(Event.CANCELLED, REQUESTER, SUPPORT),
    (State.WAITING, State.QUEUED): _way(Event.RESUMED, REQUESTER, SUPPORT, DESK),
    (State.WAITING, State.IN_PROGRESS): _way(Event.RESUMED, REQUESTER, SUPPORT, DESK),
    (State.WAITING, State.RESOLVED): _way(Event.RESOLVED, REQUESTER, SUPPORT, DESK),
    (State.WAITING, State.CANCELLED): _way(Event.CANCELLED, REQUESTER, SUPPORT),
    (State.OFFERED, State.MERGED): _way(Event.MERGED, REQUESTER, SUPPORT),
    (State.QUEUED, State.MERGED): _way(Event.MERGED, REQUESTER, SUPPORT),
    (State.IN_PROGRESS, State.MERGED): _way(Event.MERGED, REQUESTER, SUPPORT),
    (State.WAITING, State.MERGED): _way(Event.MERGED, REQUESTER, SUPPORT),
    (State.MERGED, State.QUEUED): _way(Event.SPLIT, REQUESTER, SUPPORT, DESK),
    (State.RESOLVED, State.CLOSED): _way(Event.CLOSED, REQUESTER, SUPPORT, DESK),
    (State.RESOLVED, State.QUEUED): _way(Event.REOPENED, REQUESTER, SUPPORT),
    (State.CLOSED, State.QUEUED): _way(Event.REOPENED, REQUESTER, SUPPORT),
    (State.CANCELLED, State.QUEUED): _way(Event.REOPENED, REQUESTER, SUPPORT),
}

WANTED: dict[Event, Action] = {
    Event.CANCELLED: Action.CANCEL,
    Event.REOPENED: Action.REOPEN,
    Event.CLOSED: Action.CONFIRM,
    Event.RESOLVED: Action.TELL_OUTCOME,
    Event.ROUTED: Action.TELL_OUTCOME,
    Event.RESUMED: Action.COMMENT,
    Event.MERGED: Action.CANCEL,
    Event.SPLIT: Action.REOPEN,
}
"""What a requester must be allowed for a change; support needs `Action.WORK`."""


def actor_of(incident: Incident, person: Person | None) -> Actor:
    """In which part this person acts on this incident; one's own incident is never support's part."""
    if person is None:
        return DESK
    return REQUESTER if incident.requester_id == person.id else SUPPORT
