"""The one door to a change of state: lock, look into the table, ask who may, let it happen."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from firstline import jobs
from firstline.db import write
from firstline.i18n import gettext as _
from incidents import notices, routing
from incidents.errors import Conflict, NotAllowed, NotFound
from incidents.lifecycle import closing, hands, joining, resolving
from incidents.lifecycle.table import DESK, REQUESTER, TABLE, WANTED, Way
from incidents.lifecycle.wanted import Change
from incidents.models import Event, Incident, State
from incidents.people import Person, Team
from incidents.policy import Action, may, require
from incidents.standing import no_way, require_open

EFFECTS = {
    Event.ROUTED: hands.route,
    Event.TAKEN: hands.take,
    Event.WAITING: hands.wait,
    Event.RESUMED: hands.resume,
    Event.RESOLVED: resolving.resolve,
    Event.CLOSED: closing.close,
    Event.REOPENED: closing.reopen,
    Event.CANCELLED: closing.cancel,
    Event.MERGED: joining.merge,
    Event.SPLIT: joining.split,
}


@contextmanager
def locked(
    incident_id: int, *, seen: int | None = None, read_with: Sequence[ORMOption] = ()
) -> Iterator[tuple[Session, Incident]]:
    """The incident inside a write transaction in which nobody else can change it.

    `seen` is the version the person decided on; when something happened since, it is a `Conflict`.
    `read_with` says what is needed beside and read by the same statement.
    """
    with write() as session:
        wanted = select(Incident).where(Incident.id == incident_id).options(*read_with)
        found = wanted.with_for_update(of=Incident)
        incident = session.scalar(found)
        if incident is None:
            raise NotFound(_("There is no such incident. Check the number."))
        if seen is not None and seen != incident.version:
            raise Conflict(
                _("Something happened here while you were at it. Look at what is new, then decide.")
            )
        yield session, incident
    jobs.nudge(notices.TASK)


@contextmanager
def locked_all(
    incident_ids: Sequence[int], *, read_with: Sequence[ORMOption] = ()
) -> Iterator[tuple[Session, Sequence[Incident]]]:
    """As `locked` for many at once, in the order of their numbers; those that are gone are left out."""
    with write() as session:
        wanted = select(Incident).where(Incident.id.in_(incident_ids)).options(*read_with)
        found = wanted.order_by(Incident.id).with_for_update(of=Incident)
        yield session, session.scalars(found).all()
    jobs.nudge(notices.TASK)


def change(incident_id: int, wanted: Change, *, by: Person | None, seen: int | None = None) -> None:
    """Move an incident to another state; `by` None is the desk itself.

    Raises `NotFound`, `NotAllowed`, `Conflict` or `Invalid` with a sentence; nothing is half done.
    """
    with locked(incident_id, seen=seen) as (session, incident):
        closing.require_reason(incident, wanted, by)
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
        require_open(incident)
        team = routing.escalate(session, incident, by=by, note=note, team_slug=team_slug)
        if team.is_vendor:
            wait_for_vendor(session, incident, by)
        return team


def apply(session: Session, incident: Incident, wanted: Change, *, by: Person | None) -> None:
    """As `change`, inside the caller's transaction."""
    way = TABLE.get((State(incident.state), wanted.to))
    if way is None:
        raise no_way(incident, wanted.to)
    _check_who(way, incident, by)
    EFFECTS[way.records](session, incident, wanted, by)
    if way.records in {Event.RESOLVED, Event.CANCELLED}:
        joining.end_with(session, incident, wanted, by, apply)


def wait_for_vendor(session: Session, incident: Incident, by: Person) -> None:
    """A vendor was asked: it waits for them, inside the caller's transaction, and `by` looks after it."""
    if incident.state == State.WAITING and incident.waiting_on != "vendor":
        raise Conflict(_("It waits for the requester. Go on with it first."))
    if incident.state == State.OFFERED:
        apply(session, incident, Change(to=State.IN_PROGRESS), by=by)
    if incident.state != State.WAITING:
        apply(session, incident, Change(to=State.WAITING, waiting_on="vendor"), by=by)


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
