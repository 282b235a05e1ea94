"""The board: who has what, who is away, what grows old, and what will be late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, joinedload

from firstline import clock
from firstline.db import db
from incidents.models import OPEN_NOW, Incident
from incidents.people import Person, Team
from incidents.policy import Action, require
from incidents.routing import presence
from incidents.routing.models import Absence

AHEAD = timedelta(hours=4)
"""How far ahead what will be late is looked for."""
MOST_CARDS = 12
MOST_AHEAD = 10
AGES = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""The ages at which open work is counted apart: up to a day, three, a week, and older."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much somebody, or a team, has open; `ages` by `AGES`, the last of them what is older."""

    open: int = 0
    late: int = 0
    soon: int = 0
    ages: tuple[int, ...] = (0, 0, 0, 0)

    def __add__(self, other: "Load") -> "Load":
        return Load(
            open=self.open + other.open,
            late=self.late + other.late,
            soon=self.soon + other.soon,
            ages=tuple(map(sum, zip(self.ages, other.ages, strict=True))),
        )


@dataclass(frozen=True, kw_only=True)
class Column:
    """One person of the board with the most urgent of their incidents; `person` None is the queue."""

    person: Person | None
    load: Load
    incidents: Sequence[Incident]
    absence: Absence | None = None
    is_here: bool = True


@dataclass(frozen=True, kw_only=True)
class Board:
    """The work of one team."""

    team: Team
    columns: Sequence[Column]
    ahead: Sequence[Incident]


def loads(by: Person) -> dict[int, Load]:
    """What each team has, by its id."""
    require(by, Action.SHARE_OUT)
    found: dict[int, Load] = {}
    for (team_id, _who), load in _counted(db.session()).items():
        if team_id is not None:
            found[team_id] = found.get(team_id, Load()) + load
    return found


def of_team(team: Team, by: Person) -> Board:
    """Its queue first, then its people by name, then others who have something of it."""
    require(by, Action.SHARE_OUT)
    session = db.session()
    counted = {who: load for (team_id, who), load in _counted(session).items() if team_id == team.id}
    cards = _cards(session, team)
    at_hand = presence.now(session)
    people = [*sorted(_working(team.members), key=lambda one: one.name), *_others(session, team, counted)]
    columns = [
        Column(
            person=one,
            load=counted.get(one.id, Load()),
            incidents=cards.get(one.id, ()),
            absence=at_hand.away.get(one.id),
            is_here=at_hand.is_here(one),
        )
        for one in people
    ]
    queue = Column(person=None, load=counted.get(None, Load()), incidents=cards.get(None, ()))
    return Board(team=team, columns=[queue, *columns], ahead=_ahead(session, team))


def _working(members: Sequence[Person]) -> list[Person]:
    return [one for one in members if one.active and one.is_support]


def _others(session: Session, team: Team, counted: dict[int | None, Load]) -> Sequence[Person]:
    known = {one.id for one in _working(team.members)}
    ids = [who for who in counted if who is not None and who not in known]
    return session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.name)).all()


def _counted(session: Session) -> dict[tuple[int | None, int | None], Load]:
    """Everything that is open, by team and person, in one walk over it."""
    now = clock.now()
    is_late = Incident.due_at < now
    is_soon = and_(Incident.due_at >= now, Incident.due_at < now + AHEAD)
    ages = [func.count().filter(Incident.created_at > now - age) for age in AGES]
    by_hand = (Incident.team_id, Incident.assignee_id)
    rows = session.execute(
        select(
            *by_hand,
            func.count(),
            func.count().filter(is_late),
            func.count().filter(is_soon),
            *ages,
        )
        .where(OPEN_NOW)
        .group_by(*by_hand)
    )
    return {
        (team, who): Load(open=many, late=late, soon=soon, ages=_apart(many, up_to))
        for team, who, many, late, soon, *up_to in rows
    }


def _apart(many: int, up_to: Sequence[int]) -> tuple[int, ...]:
    """Counts up to each age, as counts between the ages."""
    bounds = [0, *up_to, many]
    return tuple(after - before for before, after in pairwise(bounds))


def _cards(session: Session, team: Team) -> dict[int | None, list[Incident]]:
    order = (Incident.priority, Incident.due_at, Incident.id)
    place = func.row_number().over(partition_by=Incident.assignee_id, order_by=order).label("place")
    ranked = select(Incident.id, place).where(OPEN_NOW, Incident.team_id == team.id).subquery()
    found = (
        select(Incident)
        .join(ranked, ranked.c.id == Incident.id)
        .where(ranked.c.place <= MOST_CARDS)
        .options(joinedload(Incident.requester))
        .order_by(*order)
    )
    cards: dict[int | None, list[Incident]] = {}
    for incident in session.scalars(found):
        cards.setdefault(incident.assignee_id, []).append(incident)
    return cards


def _ahead(session: Session, team: Team) -> Sequence[Incident]:
    now = clock.now()
    soon = select(Incident).where(OPEN_NOW, Incident.team_id == team.id, Incident.due_at >= now)
    found = soon.where(Incident.due_at < now + AHEAD).options(joinedload(Incident.assignee))
    return session.scalars(found.order_by(Incident.due_at).limit(MOST_AHEAD)).all()
