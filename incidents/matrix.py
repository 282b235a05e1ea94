"""Priority from impact and urgency, and from how many people have it: what administrators may change.

ITIL's matrix is shipped; a cell that was changed is a row. The same page changes from how many
people on an incident counts as a team's, and as many people's.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from firstline import reference
from firstline.db import Model, db, write
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.models import OPEN, Incident, Kind, Level
from incidents.overtaking import require_unchanged
from incidents.people import Person
from incidents.policy import Action, require

Cells = Mapping[tuple[Level, Level], int]
LOWEST = 5
MOST_PEOPLE = 10_000

SHIPPED: Cells = {
    (Level.HIGH, Level.HIGH): 1,
    (Level.HIGH, Level.MEDIUM): 2,
    (Level.MEDIUM, Level.HIGH): 2,
    (Level.HIGH, Level.LOW): 3,
    (Level.MEDIUM, Level.MEDIUM): 3,
    (Level.LOW, Level.HIGH): 3,
    (Level.MEDIUM, Level.LOW): 4,
    (Level.LOW, Level.MEDIUM): 4,
    (Level.LOW, Level.LOW): 5,
}
"""ITIL's matrix: (impact, urgency) to priority 1 (first) to 5."""

SHIPPED_BARS: Mapping[Level, int] = {Level.MEDIUM: 3, Level.HIGH: 10}
"""From how many people on the impact is at least this."""


class PriorityCell(Model):
    """One cell of the matrix that differs from the shipped one."""

    __tablename__ = "priority_cell"

    impact: Mapped[str] = mapped_column(String(8), primary_key=True)
    urgency: Mapped[str] = mapped_column(String(8), primary_key=True)
    priority: Mapped[int]


class ImpactBar(Model):
    """From how many people on the impact is at least `impact`."""

    __tablename__ = "impact_bar"

    impact: Mapped[str] = mapped_column(String(8), primary_key=True)
    people: Mapped[int]


@dataclass(frozen=True)
class Effect:
    """What a matrix would do to the open incidents: (from, to) priority and how many."""

    moves: Mapping[tuple[int, int], int]

    @property
    def many(self) -> int:
        return sum(self.moves.values())


@reference.kept(PriorityCell)
def cells() -> Cells:
    """The matrix in force."""
    changed = db.session.scalars(select(PriorityCell))
    return {**SHIPPED, **{(Level(one.impact), Level(one.urgency)): one.priority for one in changed}}


@reference.kept(ImpactBar)
def bars() -> Mapping[Level, int]:
    """The numbers of people in force."""
    changed = db.session.scalars(select(ImpactBar))
    return {**SHIPPED_BARS, **{Level(one.impact): one.people for one in changed}}


def priority_of(given: Cells, *, impact: str, urgency: str, kind: str) -> int:
    """What the matrix gives; a security incident is never below P2."""
    priority = given[Level(impact), Level(urgency)]
    return min(priority, 2) if kind == Kind.SECURITY else priority


def effect_of(wanted: Cells) -> Effect:
    """How many open incidents this matrix would move, and from where to where."""
    found = select(Incident.impact, Incident.urgency, Incident.kind, Incident.priority)
    moves: Counter[tuple[int, int]] = Counter()
    for impact, urgency, kind, priority in db.session.execute(found.where(Incident.state.in_(OPEN))):
        to = priority_of(wanted, impact=impact, urgency=urgency, kind=kind)
        if to != priority:
            moves[priority, to] += 1
    return Effect(dict(sorted(moves.items())))


def standing() -> list[tuple[str, ...]]:
    """All that the page of the matrix shows, for `overtaking`."""
    return [
        *((*cell, str(priority)) for cell, priority in sorted(cells().items())),
        *((level, str(many)) for level, many in sorted(bars().items())),
    ]


def save(wanted: Cells, people: Mapping[Level, int], *, by: Person, seen: str = "") -> None:
    """Put a matrix in force for everything that is classified from now on; `seen` as in `overtaking`."""
    require(by, Action.ADMINISTER)
    check(wanted, people)
    with write() as session:
        require_unchanged(standing(), seen)
        for (impact, urgency), priority in wanted.items():
            session.merge(PriorityCell(impact=impact, urgency=urgency, priority=priority))
        for impact, many in people.items():
            session.merge(ImpactBar(impact=impact, people=many))


def check(wanted: Cells, people: Mapping[Level, int]) -> None:
    """Refuse a matrix with holes, or one by which the worse comes later."""
    if set(wanted) != set(SHIPPED) or not all(1 <= priority <= LOWEST for priority in wanted.values()):
        raise Invalid(_("Every cell needs a priority from P1 to P5."), field="matrix")
    for (impact, urgency), priority in wanted.items():
        if any(wanted[cell] > priority for cell in _worse_cells(impact, urgency)):
            raise Invalid(
                _("More impact or more urgency must not come later than P%(n)s beside it.", n=priority),
                field="matrix",
            )
    if not 2 <= people[Level.MEDIUM] < people[Level.HIGH] <= MOST_PEOPLE:
        raise Invalid(
            _("A team begins with 2 people or more, and many with more than a team."), field="people"
        )


def ordered() -> tuple[Level, ...]:
    return (Level.LOW, Level.MEDIUM, Level.HIGH)


def _worse(level: Level) -> Level | None:
    place = ordered().index(level) + 1
    return ordered()[place] if place < len(ordered()) else None


def _worse_cells(impact: Level, urgency: Level) -> list[tuple[Level, Level]]:
    worse_impact, worse_urgency = _worse(impact), _worse(urgency)
    return [
        *([(worse_impact, urgency)] if worse_impact else []),
        *([(impact, worse_urgency)] if worse_urgency else []),
    ]
