"""What a person sees of the incidents, and in which order."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, not_, select, tuple_
from sqlalchemy.orm import joinedload

from firstline import signing
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import Invalid, NotFound
from incidents.listed import LISTED, Listed
from incidents.models import OPEN, Entry, Incident, State, Visibility, id_of
from incidents.people import Person
from incidents.policy import Action, may, require
from incidents.search.conditions import FOLLOWING, condition, conditions
from incidents.search.language import parse

PAGE = 25
MOST = 100
CURSOR = "queue-cursor"
TOLD_TO_ALL = frozenset({"resolution", "article", "waiting_on"})
"""The facts of an entry that its reporter reads: no minutes, no items, no numbers of other people's incidents."""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which incidents are wanted; empty means any. `state` may be `open`, `q` is a query
    (`incidents.search.language`)."""

    state: str = ""
    q: str = ""
    team: str = ""
    assignee: str = ""
    leads_only: bool = False
    """Without what follows another incident and nobody works on by itself."""


@dataclass(frozen=True)
class Page[T]:
    """One page of incidents and the cursor of the next one, None at the end."""

    incidents: Sequence[T]
    next: str | None


def work(person: Person, wanted: Filter, *, cursor: str | None = None, limit: int = PAGE) -> Page[Listed]:
    """Support's queue: what breaks next comes first (priority, then what is due)."""
    require(person, Action.SEE_QUEUE)
    asked = _asked(wanted, person)
    if cursor:
        priority, due_at, last = _read(cursor, 3)
        after = tuple_(priority, datetime.fromisoformat(str(due_at)), last)
        asked.append(tuple_(*_BY_CLOCK) > after)
    # The page is found first: what is not on it is neither joined with its people nor carried through a sort.
    found = select(Incident.id).where(*asked).order_by(*_BY_CLOCK).limit(_more_than(limit))
    rows = _listed(found).order_by(*_BY_CLOCK)
    return _page(_lines(rows), limit, lambda last: [last.priority, last.due_at.isoformat(), last.id])


def newest(person: Person, wanted: Filter, *, cursor: str | None = None, limit: int = PAGE) -> Page[Listed]:
    """Support's list of what is over: that has no clock, the newest comes first."""
    require(person, Action.SEE_QUEUE)
    found = _from_newest(select(Incident.id), wanted, person, cursor).limit(_more_than(limit))
    rows = _listed(found).order_by(Incident.id.desc())
    return _page(_lines(rows), limit, lambda last: [last.id])


def visible(
    person: Person, wanted: Filter, *, cursor: str | None = None, limit: int = PAGE
) -> Page[Incident]:
    """Everything this person may see, newest first: support all, others their own."""
    found = _from_newest(select(Incident).options(*_LOADED), wanted, person, cursor)
    if not may(person, Action.SEE_QUEUE):
        found = found.where(Incident.requester_id == person.id)
    rows = db.session.scalars(found.limit(_more_than(limit))).all()
    return _page(rows, limit, lambda last: [last.id])


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


def facts_for(person: Person, entry: Entry) -> dict[str, object]:
    """What an entry records, all of it for support; others are told nothing of the desk's own work."""
    if may(person, Action.SEE_INTERNAL, entry.incident):
        return entry.facts
    return {name: value for name, value in entry.facts.items() if name in TOLD_TO_ALL}


def among(person: Person, wanted: Filter, ids: Collection[int]) -> Sequence[Listed]:
    """Which of these incidents are in the list that is wanted."""
    require(person, Action.SEE_QUEUE)
    return _lines(LISTED.where(Incident.id.in_(ids), *_asked(wanted, person)))


def is_before(incident: Listed, cursor: str) -> bool:
    """Whether support's queue has this incident on a page that ends at that cursor."""
    priority, due_at, last = _read(cursor, 3)
    at = (priority, datetime.fromisoformat(str(due_at)), last)
    return (incident.priority, incident.due_at, incident.id) <= at


_LOADED = (
    joinedload(Incident.requester),
    joinedload(Incident.assignee),
    joinedload(Incident.team),
    joinedload(Incident.service),
)

_BY_CLOCK = (Incident.priority, Incident.due_at, Incident.id)


def _asked(wanted: Filter, person: Person) -> list[ColumnElement[bool]]:
    fields = {
        "state": _state(wanted.state),
        "team": wanted.team,
        "assignee": wanted.assignee.casefold(),
    }
    asked = [condition(key, value, person) for key, value in fields.items() if value]
    if wanted.leads_only:
        asked.append(not_(FOLLOWING))
    return [*asked, *conditions(parse(wanted.q), person)]


def _from_newest[T](found: Select[T], wanted: Filter, person: Person, cursor: str | None) -> Select[T]:
    found = found.where(*_asked(wanted, person)).order_by(Incident.id.desc())
    return found.where(Incident.id < _read(cursor, 1)[0]) if cursor else found


def _listed(found: Select[int]) -> Select[Listed]:
    return LISTED.where(Incident.id.in_(found))


def _lines(rows: Select[Listed]) -> Sequence[Listed]:
    return [Listed._make(row) for row in db.session.execute(rows)]


def _state(text: str) -> str:
    if text not in {"", "open", *State}:
        raise Invalid(_("There is no state “%(state)s”.", state=text[:20]), field="state")
    return text


def _more_than(limit: int) -> int:
    """One more says whether there is another page."""
    return _within(limit) + 1


def _within(limit: int) -> int:
    return max(1, min(limit, MOST))


def _page[T](rows: Sequence[T], limit: int, key: Callable[[T], list[object]]) -> Page[T]:
    limit = _within(limit)
    shown = rows[:limit]
    return Page(shown, signing.sign(CURSOR, key(shown[-1])) if len(rows) > limit else None)


def _read(cursor: str, length: int) -> list[object]:
    try:
        parts = signing.unsign(CURSOR, cursor)
    except signing.SignatureInvalid as error:
        raise Invalid(_("This cursor is not one of ours. Begin again without it."), field="cursor") from error
    if not isinstance(parts, list) or len(parts) != length:
        raise Invalid(_("This cursor belongs to another list."), field="cursor")
    return parts
