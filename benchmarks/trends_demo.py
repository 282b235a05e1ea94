"""The demo year with surges put into it: of one category, service or site, by day and at night."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from benchmarks import trends_made as made
from benchmarks import years
from benchmarks.trends_made import Surge
from incidents.trends.surges import PAST_WEEKS, Of, Report

RATES = (8, 12, 20)
WHAT: Sequence[tuple[Of, ...]] = (
    (Of.CATEGORY, Of.SERVICE),
    (Of.SERVICE,),
    (Of.SITE,),
    (Of.CATEGORY, Of.SERVICE, Of.SITE),
)
EACH = 4
"""Surges of each rate, kind and time of day."""
APART = timedelta(hours=6)
LASTS = timedelta(minutes=90)
FEWEST_TOLD = 3
"""Whoever counts needs so many reports, whatever the rule: fewer come by chance every day."""


def main() -> None:
    years.with_one("benchmarks.trends_demo")


def measure() -> None:
    reports, own = _year()
    begin = reports[0].at
    added = put_in(random.Random(9), reports, own, begin)
    every = sorted([*reports, *(one for surge in added for one in surge.reports)], key=lambda one: one.at)
    found = list(made.findings(every, begin=begin))
    weeks = (reports[-1].at - begin) // timedelta(weeks=1)
    print(
        "| surges in the demo year | of 8 an hour or more | found within 15 min "
        "| of their first report | can be | of their begin | can be |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, those in _groups(added).items():
        told = made.score(found, those, weeks=weeks)
        reached = [one for one in those if one.reached_at]
        by_first = sum(_can_be_told(one, since=one.told_at) for one in reached)
        by_begin = sum(_can_be_told(one, since=one.at) for one in reached)
        figures = (told.reached, told.in_time, told.from_first, by_first, told.from_begin, by_begin)
        print(f"| {name} | {' | '.join(map(str, figures))} |", flush=True)
    false = made.score(found, [*added, *own], weeks=weeks).false
    print(f"\n{false:.2f} false proposals a week, {weeks - PAST_WEEKS} weeks of {len(every):,} reports")


def _can_be_told(surge: Surge, *, since: datetime) -> bool:
    return len(surge.within(made.WITHIN, since=since)) >= FEWEST_TOLD


def put_in(
    rng: random.Random, reports: Sequence[Report], own: Sequence[Surge], begin: datetime
) -> list[Surge]:
    """Surges after the weeks that are learned from, apart from each other and from the year's own."""
    days = (reports[-1].at - begin) // timedelta(days=1)
    added: list[Surge] = []
    wanted = [(rate, what, night) for rate in RATES for what in WHAT for night in (False, True)] * EACH
    while wanted:
        rate, what, is_night = wanted[-1]
        at = begin.replace(hour=0, minute=0) + timedelta(
            days=rng.randrange(PAST_WEEKS * 7 + 1, days), minutes=rng.randrange(1440)
        )
        is_work = at.weekday() < 5 and 8 <= at.hour < 16
        if is_work == is_night or any(abs(at - other.at) < APART for other in [*added, *own]):
            continue
        wanted.pop()
        added.append(_surge(rng, reports, at, rate, what))
    return added


def _surge(
    rng: random.Random, reports: Sequence[Report], at: datetime, rate: int, what: tuple[Of, ...]
) -> Surge:
    """Its reports share what it is about; the rest is as in the year, of the same service where it has one."""
    like = rng.choice(reports)
    while not all(like.names[of] for of in what):
        like = rng.choice(reports)
    names = {of: like.names[of] for of in what}
    others = [one for one in reports if all(one.names[of] == name for of, name in names.items())]
    surge = Surge(at, at + LASTS, rate, names)
    moment = at
    while (moment := moment + timedelta(hours=rng.expovariate(rate))) < surge.until:
        surge.reports.append(Report(moment, {**rng.choice(others).names, **names}))
    return surge


def _groups(surges: Sequence[Surge]) -> dict[str, list[Surge]]:
    groups: dict[str, list[Surge]] = defaultdict(list)
    for one in surges:
        is_work = one.at.weekday() < 5 and 8 <= one.at.hour < 16
        for name in (
            "all",
            f"{one.per_hour} an hour",
            "of " + ", ".join(one.names),
            "at work" if is_work else "nights and weekends",
        ):
            groups[name].append(one)
    return groups


def _year() -> tuple[list[Report], list[Surge]]:
    from commands.context import create_context
    from commands.demo.sources import read
    from commands.demo.year import cast
    from firstline import clock
    from incidents.trends import watching

    with create_context().app_context():
        reports = watching.reports_since(clock.now() - timedelta(days=365))
        own = []
        for told in [*read("year/surges"), *read("year/majors")]:
            at = cast.day(told["day"]).replace(hour=0, minute=0) + timedelta(hours=told["hour"])
            names = {Of.CATEGORY: told["category"], Of.SERVICE: told["service"]}
            own.append(Surge(at, at + timedelta(minutes=told["minutes"]), 0, names))
        return reports, own


if __name__ == "__main__":
    measure()
