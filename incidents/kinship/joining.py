"""The door through which people join incidents and part them again. Each deed is one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from firstline import clock, jobs
from firstline.db import write
from firstline.i18n import gettext as _
from incidents import notices, queue
from incidents.errors import Conflict, Invalid, NotFound
from incidents.kinship import numbers
from incidents.kinship.models import Lookalike, Verdict
from incidents.lifecycle import Change, apply
from incidents.models import OPEN, Event, Incident, State, Visibility
from incidents.people import Person
from incidents.policy import Action, require
from incidents.timeline import record


def merge(incident_id: int, into_id: int, *, by: Person, note: str = "", seen: int | None = None) -> None:
    """Let one incident go into another; the table of states says who may and whether it can."""
    with _both(incident_id, into_id, seen=seen) as (session, incident, into):
        _require_both(by, incident, into)
        _merge(session, incident, into, by, note)


def split(incident_id: int, *, by: Person, note: str = "") -> None:
    """Take a merge back."""
    with _one(incident_id) as (session, incident):
        if incident.state != State.MERGED:
            raise Conflict(_("%(number)s is not joined with another.", number=incident.number))
        _reject(session, incident, incident.merged_into_id, by)
        apply(session, incident, Change(to=State.QUEUED, note=note), by=by)


def adopt(
    child_id: int, parent_id: int, *, by: Person, follows: bool = True, seen: int | None = None
) -> None:
    """Make one incident the child of another; one that follows is resolved with its parent."""
    with _both(child_id, parent_id, seen=seen) as (session, child, parent):
        require(by, Action.WORK, child)
        require(by, Action.WORK, parent)
        _adopt(session, child, parent, by=by, follows=follows)


def part(child_id: int, *, by: Person) -> None:
    """Take a child from its parent; it goes on by itself."""
    with _one(child_id) as (session, child):
        require(by, Action.CANCEL, child)
        if child.parent_id is None:
            raise Conflict(_("%(number)s belongs to no other incident.", number=child.number))
        parent = session.get_one(Incident, child.parent_id)
        _reject(session, child, parent.id, by)
        child.parent_id, child.follows_parent = None, False
        session.flush()
        record(session, child, Event.PARTED, author=by, facts={"from": parent.number})
        record(
            session,
            parent,
            Event.PARTED,
            author=by,
            facts={"child": child.number},
            visibility=Visibility.INTERNAL,
        )
        numbers.recount(session, parent)


def join(incident_id: int, other_id: int, *, by: Person) -> None:
    """Say that two that look alike are one trouble.

    Of one person they are merged, into the earlier one; of two, the later follows the earlier, so
    that each keeps their own conversation. A requester may say it of what was proposed to them.
    """
    with _both(incident_id, other_id) as (session, one, other):
        pair = _proposal(session, one, other, by)
        later, earlier = (one, other) if one.id > other.id else (other, one)
        if later.requester_id == earlier.requester_id:
            _merge(session, later, earlier, by, "")
        else:
            top = _top_of(session, earlier)
            _adopt(session, later, top, by=by, follows=True)
        if pair is not None:
            _decide(pair, Verdict.SAME, by)


def tell_apart(incident_id: int, other_id: int, *, by: Person) -> None:
    """Say that two that look alike are not the same; they are never proposed again."""
    with _both(incident_id, other_id) as (session, one, other):
        pair = _proposal(session, one, other, by)
        if pair is None:
            pair = Lookalike(earlier_id=min(one.id, other.id), later_id=max(one.id, other.id), chance=0.0)
            session.add(pair)
        _decide(pair, Verdict.OTHER, by)


def find_pair(session: Session, one_id: int, other_id: int) -> Lookalike | None:
    """What is known of two incidents, in whichever order they are named."""
    found = select(Lookalike).where(
        Lookalike.earlier_id == min(one_id, other_id), Lookalike.later_id == max(one_id, other_id)
    )
    pair: Lookalike | None = session.scalar(found)
    return pair


def _proposal(session: Session, one: Incident, other: Incident, by: Person) -> Lookalike | None:
    """The pair, if this person may decide it: support any, a requester what their own report is like."""
    pair = find_pair(session, one.id, other.id)
    if by.is_support:
        return pair
    own = one.requester_id == by.id or other.requester_id == by.id
    if pair is None or not own:
        raise NotFound(_("There is no such incident among yours. Check the number."))
    return pair


def _decide(pair: Lookalike, verdict: Verdict, by: Person) -> None:
    pair.verdict, pair.decided_by_id, pair.decided_at = verdict, by.id, clock.now()


def _reject(session: Session, incident: Incident, other_id: int | None, by: Person) -> None:
    """Parting is the word that the two are not the same: it is not proposed anew."""
    pair = find_pair(session, incident.id, other_id) if other_id else None
    if pair is not None:
        _decide(pair, Verdict.OTHER, by)


def _merge(session: Session, incident: Incident, into: Incident, by: Person, note: str) -> None:
    apply(session, incident, Change(to=State.MERGED, note=note, into_id=into.id), by=by)


def _adopt(session: Session, child: Incident, parent: Incident, *, by: Person, follows: bool) -> None:
    _check_family(session, child, parent)
    child.parent_id, child.follows_parent = parent.id, follows
    session.flush()
    record(session, child, Event.ADOPTED, author=by, facts={"parent": parent.number, "follows": follows})
    record(
        session,
        parent,
        Event.ADOPTED,
        author=by,
        facts={"child": child.number, "words": child.title, "follows": follows},
        visibility=Visibility.INTERNAL,
    )
    if child.state == State.OFFERED:
        apply(session, child, Change(to=State.QUEUED, note=_("Others have it too")), by=None)
    numbers.recount(session, parent)


def _check_family(session: Session, child: Incident, parent: Incident) -> None:
    if child.parent_id == parent.id:
        raise Conflict(_("%(number)s is its child already.", number=child.number))
    if child.parent_id is not None:
        raise Conflict(_("%(number)s has a parent already. Part them first.", number=child.number))
    if parent.parent_id is not None:
        raise Conflict(_("%(number)s is a child itself. Choose the one it belongs to.", number=parent.number))
    if session.scalar(select(Incident.id).where(Incident.parent_id == child.id).limit(1)) is not None:
        raise Conflict(_("%(number)s has children of its own. Part them first.", number=child.number))
    for one in (child, parent):
        if one.state not in OPEN:
            raise Conflict(_("%(number)s is over. Reopen it first, or choose another.", number=one.number))


def _top_of(session: Session, incident: Incident) -> Incident:
    """Its parent, where it is somebody's "me too" itself."""
    return session.get_one(Incident, incident.parent_id) if incident.parent_id else incident


def _require_both(by: Person, one: Incident, other: Incident) -> None:
    """Support may join any; others only what is theirs."""
    require(by, Action.CANCEL, one)
    require(by, Action.CANCEL, other)


@contextmanager
def _one(incident_id: int) -> Iterator[tuple[Session, Incident]]:
    with _several([incident_id]) as (session, found):
        yield session, found[incident_id]


@contextmanager
def _both(
    one_id: int, other_id: int, *, seen: int | None = None
) -> Iterator[tuple[Session, Incident, Incident]]:
    """Both, locked in the order of their numbers, so that two who join crosswise do not wait for each other."""
    if one_id == other_id:
        raise Conflict(_("An incident cannot be joined with itself. Choose another."))
    with _several([one_id, other_id]) as (session, found):
        if seen is not None and seen != found[one_id].version:
            raise Conflict(
                _("Something happened here while you were at it. Look at what is new, then decide.")
            )
        yield session, found[one_id], found[other_id]


@contextmanager
def _several(ids: list[int]) -> Iterator[tuple[Session, dict[int, Incident]]]:
    try:
        with write() as session:
            wanted = select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id)
            found = {one.id: one for one in session.scalars(wanted.with_for_update(of=Incident))}
            if len(found) != len(ids):
                raise NotFound(_("There is no such incident. Check the number."))
            yield session, found
    except OperationalError as crossed:
        # PostgreSQL ends one of two transactions that wait for each other.
        raise Conflict(_("Somebody else was at the same incidents. Look again, then decide.")) from crossed
    jobs.nudge(notices.TASK)


def other_by_number(by: Person, number: str) -> int:
    """The id behind a number that was typed; refused like any number that is none of theirs."""
    if not number.strip():
        raise Invalid(_("Write the number of the other incident, such as INC-000123."), field="other")
    return queue.find(by, number).id
