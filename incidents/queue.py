"""What a person sees of the incidents, and in which order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import defer, joinedload

from firstline import signing
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import Invalid, NotFound
from incidents.models import OPEN, Entry, Incident, State, Visibility, id_of
from incidents.people import Membership, Person, Team
from incidents.policy import Action, may, require

PAGE = 25
MOST = 100
CURSOR = "queue-cursor"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which incidents are wanted; empty means any. `state` may be `open`."""

    state: str = ""
    q: str = ""
    team: str = ""
    assignee: str = ""


@dataclass(frozen=True)
class Page:
    """One page of incidents and the cursor of the next one, None at the end."""

    incidents: Sequence[Incident]
    next: str | None


@dataclass(frozen=True)
class Count:
    """How many open incidents a view holds."""

    slug: str
    name: str
    count: int


def work(person: Person, wanted: Filter, *, cursor: str | None = None, limit: int = PAGE) -> Page:
    """Support's queue: what breaks next comes first (priority, then what is due)."""
    require(person, Action.SEE_QUEUE)
    keys = (Incident.priority, Incident.due_at, Incident.id)
    found = _filtered(wanted, person).options(*_NOT_LISTED).order_by(*keys)
    if cursor:
        priority, due_at, last = _read(cursor, 3)
        found = found.where(tuple_(*keys) > tuple_(priority, datetime.fromisoformat(str(due_at)), last))
    return _page(found, limit, lambda last: [last.priority, last.due_at.isoformat(), last.id])


def visible(person: Person, wanted: Filter, *, cursor: str | None = None, limit: int = PAGE) -> Page:
    """Everything this person may see, newest first: support all, others their own."""
    found = _filtered(wanted, person).order_by(Incident.id.desc())
    if not may(person, Action.SEE_QUEUE):
        found = found.where(Incident.requester_id == person.id)
    if cursor:
        found = found.where(Incident.id < _read(cursor, 1)[0])
    return _page(found, limit, lambda last: [last.id])


def mine(person: Person, *, open_only: bool = False, limit: int = 50) -> Sequence[Incident]:
    """What this person reported, newest first."""
    found = select(Incident).where(Incident.requester_id == person.id).options(*_LOADED)
    if open_only:
        found = found.where(Incident.state.in_([*OPEN, State.RESOLVED]))
    return db.session.scalars(found.order_by(Incident.id.desc()).limit(limit)).all()


def find(person: Person, number: str) -> Incident:
    """The incident with this number, if this person may see it; `NotFound` for all others alike."""
    incident_id = id_of(number)
    incident = db.session.get(Incident, incident_id) if incident_id else None
    if incident is None or not may(person, Action.SEE, incident):
        raise NotFound(
            _("There is no incident %(number)s among yours. Check the number.", number=number[:20])
        )
    return incident


def timeline(person: Person, incident: Incident) -> Sequence[Entry]:
    """What happened, oldest first; internal entries only for support."""
    found = select(Entry).where(Entry.incident_id == incident.id).order_by(Entry.id)
    if not may(person, Action.SEE_INTERNAL, incident):
        found = found.where(Entry.visibility == Visibility.PUBLIC)
    return db.session.scalars(found).all()


def counts(person: Person) -> list[Count]:
    """The views beside the queue, each with its number of open incidents."""
    require(person, Action.SEE_QUEUE)
    open_ones = Incident.state.in_(OPEN)
    whole, own, unassigned = db.session.execute(
        select(
            func.count(),
            func.count().filter(Incident.assignee_id == person.id),
            func.count().filter(Incident.assignee_id.is_(None)),
        ).where(open_ones)
    ).one()
    by_team = select(Team.slug, Team.name, func.count(Incident.id)).outerjoin(
        Incident, and_(Incident.team_id == Team.id, open_ones)
    )
    teams = db.session.execute(by_team.group_by(Team.id).order_by(Team.is_vendor, Team.tier, Team.name))
    return [
        Count("mine", _("My work"), own),
        Count("unassigned", _("Nobody has it"), unassigned),
        Count("all", _("All open"), whole),
        *(Count(f"team:{slug}", name, count) for slug, name, count in teams),
    ]


def settled_counts(person: Person) -> list[Count]:
    """What is no longer worked on, for the views below the open ones."""
    require(person, Action.SEE_QUEUE)
    settled = (State.RESOLVED, State.CLOSED, State.CANCELLED)
    found = select(Incident.state, func.count().label("many")).where(Incident.state.in_(settled))
    many = {row.state: row.many for row in db.session.execute(found.group_by(Incident.state))}
    return [
        Count("resolved", _("Resolved"), many.get(State.RESOLVED, 0)),
        Count("closed", _("Closed"), many.get(State.CLOSED, 0)),
        Count("cancelled", _("Cancelled"), many.get(State.CANCELLED, 0)),
    ]


_NOT_LISTED = (defer(Incident.description), defer(Incident.solution))
"""Long words that no list shows: the database would carry them through its sort."""

_LOADED = (
    joinedload(Incident.requester),
    joinedload(Incident.assignee),
    joinedload(Incident.team),
    joinedload(Incident.service),
)


def _filtered(wanted: Filter, person: Person) -> Select[Incident]:
    found = select(Incident).options(*_LOADED)
    if wanted.state == "open":
        found = found.where(Incident.state.in_(OPEN))
    elif wanted.state:
        found = found.where(Incident.state == _state(wanted.state))
    if wanted.team == "mine":
        found = found.where(
            Incident.team_id.in_(select(Membership.team_id).where(Membership.person_id == person.id))
        )
    elif wanted.team:
        found = found.where(Incident.team_id.in_(select(Team.id).where(Team.slug == wanted.team)))
    if wanted.assignee:
        found = found.where(_assigned(wanted.assignee, person))
    return found.where(_matching(wanted.q)) if wanted.q.strip() else found


def _state(text: str) -> str:
    if text not in set(State):
        raise Invalid(_("There is no state “%(state)s”.", state=text[:20]), field="state")
    return text


def _assigned(assignee: str, person: Person) -> ColumnElement[bool]:
    if assignee == "none":
        return Incident.assignee_id.is_(None)
    if assignee == "me":
        return Incident.assignee_id == person.id
    return Incident.assignee_id.in_(select(Person.id).where(Person.email == assignee.casefold()))


def _matching(q: str) -> ColumnElement[bool]:
    words = q.split()[:10]
    incident_id = id_of(q)
    every = and_(
        *(
            or_(
                Incident.title.icontains(word, autoescape=True),
                Incident.description.icontains(word, autoescape=True),
            )
            for word in words
        )
    )
    return or_(Incident.id == incident_id, every) if incident_id else every


def _page(found: Select[Incident], limit: int, key: Callable[[Incident], list[object]]) -> Page:
    limit = max(1, min(limit, MOST))
    rows = db.session.scalars(found.limit(limit + 1)).all()
    more = len(rows) > limit
    return Page(rows[:limit], signing.sign(CURSOR, key(rows[limit - 1])) if more else None)


def _read(cursor: str, length: int) -> list[object]:
    try:
        parts = signing.unsign(CURSOR, cursor)
    except signing.SignatureInvalid as error:
        raise Invalid(_("This cursor is not one of ours. Begin again without it."), field="cursor") from error
    if not isinstance(parts, list) or len(parts) != length:
        raise Invalid(_("This cursor belongs to another list."), field="cursor")
    return parts
