"""Keeps what the figures of a day sum to, so that a year of reports reads some days and no incidents.

A day has sums or has none: as soon as an incident of it changes they are forgotten in the same
transaction, and the day is counted from the incidents until the worker sums it again. So a figure is
never old. Only means and shares are kept: each is a sum and a number of incidents.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, delete, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from firstline import clock, jobs
from firstline.db import db, write
from incidents.reports.figures import FIGURES, Basis, Figure, day_of
from incidents.reports.models import DaySum, Fact
from incidents.reports.scope import DAY, Scope

DAYS_AT_ONCE = 3
WORK_FOR_S = 10.0
SUMMED = "summed"
"""A row of this name says that the day has its sums."""
WHOLE = ("", "")
FILTERS: dict[str, InstrumentedAttribute[Any]] = {
    "channel": Fact.channel,
    "category": Fact.category,
    "service_id": Fact.service_id,
    "team_id": Fact.team_id,
    "priority": Fact.priority,
}
Sums = dict[Any, tuple[int, int]]
"""Of each of something the sum and the number of incidents."""
Numbers = dict[str, tuple[int, int]]
"""Of each figure, by its slug, the sum and the number of incidents."""


@jobs.sweep(every_s=300)
def keep() -> None:
    """Sum the days that have none, without today: it changes all the time."""
    stop_at, stop = monotonic() + WORK_FOR_S, jobs.stop_flag()
    while not stop.is_set() and monotonic() < stop_at and _keep_some():
        pass


def keep_all() -> None:
    """As `keep`, to the end."""
    while _keep_some():
        pass


def _keep_some() -> bool:
    """Reckoned inside the transaction: nothing changes between the sum and its keeping."""
    due = [(basis, day) for basis in Basis for day in missing(basis)]
    with write() as session:
        for basis, day in due:
            session.execute(insert(DaySum), list(_reckoned(basis, day)))
    return bool(due)


def forget(session: Session, facts: Iterable[Fact]) -> None:
    """These incidents change: the sums of their days hold no more."""
    changed = list(facts)
    days = {
        Basis.OPENED: {fact.opened_on for fact in changed},
        Basis.RESOLVED: {fact.resolved_on for fact in changed if fact.resolved_on},
    }
    for basis, of_these in days.items():
        session.execute(delete(DaySum).where(DaySum.basis == basis, DaySum.day.in_(of_these)))


def numbers(basis: Basis, scope: Scope) -> Numbers:
    """Every figure of the scope: of kept days from their sums, of the others from the incidents.

    What is kept knows one filter at a time; with two, all is counted from the incidents.
    """
    chosen = [(name, str(value)) for name, value in scope.chosen.items()]
    conditions = scope.conditions(_day(basis))
    if len(chosen) > 1:
        return _counted(basis, conditions)
    rest = _days_without_sums(basis, scope)
    counted = _counted(basis, [*conditions, _day(basis).in_(rest)]) if rest else {}
    return _added(counted, _kept(basis, scope, *(chosen[0] if chosen else WHOLE)))


def by_value(figure: Figure, name: str, scope: Scope) -> dict[Any, tuple[int, int]]:
    """One figure of the scope for each value that incidents have as `name`, None for those without."""
    column, day = FILTERS[name], day_of(figure)
    if scope.chosen:
        return _counted_one(figure, column, scope.conditions(day))
    sums = _sums_of(figure, scope, name, DaySum.value).group_by(DaySum.value)
    to_value = column.type.python_type
    found: Sums = {to_value(value): (int(t), int(n)) for value, t, n in db.session.execute(sums)}
    found[None] = _less(_whole(figure, scope), found.values())
    rest = _days_without_sums(figure.basis, scope)
    return _added(found, _counted_one(figure, column, [day.in_(rest)]) if rest else {})


def by_day(figure: Figure, scope: Scope) -> dict[date, tuple[int, int]]:
    """One figure of the scope for each of its days that has any."""
    day, chosen = day_of(figure), [(name, str(value)) for name, value in scope.chosen.items()]
    if len(chosen) > 1:
        return _counted_one(figure, day, scope.conditions(day))
    split, value = chosen[0] if chosen else WHOLE
    sums = _sums_of(figure, scope, split, DaySum.day).where(DaySum.value == value).group_by(DaySum.day)
    found: Sums = {on: (int(total), int(number)) for on, total, number in db.session.execute(sums)}
    rest = _days_without_sums(figure.basis, scope)
    return _added(found, _counted_one(figure, day, [*scope.conditions(day), day.in_(rest)]) if rest else {})


def missing(basis: Basis) -> list[date]:
    """Days before today with incidents and without sums, the newest first."""
    day = _day(basis)
    with_sums = select(DaySum.day).where(DaySum.basis == basis, DaySum.split == SUMMED)
    wanted = select(day).distinct().where(day < clock.now().date(), day.not_in(with_sums))
    found = list(db.session.scalars(wanted.order_by(day.desc()).limit(DAYS_AT_ONCE)))
    db.session.rollback()
    return found


def wrong() -> Iterator[tuple[date, str, object, object]]:
    """The kept sums that are not what their incidents sum to: day, of what, what is kept, what is right."""
    with_sums = select(DaySum.basis, DaySum.day).where(DaySum.split == SUMMED).order_by(DaySum.day)
    for basis, day in db.session.execute(with_sums).all():
        rows = db.session.scalars(select(DaySum).where(DaySum.basis == basis, DaySum.day == day))
        kept = {(one.split, one.value, one.figure): (one.total, one.number) for one in rows}
        told = {
            (row["split"], row["value"], row["figure"]): (row["total"], row["number"])
            for row in _reckoned(Basis(basis), day)
        }
        for name in sorted(kept.keys() | told.keys()):
            if kept.get(name) != told.get(name):
                yield day, " ".join((basis, *name)), kept.get(name), told.get(name)


def _reckoned(basis: Basis, day: date) -> Iterator[dict[str, Any]]:
    """The rows to keep of a day: figures of all its incidents, and by each filter's values."""
    same = {"basis": basis, "day": day}
    yield same | {"split": SUMMED, "value": "", "figure": "", "total": 0, "number": 0}
    for split, column in {WHOLE[0]: None, **FILTERS}.items():
        for value, found in _counted_by(column, basis, [_day(basis) == day]):
            for figure, (total, number) in found.items():
                if number and value is not None:
                    row = {"split": split, "value": str(value), "figure": figure}
                    yield same | row | {"total": total, "number": number}


def _kept(basis: Basis, scope: Scope, split: str, value: str) -> Numbers:
    sums = select(DaySum.figure, func.sum(DaySum.total), func.sum(DaySum.number)).where(
        DaySum.basis == basis,
        DaySum.split == split,
        DaySum.value == value,
        DaySum.day.between(scope.since, scope.until),
    )
    rows = db.session.execute(sums.group_by(DaySum.figure)).all()
    return {figure: (int(total), int(number)) for figure, total, number in rows}


def _days_without_sums(basis: Basis, scope: Scope) -> list[date]:
    with_sums = select(DaySum.day).where(DaySum.basis == basis, DaySum.split == SUMMED)
    known = set(db.session.scalars(with_sums.where(DaySum.day.between(scope.since, scope.until))))
    many = (scope.until - scope.since).days + 1
    return [day for day in (scope.since + number * DAY for number in range(many)) if day not in known]


def _counted(basis: Basis, conditions: Sequence[ColumnElement[bool]]) -> Numbers:
    return next((found for _value, found in _counted_by(None, basis, conditions)), {})


def _counted_by(
    column: SQLColumnExpression[Any] | None, basis: Basis, conditions: Sequence[ColumnElement[bool]]
) -> Iterator[tuple[Any, Numbers]]:
    """Every figure from the incidents, for each value of the column."""
    figures = _figures(basis)
    sums = [part for figure in figures for part in (figure.total, figure.count)]
    wanted = select(*sums).where(*conditions)
    if column is not None:
        wanted = wanted.add_columns(column).group_by(column)
    for row in db.session.execute(wanted):
        found = {one.slug: (int(row[2 * at]), int(row[2 * at + 1])) for at, one in enumerate(figures)}
        yield (WHOLE[1] if column is None else row[-1]), found


def _counted_one(
    figure: Figure, column: SQLColumnExpression[Any], conditions: Sequence[ColumnElement[bool]]
) -> Sums:
    """One figure from the incidents, for each value of the column."""
    sums = select(column, figure.total, figure.count).where(*conditions).group_by(column)
    return {value: (int(total), int(number)) for value, total, number in db.session.execute(sums)}


def _sums_of(figure: Figure, scope: Scope, split: str, by: Any) -> Select[Any]:
    kept = DaySum.basis == figure.basis, DaySum.split == split, DaySum.figure == figure.slug
    wanted = select(by, func.sum(DaySum.total), func.sum(DaySum.number))
    return wanted.where(*kept, DaySum.day.between(scope.since, scope.until))


def _whole(figure: Figure, scope: Scope) -> tuple[int, int]:
    return _kept(figure.basis, scope, *WHOLE).get(figure.slug, (0, 0))


def _less(whole: tuple[int, int], parts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """What incidents without a value come to is not kept: it is what is left."""
    totals, numbers = zip((0, 0), *parts, strict=True)
    return whole[0] - sum(totals), whole[1] - sum(numbers)


def _figures(basis: Basis) -> list[Figure]:
    return [figure for figure in FIGURES if figure.basis == basis]


def _day(basis: Basis) -> SQLColumnExpression[Any]:
    return day_of(_figures(basis)[0])


def _added(one: Sums, other: Sums) -> Sums:
    nothing = (0, 0)
    pairs = {key: (one.get(key, nothing), other.get(key, nothing)) for key in one.keys() | other.keys()}
    return {key: (first[0] + second[0], first[1] + second[1]) for key, (first, second) in pairs.items()}
