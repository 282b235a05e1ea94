"""What a query means to the database, for the person who asks."""

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.models import OPEN, OPEN_NOW, OVER, Attachment, Incident, id_of
from incidents.people import Membership, Person, Team
from incidents.policy import Action, may
from incidents.search import words
from incidents.search.language import WORDS, Query, Term, Trouble, age_of
from incidents.services import Service
from incidents.swarms.reading import invited_to
from incidents.watching import watched_by
from knowledge_base.models import Category

Condition = ColumnElement[bool]
LEADER = aliased(Incident)
FOLLOWING = and_(
    Incident.parent_id.is_not(None),
    Incident.follows_parent.is_(True),
    Incident.assignee_id.is_(None),
    exists().where(LEADER.id == Incident.parent_id, LEADER.state.in_(OPEN)),
)
"""A "me too" that nobody works on by itself: it is solved with the incident it follows."""

IdColumn = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def conditions(query: Query, person: Person) -> list[Condition]:
    """All of them must hold."""
    incident_id = number_in(query)
    if incident_id is not None:
        return [or_(Incident.id == incident_id, _condition(query.terms[0], person))]
    said = [term for term in query.terms if term.key == WORDS and not term.negated]
    others = [_signed(term, _condition(term, person)) for term in query.terms if term not in said]
    return [*others, _with_words(said, person)] if said else others


def condition(key: str, value: str, person: Person) -> Condition:
    """What one value under one key means; both must be known to the language."""
    return MEANING[key](value, person)


def number_in(query: Query) -> int | None:
    """The incident that is asked for by its number alone, whatever its state."""
    if len(query.terms) != 1 or query.terms[0].key != WORDS or query.terms[0].negated:
        return None
    return id_of(query.terms[0].values[0])


def named_wrong(query: Query) -> list[Trouble]:
    """Where it names a team, a service, a category or a person that does not exist."""
    named = [term for term in query.terms if term.key in NAMED]
    wrong = [(term, value) for term in named for value in term.values if not _is_known(term.key, value)]
    return [
        Trouble(term.start, term.end, _("“%(name)s” is not known here.", name=value)) for term, value in wrong
    ]


def _is_known(key: str, value: str) -> bool:
    return value in OF_NO_NAME or bool(NAMED[key](value))


def _signed(term: Term, condition: Condition) -> Condition:
    # An unknown is no: `-team:network` finds what has no team, too.
    return not_(func.coalesce(condition, false())) if term.negated else condition


def _condition(term: Term, person: Person) -> Condition:
    if term.key == WORDS:
        return _with_words([term], person)
    if term.than or term.key in {"age", "updated", "due"}:
        return COMPARED[term.key](term)
    return or_(*(MEANING[term.key](value, person) for value in term.values))


def _with_words(terms: Sequence[Term], person: Person) -> Condition:
    phrases = [words.Phrase(term.values[0], term.is_exact) for term in terms]
    found = words.containing(*phrases, with_internal=may(person, Action.SEE_QUEUE))
    return false() if found is None else Incident.id.in_(found)


def _state(value: str, _person: Person) -> Condition:
    if value == "any":
        return Incident.id.is_not(None)
    if value == "open":
        return OPEN_NOW
    # Said beside the state, it lets the database use the index of the open ones, or of the others.
    return and_(OPEN_NOW if value in OPEN else OVER, Incident.state == value)


def _priority(value: str, _person: Person) -> Condition:
    return Incident.priority == int(value)


def _team(value: str, person: Person) -> Condition:
    if value == "none":
        return Incident.team_id.is_(None)
    if value == "mine":
        mine = select(Membership.team_id).where(Membership.person_id == person.id)
        return _one_of(Incident.team_id, db.session.scalars(mine).all())
    return _one_of(Incident.team_id, _named(Team, value))


def _service(value: str, _person: Person) -> Condition:
    if value == "none":
        return Incident.service_id.is_(None)
    return _one_of(Incident.service_id, _named(Service, value))


def _assignee(value: str, person: Person) -> Condition:
    if value == "none":
        return Incident.assignee_id.is_(None)
    if value == "me":
        return _is_work_of(person)
    return Incident.assignee_id.in_(_people(value))


def _is_work_of(person: Person) -> Condition:
    """What somebody has, and where they are in a running swarm, or asked into one."""
    has = Incident.assignee_id == person.id
    swarming = db.session.scalars(invited_to(person)).all()
    return or_(has, Incident.id.in_(swarming)) if swarming else has


def _requester(value: str, person: Person) -> Condition:
    return Incident.requester_id == person.id if value == "me" else Incident.requester_id.in_(_people(value))


def _watcher(value: str, person: Person) -> Condition:
    watched = [person.id] if value == "me" else _people(value)
    return Incident.id.in_(watched_by(watched))


def _named(kind: type[Team] | type[Service], value: str) -> Sequence[int]:
    """The whole key, or the beginning of the name."""
    name = kind.name.istartswith(value, autoescape=True)
    return db.session.scalars(select(kind.id).where(or_(kind.slug == value.casefold(), name))).all()


def _categories(value: str) -> Sequence[str]:
    return db.session.scalars(select(Category.slug).where(Category.slug == value.casefold())).all()


def _people(value: str) -> Sequence[int]:
    """The whole address, its part before the @, or the beginning of a name or surname."""
    plain = value.casefold()
    if "@" in plain:
        return db.session.scalars(select(Person.id).where(Person.email == plain)).all()
    name = or_(
        Person.name.istartswith(plain, autoescape=True),
        Person.name.icontains(f" {plain}", autoescape=True),
        Person.email.startswith(f"{plain}@", autoescape=True),
    )
    return db.session.scalars(select(Person.id).where(name).limit(500)).all()


def _is(value: str, _person: Person) -> Condition:
    return {
        "breached": and_(OPEN_NOW, Incident.due_at < clock.now()),
        "unverified": Incident.is_unverified.is_(True),
        "reopened": Incident.reopened_count > 0,
        "unassigned": Incident.assignee_id.is_(None),
        "following": FOLLOWING,
    }[value]


def _has(_value: str, _person: Person) -> Condition:
    return select(Attachment.id).where(Attachment.incident_id == Incident.id).exists()


def _one_of(column: IdColumn, ids: Sequence[int]) -> Condition:
    # One value lets the database read in the order of the list.
    return column == ids[0] if len(ids) == 1 else column.in_(ids)


def _compared_priority(term: Term) -> Condition:
    return cast(Condition, COMPARISONS[term.than](Incident.priority, int(term.values[0])))


def _older(column: InstrumentedAttribute[datetime]) -> Callable[[Term], Condition]:
    """`age:>2d` is what was before two days ago; without a sign it means the same."""

    def compare(term: Term) -> Condition:
        before = clock.now() - age_of(term.values[0])
        return column > before if term.than in {"<", "<="} else column < before

    return compare


def _due(term: Term) -> Condition:
    until = clock.now() + age_of(term.values[0])
    return and_(OPEN_NOW, Incident.due_at > until if term.than in {">", ">="} else Incident.due_at < until)


MEANING: dict[str, Callable[[str, Person], Condition]] = {
    "state": _state,
    "priority": _priority,
    "team": _team,
    "service": _service,
    "assignee": _assignee,
    "requester": _requester,
    "watcher": _watcher,
    "category": lambda value, _: Incident.category == value.casefold(),
    "channel": lambda value, _: Incident.channel == value,
    "type": lambda value, _: Incident.kind == value,
    "is": _is,
    "has": _has,
}
NAMED: dict[str, Callable[[str], Sequence[object]]] = {
    "team": partial(_named, Team),
    "service": partial(_named, Service),
    "category": _categories,
    "assignee": _people,
    "requester": _people,
    "watcher": _people,
}
OF_NO_NAME = frozenset({"none", "me", "mine"})
COMPARED: dict[str, Callable[[Term], Condition]] = {
    "priority": _compared_priority,
    "age": _older(Incident.created_at),
    "updated": _older(Incident.updated_at),
    "due": _due,
}
