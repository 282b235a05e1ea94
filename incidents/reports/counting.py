"""Does the sums: every figure of a scope, and one figure by what incidents have in common."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate

from sqlalchemy import ColumnElement, func, select

from firstline import clock
from firstline.db import db
from incidents.models import OPEN_NOW, Incident
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


SPLITS = {
    Dimension.CHANNEL: "channel",
    Dimension.CATEGORY: "category",
    Dimension.SERVICE: "service_id",
    Dimension.TEAM: "team_id",
    Dimension.PRIORITY: "priority",
}


@dataclass(frozen=True)
class Value:
    """A figure's sum and the number of incidents it is about; `is_known` is False before there was any data."""

    figure: Figure
    total: int
    count: int
    is_known: bool = True

    @property
    def number(self) -> float | None:
        """The figure itself; None where nothing can be known."""
        if not self.is_known:
            return None
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


def figures_before(scope: Scope) -> dict[str, Value]:
    """Every figure of the days before; none is known where some of them lie before there was any data."""
    if is_comparable(scope):
        return all_figures(scope.before())
    return {one.slug: Value(one, 0, 0, is_known=False) for one in FIGURES}


def is_comparable(scope: Scope) -> bool:
    """Whether all the days before have data: half of them would make everything look like growth."""
    first = first_day()
    return first is not None and first <= scope.before().since


def by(figure: Figure, dimension: Dimension, scope: Scope) -> list[Bar]:
    """The figure for each value of the dimension: weeks in their order, others by size."""
    if dimension == Dimension.WEEK:
        return _by_week(figure, scope)
    found = daily.by_value(figure, SPLITS[dimension], scope)
    bars = [Bar(key, Value(figure, *numbers)) for key, numbers in found.items() if any(numbers)]
    if dimension == Dimension.PRIORITY:
        return sorted(bars, key=lambda bar: str(bar.key))
    return sorted(bars, key=lambda bar: (-bar.value.count, str(bar.key)))


def behind(figure: Figure, scope: Scope, *, after: int = 0, limit: int = 50) -> Sequence[Incident]:
    """The incidents a figure is made of, newest first, those before the id `after`."""
    wanted = select(Fact.incident_id).where(*made_of(figure, scope))
    if after:
        wanted = wanted.where(Fact.incident_id < after)
    ids = wanted.order_by(Fact.incident_id.desc()).limit(limit).subquery()
    found = select(Incident).join(ids, ids.c.incident_id == Incident.id).order_by(Incident.id.desc())
    return db.session.scalars(found).all()


def made_of(figure: Figure, scope: Scope) -> list[ColumnElement[bool]]:
    """Which rows a figure is made of. A share is asked about for what it counts, not for what it is divided by."""
    # No index on the day: the newest ones are found soonest by going backwards.
    day = func.coalesce(day_of(figure), day_of(figure))
    counted = [figure.amount == 1] if figure.unit == Unit.SHARE else []
    return [*scope.conditions(day), figure.among, *counted]


def backlog(scope: Scope) -> list[int]:
    """How many incidents are open now, by age: up to each of AGES, and older. Of the scope its filters count."""
    open_now = select(Incident.created_at).where(OPEN_NOW, *scope.filters(Incident))
    opened = db.session.scalars(open_now).all()
    now, ages = clock.now(), [*AGES, timedelta.max]
    counted = [0] * len(ages)
    for at in opened:
        counted[next(place for place, most in enumerate(ages) if now - at <= most)] += 1
    return counted


def open_at_ends(scope: Scope) -> list[tuple[date, int]]:
    """How many were open at the end of each week, Sundays and the last day, as it is known today.

    What was reopened counts as open in between.
    """
    change: Counter[date] = Counter()
    for day, sign in ((Fact.opened_on, 1), (Fact.settled_on, -1)):
        counted = select(day, func.count()).where(day <= scope.until, *scope.filters(Fact)).group_by(day)
        for on, many in db.session.execute(counted):
            if on is not None:
                change[on] += sign * many
    days = sorted(change)
    totals = [0, *accumulate(change[day] for day in days)]
    ends = [min(monday + timedelta(days=6), scope.until) for monday in _mondays(scope)]
    return [(end, totals[bisect_right(days, end)]) for end in ends]


def first_day() -> date | None:
    """Since when there is anything to report."""
    return db.session.scalar(select(func.min(Fact.opened_on)))


def _by_week(figure: Figure, scope: Scope) -> list[Bar]:
    """Days are summed by the database, weeks here: databases do not agree on weeks."""
    totals: defaultdict[date, int] = defaultdict(int)
    counts: defaultdict[date, int] = defaultdict(int)
    for on, (total, count) in daily.by_day(figure, scope).items():
        totals[clock.monday(on)] += total
        counts[clock.monday(on)] += count
    return [Bar(monday, Value(figure, totals[monday], counts[monday])) for monday in _mondays(scope)]


def _mondays(scope: Scope) -> list[date]:
    first, last = clock.monday(scope.since), clock.monday(scope.until)
    return [first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1)]
