"""One table of states: from, to, who may, what it records. Every change goes through `change`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock, jobs
from firstline.db import write
from firstline.i18n import gettext as _
from incidents import notices, routing, sla
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.models import Event, Incident, Resolution, State, Visibility
from incidents.notices import Topic
from incidents.people import Person, Team
from incidents.policy import Action, may, require
from incidents.timeline import record
from knowledge_base import learning, outcomes

CONFIRM_WITHIN = timedelta(days=5)
"""A resolved incident closes by itself after this; within it the requester may reopen."""


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
}
"""What a requester must be allowed for a change; support needs `Action.WORK`."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A wanted change of state and what goes with it."""

    to: State
    note: str = ""
    resolution: Resolution | None = None
    cause: str = ""
    article_id: int | None = None
    waiting_on: str = "requester"
    minutes_spent: int = 0


@contextmanager
def locked(incident_id: int, *, seen: int | None = None) -> Iterator[tuple[Session, Incident]]:
    """The incident inside a write transaction in which nobody else can change it.

    `seen` is the version the person decided on; when something happened since, it is a `Conflict`.
    """
    with write() as session:
        found = select(Incident).where(Incident.id == incident_id).with_for_update(of=Incident)
        incident = session.scalar(found)
        if incident is None:
            raise NotFound(_("There is no such incident. Check the number."))
        if seen is not None and seen != incident.version:
            raise Conflict(
                _("Something happened here while you were at it. Look at what is new, then decide.")
            )
        yield session, incident
    jobs.nudge(notices.TASK)


def change(incident_id: int, wanted: Change, *, by: Person | None, seen: int | None = None) -> None:
    """Move an incident to another state; `by` None is the desk itself.

    Raises `NotFound`, `NotAllowed`, `Conflict` or `Invalid` with a sentence; nothing is half done.
    """
    with locked(incident_id, seen=seen) as (session, incident):
        apply(session, incident, wanted, by=by)


def take(incident_id: int, *, by: Person) -> None:
    """Make `by` the one who works on it; somebody else's work is not taken silently."""
    with locked(incident_id) as (session, incident):
        require(by, Action.WORK, incident)
        if incident.assignee_id == by.id and incident.state == State.IN_PROGRESS:
            return
        if incident.assignee is not None and incident.state == State.IN_PROGRESS:
            raise Conflict(_("%(name)s has taken it already.", name=incident.assignee.name))
        apply(session, incident, Change(to=State.IN_PROGRESS), by=by)
        incident.assignee_id, incident.assignee = by.id, by


def escalate(
    incident_id: int, *, by: Person, note: str, team_slug: str | None = None, seen: int | None = None
) -> Team:
    """Hand over to the next tier or the named team, with a note; the clock goes on."""
    with locked(incident_id, seen=seen) as (session, incident):
        require(by, Action.WORK, incident)
        if not incident.is_open:
            raise Conflict(_("It is %(state)s. Reopen it first.", state=incident.state))
        return routing.escalate(session, incident, by=by, note=note, team_slug=team_slug)


def apply(session: Session, incident: Incident, wanted: Change, *, by: Person | None) -> None:
    """As `change`, inside the caller's transaction."""
    way = TABLE.get((State(incident.state), wanted.to))
    if way is None:
        raise Conflict(
            _(
                "An incident that is %(state)s cannot become %(to)s.",
                state=_plain(incident.state),
                to=_plain(wanted.to),
            )
        )
    _check_who(way, incident, by)
    EFFECTS[way.records](session, incident, wanted, by)


def actor_of(incident: Incident, person: Person | None) -> Actor:
    """In which part this person acts on this incident; one's own incident is never support's part."""
    if person is None:
        return DESK
    return REQUESTER if incident.requester_id == person.id else SUPPORT


def _check_who(way: Way, incident: Incident, by: Person | None) -> None:
    if by is None:
        if DESK not in way.who:
            raise NotAllowed(_("Only a person may decide this."))
        return
    if by.is_support:
        require(by, Action.WORK, incident)
        return
    require(by, Action.SEE, incident)
    action = WANTED.get(way.records)
    if REQUESTER not in way.who or action is None or not may(by, action, incident):
        raise NotAllowed(_("Only support may do this."))


def _plain(state: str) -> str:
    return state.replace("_", " ")


def _route(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    incident.assignee_id, incident.assignee = None, None
    routing.route(session, incident, because=wanted.note or _("Put back into the queue"))


def _take(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    assert by is not None, "the table lets only people take an incident"
    if incident.team_id is None:
        routing.route(session, incident, because=_("Taken from the self-help list"))
    incident.state, incident.offered_until, incident.waiting_on = State.IN_PROGRESS, None, None
    incident.assignee_id, incident.assignee = by.id, by
    record(session, incident, Event.TAKEN, author=by, text=wanted.note)


def _wait(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    if wanted.waiting_on not in {"requester", "vendor"}:
        raise Invalid(_("Say whom it waits for: the requester or the vendor."), field="waiting_on")
    incident.state, incident.waiting_on = State.WAITING, wanted.waiting_on
    if by is not None and incident.assignee_id is None:
        incident.assignee_id, incident.assignee = by.id, by
    internal = wanted.waiting_on == "vendor"
    visibility = Visibility.INTERNAL if internal else Visibility.PUBLIC
    facts: dict[str, object] = {"waiting_on": wanted.waiting_on}
    entry = record(
        session, incident, Event.WAITING, author=by, text=wanted.note, facts=facts, visibility=visibility
    )
    if not internal:
        notices.notify(session, Topic.WAITING, incident, entry=entry)


def _resume(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    incident.state = State.IN_PROGRESS if incident.assignee_id else State.QUEUED
    incident.waiting_on = None
    record(session, incident, Event.RESUMED, author=by, text=wanted.note)


def _resolve(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    resolution = _checked_resolution(incident, wanted, by)
    now = clock.now()
    incident.state, incident.offered_until, incident.waiting_on = State.RESOLVED, None, None
    incident.resolution, incident.resolved_at = resolution, now
    incident.cause, incident.solution = wanted.cause[:200], wanted.note
    incident.article_id = wanted.article_id
    incident.minutes_spent += max(0, wanted.minutes_spent)
    if resolution == Resolution.SELF_SERVICE:
        is_untouched = incident.responded_at is None and incident.assignee_id is None
        said_so = is_untouched and actor_of(incident, by) == REQUESTER
        outcomes.settle(session, incident.id, article_id=wanted.article_id, said_so=said_so)
    facts: dict[str, object] = {"resolution": resolution, "cause": incident.cause}
    if wanted.article_id:
        facts["article"] = wanted.article_id
        _learn(session, incident, wanted.article_id, by)
    entry = record(session, incident, Event.RESOLVED, author=by, text=wanted.note, facts=facts)
    if resolution != Resolution.SELF_SERVICE:
        notices.notify(session, Topic.RESOLVED, incident, entry=entry)


def _learn(session: Session, incident: Incident, article_id: int, by: Person | None) -> None:
    """Support may name any article; of the requester's word only what was offered counts."""
    offered = {offer.article_id for offer in outcomes.offers_of(session, incident.id)}
    if article_id in offered or actor_of(incident, by) == SUPPORT:
        told = f"{incident.title}\n{incident.description}"
        learning.remember(session, article_id, incident_id=incident.id, words=told)


def _checked_resolution(incident: Incident, wanted: Change, by: Person | None) -> Resolution:
    if wanted.resolution is None:
        raise Invalid(
            _("Say how it was resolved: automatic, self_service, support, higher_tier or vendor."),
            field="resolution",
        )
    if by is not None and not by.is_support and wanted.resolution != Resolution.SELF_SERVICE:
        raise NotAllowed(_("Only support may say that support resolved it."))
    return wanted.resolution


def _close(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    if actor_of(incident, by) == SUPPORT and not wanted.note.strip():
        raise Invalid(_("Say why you close it for the requester."), field="note")
    incident.state, incident.closed_at = State.CLOSED, clock.now()
    event = Event.CONFIRMED if actor_of(incident, by) == REQUESTER else Event.CLOSED
    record(session, incident, event, author=by, text=wanted.note)


def _reopen(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    now = clock.now()
    since = incident.closed_at or incident.resolved_at or now
    if (
        actor_of(incident, by) == REQUESTER
        and incident.state == State.CLOSED
        and now - since > CONFIRM_WITHIN
    ):
        raise Conflict(
            _("It has been closed for too long to reopen. Please report it again; we keep the link.")
        )
    if incident.resolution == Resolution.SELF_SERVICE:
        outcomes.went_on(session, incident.id)
    learning.forget(session, incident.id)
    incident.resolved_at = incident.closed_at = incident.resolution = incident.article_id = None
    incident.reopened_count += 1
    record(session, incident, Event.REOPENED, author=by, text=wanted.note)
    sla.start(incident, received_at=now)
    routing.route(session, incident, because=_("Reopened"))
    if incident.assignee is not None:
        notices.owe(session, Topic.REOPENED, incident, incident.assignee)


def _cancel(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    incident.state, incident.offered_until, incident.closed_at = State.CANCELLED, None, clock.now()
    outcomes.abandon(session, incident.id)
    record(session, incident, Event.CANCELLED, author=by, text=wanted.note)


EFFECTS = {
    Event.ROUTED: _route,
    Event.TAKEN: _take,
    Event.WAITING: _wait,
    Event.RESUMED: _resume,
    Event.RESOLVED: _resolve,
    Event.CLOSED: _close,
    Event.REOPENED: _reopen,
    Event.CANCELLED: _cancel,
}
