"""Does the sums: every figure of a scope, and one figure by what incidents have in common."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, func, select

from firstline import clock
from firstline.db import db
from incidents.models import OPEN, Incident
from incidents.reports import daily
from incidents.reports.figures import FIGURES, Basis, Figure, Unit, day_of
from incidents.reports.models import Fact
from incidents.reports.scope import Scope

AGES = (timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=30))


class Dimension(StrEnum):
    """By what a figure can be told apart."""

    WEEK = "week"
    CHANNEL = "channel"
    CATEGORY = "category"
    SERVICE = "service"
    TEAM = "team"
    PRIORITY = "priority"


COLUMNS: dict[Dimension, SQLColumnExpression[Any]] = {
    Dimension.CHANNEL: Fact.channel,
    Dimension.CATEGORY: Fact.category,
    Dimension.SERVICE: Fact.service_id,
    Dimension.TEAM: Fact.team_id,
    Dimension.PRIORITY: Fact.priority,
}


@dataclass(frozen=True)
class Value:
    """A figure's sum and the number of incidents it is about."""

    figure: Figure
    total: int
    count: int

    @property
    def number(self) -> float | None:
        """The figure itself; None where nothing can be known."""
        if not self.figure.per_row:
            return self.total
        return self.total / self.count if self.count else None


@dataclass(frozen=True)
class Bar:
    """One value of a dimension; `key` None: the incidents that have none."""

    key: str | int | date | None
    value: Value


def all_figures(scope: Scope) -> dict[str, Value]:
    """Every figure, from the sums of its days."""
    found = {basis: daily.numbers(basis, scope) for basis in Basis}
    return {one.slug: Value(one, *found[one.basis].get(one.slug, (0, 0))) for one in FIGURES}


def by(figure: Figure, dimension: Dimension, scope: Scope) -> list[Bar]:
    """The figure for each value of the dimension: weeks in their order, others by size."""
    if dimension == Dimension.WEEK:
        return _by_week(figure, scope)
    column = COLUMNS[dimension]
    rows = db.session.execute(_sums(figure, scope).add_columns(column).group_by(column)).all()
    bars = [Bar(row[2], Value(figure, int(row[0]), int(row[1]))) for row in rows]
    if dimension == Dimension.PRIORITY:
        return sorted(bars, key=lambda bar: str(bar.key))
    return sorted(bars, key=lambda bar: (-bar.value.count, str(bar.key)))


def behind(figure: Figure, scope: Scope, *, after: int = 0, limit: int = 50) -> Sequence[Incident]:
    """The incidents a figure is made of, newest first, those before the id `after`."""
    wanted = (
        select(Incident)
        .join(Fact, Fact.incident_id == Incident.id)
        .where(*scope.conditions(day_of(figure)), figure.among)
    )
    if figure.unit == Unit.SHARE:
        # A share is asked about for what it counts, not for what it is divided by.
        wanted = wanted.where(figure.amount == 1)
    if after:
        wanted = wanted.where(Incident.id < after)
    return db.session.scalars(wanted.order_by(Incident.id.desc()).limit(limit)).all()


def backlog() -> list[int]:
    """How many incidents are open now, by age: up to each of AGES, and older."""
    opened = db.session.scalars(select(Incident.created_at).where(Incident.state.in_(list(OPEN)))).all()
    now, ages = clock.now(), [*AGES, timedelta.max]
    counted = [0] * len(ages)
    for at in opened:
        counted[next(place for place, most in enumerate(ages) if now - at <= most)] += 1
    return counted


def first_day() -> date | None:
    """Since when there is anything to report."""
    return db.session.scalar(select(func.min(Fact.opened_on)))


def _sums(figure: Figure, scope: Scope) -> Select[*tuple[Any, ...]]:
    return select(figure.total, figure.count).where(*scope.conditions(day_of(figure)))


def _by_week(figure: Figure, scope: Scope) -> list[Bar]:
    """Days are summed by the database, weeks here: databases do not agree on weeks."""
    day = day_of(figure)
    rows = db.session.execute(_sums(figure, scope).add_columns(day).group_by(day)).all()
    totals: defaultdict[date, int] = defaultdict(int)
    counts: defaultdict[date, int] = defaultdict(int)
    for total, count, on in rows:
        totals[clock.monday(on)] += int(total)
        counts[clock.monday(on)] += int(count)
    first, last = clock.monday(scope.since), clock.monday(scope.until)
    mondays = [first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1)]
    return [Bar(monday, Value(figure, totals[monday], counts[monday])) for monday in mondays]
