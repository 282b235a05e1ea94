"""A made-up year of reports with surges in it: what a desk sees, without a database.

The week has office hours, Mondays are busy and weekends quiet, days differ by a quarter, the months
have their season. Surges are of one service and category, half of them at one site, of 8 to 40 reports
an hour (drawn, so that fewer may come), an hour to two long.
"""

import random
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from incidents.trends.surges import BUSY_HOURS, PAST_WEEKS, Finding, Of, Past, Report, find

HOURS = (
    *(0.01,) * 6, 0.08, 0.4, 1.6, 2.0, 1.8, 1.4, 0.8, 1.2, 1.35, 1.1, 0.8, 0.4, 0.15, *(0.07,) * 3, 0.03, 0.01,
)  # fmt: skip
DAYS = (1.35, 1.1, 1.0, 0.95, 0.8, 0.07, 0.05)
MONTHS = (1.25, 1.05, 1.05, 0.95, 0.9, 0.95, 0.75, 0.65, 1.2, 1.15, 1.1, 0.8)
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
SERVICES = [f"service-{number}" for number in range(8)]
SITES = ("Berlin", "Lyon", "Porto", "Oslo")
RATES = (8, 10, 12, 16, 20, 30, 40)
QUIET_FOR = timedelta(hours=4)
WITHIN = timedelta(minutes=15)
COUNTS_FROM = 8
"""So many reports within an hour are the surge that is to be found."""


@dataclass
class Surge:
    """One that was put in, and when its reports came."""

    at: datetime
    until: datetime
    per_hour: int
    names: dict[Of, str]
    reports: list[Report] = field(default_factory=list)

    def within(self, time: timedelta, *, since: datetime) -> list[Report]:
        """Its reports up to so long a time after `since`."""
        return [one for one in self.reports if one.at <= since + time]

    @property
    def told_at(self) -> datetime:
        """When its first report came."""
        return self.reports[0].at

    @property
    def reached_at(self) -> datetime | None:
        """When it had 8 reports within an hour; None when chance made it smaller."""
        for first, eighth in zip(self.reports, self.reports[COUNTS_FROM - 1 :], strict=False):
            if eighth.at - first.at <= timedelta(hours=1):
                return eighth.at
        return None


def make(
    seed: int, *, weeks: int = 52, a_year: int = 20_000, surges: int = 60
) -> tuple[list[Report], list[Surge]]:
    """The reports in order of time, and the surges among them; none in the weeks that are learned from."""
    rng = random.Random(seed)
    hours = [BEGIN + timedelta(hours=number) for number in range(weeks * 168)]
    days = [rng.lognormvariate(0, 0.25) for _ in range(weeks * 7)]
    weights = [_weight(at) * days[(at - BEGIN).days] for at in hours]
    usual = [
        Report(at + timedelta(seconds=rng.randrange(3600)), _names(rng))
        for at in rng.choices(hours, weights, k=a_year * weeks // 52)
    ]
    injected: list[Surge] = []
    while len(injected) < surges:
        at = rng.choice(hours) + timedelta(minutes=rng.randrange(60))
        is_free = all(abs(at - other.at) > timedelta(hours=6) for other in injected)
        if is_free and at > BEGIN + timedelta(weeks=PAST_WEEKS) and 8 <= at.hour < 17 and at.weekday() < 5:
            injected.append(_surge(rng, at))
    added = [report for surge in injected for report in surge.reports]
    return sorted([*usual, *added], key=lambda one: one.at), injected


def findings(
    reports: Sequence[Report], *, learn_days: int = 1, begin: datetime = BEGIN
) -> Iterator[tuple[datetime, Finding]]:
    """What is proposed as the year goes by, as the product does it: no story twice within four hours."""
    times, told, past, learned = [one.at for one in reports], [], None, begin
    for place, report in enumerate(reports):
        if report.at < begin + timedelta(weeks=PAST_WEEKS):
            continue
        midnight = report.at.replace(hour=0, minute=0, second=0, microsecond=0)
        if past is None or midnight - learned >= timedelta(days=learn_days):
            since = bisect_left(times, midnight - timedelta(weeks=PAST_WEEKS))
            past, learned = Past(reports[since:place], midnight, UTC), midnight
        recent = reports[bisect_left(times, report.at - timedelta(hours=BUSY_HOURS)) : place + 1]
        finding = find(report, recent, past)
        if finding is None or any(
            at > report.at - QUIET_FOR and other & set(finding.stream) for at, other in told[-9:]
        ):
            continue
        told.append((report.at, set(finding.stream)))
        yield report.at, finding


@dataclass(frozen=True)
class Score:
    """Of `reached` surges `in_time` were found within 15 minutes of their eighth report in an hour; `from_first`
    within 15 minutes of their first, `from_begin` of what caused it; `false` proposals a week were about none."""

    reached: int
    in_time: int
    from_first: int
    from_begin: int
    false: float


def score(found: Sequence[tuple[datetime, Finding]], surges: Sequence[Surge], *, weeks: int) -> Score:
    reached = [one for one in surges if one.reached_at is not None]
    firsts = {id(one): _found_at(one, found) for one in reached}
    in_time = [one for one in reached if _by(firsts[id(one)], one.reached_at)]
    from_first = [one for one in reached if _by(firsts[id(one)], one.told_at)]
    from_begin = [one for one in reached if _by(firsts[id(one)], one.at)]
    false = [at for at, finding in found if not any(_is_about(one, at, finding) for one in surges)]
    return Score(
        reached=len(reached),
        in_time=len(in_time),
        from_first=len(from_first),
        from_begin=len(from_begin),
        false=len(false) / (weeks - PAST_WEEKS),
    )


def _found_at(surge: Surge, found: list[tuple[datetime, Finding]]) -> datetime | None:
    return next((at for at, finding in found if _is_about(surge, at, finding)), None)


def _by(found_at: datetime | None, since: datetime | None) -> bool:
    return found_at is not None and since is not None and found_at <= since + WITHIN


def _is_about(surge: Surge, at: datetime, finding: Finding) -> bool:
    named = any(surge.names.get(of) == name for of, name in finding.stream)
    return named and surge.at <= at <= surge.until + timedelta(hours=1)


def _surge(rng: random.Random, at: datetime) -> Surge:
    names = _names(rng)
    if rng.random() < 0.5:
        del names[Of.SITE]
    until = at + timedelta(hours=rng.choice((1, 1.5, 2)))
    surge = Surge(at, until, rng.choice(RATES), names)
    moment = at
    while (moment := moment + timedelta(hours=rng.expovariate(surge.per_hour))) < until:
        surge.reports.append(Report(moment, {**_names(rng), **names}))
    return surge


def _names(rng: random.Random) -> dict[Of, str]:
    (service,) = rng.choices(SERVICES, [1 / (number + 1) ** 0.7 for number in range(8)])
    (kind,) = rng.choices(range(3), (3, 2, 1))
    (site,) = rng.choices(SITES, (5, 3, 2, 1))
    return {Of.SERVICE: service, Of.CATEGORY: f"{service}/{kind}", Of.SITE: site}


def _weight(at: datetime) -> float:
    return HOURS[at.hour] * DAYS[at.weekday()] * MONTHS[at.month - 1]
