"""Whether the predicted time to resolve keeps its word: how many of the demo year's incidents fell into their interval.

    python -m benchmarks forecast    in the folder of FIRSTLINE_DATA_DIR, else in a year of its own

Each incident is predicted from what was resolved before it came, and again from what was resolved by the
time it was one, four and 24 hours old.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks import years
from incidents.guidance.forecast import COVERS, MOST, Span, span

AGES = tuple(timedelta(hours=hours) for hours in (0, 1, 4, 24))
LEARNED_FROM = timedelta(days=60)
Keys = tuple[tuple[object, ...], ...]


@dataclass(frozen=True, order=True)
class Case:
    """One incident that support resolved, and the groups of its like, the closest first."""

    id: int
    created_at: datetime
    resolved_at: datetime
    keys: Keys

    @property
    def took(self) -> timedelta:
        return self.resolved_at - self.created_at


def main() -> None:
    years.with_one("benchmarks.forecast")


def measure() -> None:
    cases = _cases()
    since = min(one.created_at for one in cases) + LEARNED_FROM
    print("| when it is | incidents predicted | fell into the interval | before it | after it |")
    print("|---|---|---|---|---|")
    for age in AGES:
        told = [(one, found) for one, found in _predicted(cases, age) if one.created_at >= since]
        below = sum(one.took < found.low for one, found in told)
        above = sum(one.took > found.high for one, found in told)
        hit = len(told) - below - above
        hours = age // timedelta(hours=1)
        shares = " | ".join(f"{100 * part / len(told):.1f} %" for part in (hit, below, above))
        print(f"| {f'{hours} h old' if hours else 'new'} | {len(told):,} | {shares} |", flush=True)
    print(f"\nThe interval is to hold {COVERS} of 100.")


def _predicted(cases: Sequence[Case], age: timedelta) -> Iterator[tuple[Case, Span]]:
    """Those still open at that age, with what was known then."""
    ended = sorted(cases, key=lambda one: one.resolved_at)
    known: dict[tuple[object, ...], list[Case]] = defaultdict(list)
    place = 0
    for case in sorted(cases, key=lambda one: one.created_at):
        if case.took <= age:
            continue
        while place < len(ended) and ended[place].resolved_at < case.created_at + age:
            for key in ended[place].keys:
                insort(known[key], ended[place])
            place += 1
        found = _interval([known[key] for key in case.keys], age)
        if found is not None:
            yield case, found


def _interval(groups: Sequence[Sequence[Case]], age: timedelta) -> Span | None:
    spans = (span([one.took for one in group[-MOST:] if one.took > age]) for group in groups)
    return next((one for one in spans if one is not None), None)


def _cases() -> list[Case]:
    from sqlalchemy import select

    from commands.context import create_context
    from firstline.db import db
    from incidents.models import Incident, Resolution, State

    over = select(Incident).where(
        Incident.state.in_([State.RESOLVED, State.CLOSED]),
        Incident.resolution != Resolution.SELF_SERVICE,
        Incident.resolved_at.is_not(None),
    )
    with create_context().app_context():
        return [
            Case(one.id, one.created_at, one.resolved_at, _keys(one.category, one.service_id, one.priority))
            for one in db.session.scalars(over)
            if one.resolved_at is not None
        ]


def _keys(category: str, service_id: int | None, priority: int) -> Keys:
    wide: Keys = (("category", category, priority), ("priority", priority))
    return wide if service_id is None else (("service", category, service_id, priority), *wide)


if __name__ == "__main__":
    measure()
