"""What Firstline earns: the reports of the demo year, replayed through a simulated desk with and without each help.

A simulation, not a measurement of a desk: reports are those `firstline demo load --size large` tells, the
desk is a queue with as many people as the load without any help keeps 85 % busy, and everything else is
an assumption of the table that is printed with the result. All ways to work see the same reports, the
same people and the same luck; only the helps differ. Intervals are of the mean difference over years
with other luck (95 %, Student's t); that the assumptions are wrong is not in them.
"""

import heapq
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil, exp, sqrt
from statistics import mean, stdev
from zoneinfo import ZoneInfo

from commands.demo.year import story
from commands.demo.year.cast import Cast, Someone
from firstline import clock
from incidents import matrix
from incidents.models import Channel, Kind
from incidents.sla.agreements import SHIPPED
from incidents.sla.calendars import Calendar, Span

YEARS, REPORTS = 8, story.WHOLE
T_95 = 2.365
"""Student's t for eight years: 7 degrees of freedom, two sides of 2.5 %."""
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
OPENS, CLOSES = 8, 18
EASIER = 0.70
"""Waiting grows steeply with how busy a desk is: shown for an easier one, too."""
HOUR = 60
DESK = Calendar(
    name="Desk",
    zone="Europe/Berlin",
    country="DE",
    week=((Span(OPENS * HOUR, CLOSES * HOUR),),) * 5 + ((),) * 2,
)


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """Everything the result rests on; minutes, and shares of 1."""

    offered: float = 0.718
    right: float = 0.833
    comes_back: float = 0.10
    trial: float = 10
    dispatch: float = 3
    by_hand: float = 0.90
    filed: float = 0.750
    filed_right: float = 0.90
    handed_on: float = 6
    joined: float = 0.610
    joined_wrongly: float = 0.016
    noticed: float = 0.5
    look_up: float = 4
    confirm: float = 1
    untangle: float = 15
    busy: float = 0.85
    spread: float = 0.6
    second: float = 1.5


SOURCES = {
    "offered": "measured: answerable troubles that got an offer (docs/search.md, Office)",
    "right": "measured: offers that hold a right article (docs/search.md, Office)",
    "comes_back": "assumed: of what a fix solved, what is reported again in a week",
    "trial": "assumed: minutes a person tries a fix before asking on",
    "dispatch": "assumed: minutes of support to read a report and choose its team",
    "by_hand": "assumed: chosen right by hand",
    "filed": "measured on synthetic reports: filed by learned routing (docs/triage.md)",
    "filed_right": "by construction: the bar is set where nine of ten are right (docs/triage.md)",
    "handed_on": "assumed: minutes a wrong team spends before it hands on",
    "joined": "measured on synthetic pairs: recall of proposed joins (docs/triage.md)",
    "joined_wrongly": "measured on synthetic pairs: 1 - precision of proposed joins",
    "noticed": "assumed: repeated reports that somebody notices without any help, in every row",
    "look_up": "assumed: minutes to find the other report then",
    "confirm": "assumed: minutes to confirm a proposed join",
    "untangle": "assumed: minutes a wrong join costs",
    "busy": "assumed: how busy the desk is without any help, by which its size is chosen",
    "spread": "assumed: sigma of the lognormal spread of handling times",
    "second": "assumed: handling by a specialist, times that of the first line",
}


@dataclass(frozen=True)
class Ways:
    """Which helps are on."""

    name: str
    fixes: bool = False
    routing: bool = False
    joining: bool = False


WAYS = (
    Ways("none of them"),
    Ways("known fixes first", fixes=True),
    Ways("learned routing", routing=True),
    Ways("duplicates joined", joining=True),
    Ways("all three", fixes=True, routing=True, joining=True),
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One report with its luck, drawn once for all ways. Times are working minutes since the year began."""

    at: float
    priority: int
    minutes: float
    helps: float
    goes_up: bool
    over_at: float | None
    is_joinable: bool
    by_itself: bool
    luck: tuple[float, ...]


@dataclass(frozen=True)
class Job:
    """Work for somebody: from when, how urgent, how long."""

    at: float
    priority: int
    minutes: float


@dataclass(frozen=True)
class Result:
    """One year in one way: mean working hours to resolve, hours of support's hands, share in time."""

    mttr: float
    hours: float
    in_time: float


def serve(jobs: Sequence[Job], people: int) -> list[float]:
    """When each job is done, by that many people: the most urgent first, then the oldest, none broken off."""
    done, waiting, busy = [0.0] * len(jobs), [], [0.0] * people
    order = sorted(range(len(jobs)), key=lambda place: jobs[place].at)
    heapq.heapify(busy)
    next_one, now = 0, 0.0
    while next_one < len(order) or waiting:
        # Who was idle begins no earlier than what waits was told.
        now = max(now, heapq.heappop(busy))
        if not waiting:
            now = max(now, jobs[order[next_one]].at)
        while next_one < len(order) and jobs[order[next_one]].at <= now:
            job = jobs[order[next_one]]
            heapq.heappush(waiting, (job.priority, job.at, order[next_one]))
            next_one += 1
        _priority, _at, place = heapq.heappop(waiting)
        done[place] = now + jobs[place].minutes
        heapq.heappush(busy, done[place])
    return done


def replay(told: Sequence[Told], ways: Ways, people: tuple[int, int], assumed: Assumptions) -> Result:
    """The year in one way: self-help, the first line, the specialists."""
    routes = [_route(one, ways, assumed) for one in told]
    first = [place for place, (wait, minutes, _up) in enumerate(routes) if minutes]
    jobs = [Job(told[n].at + routes[n][0], told[n].priority, routes[n][1]) for n in first]
    done = {place: told[place].at + routes[place][0] for place in range(len(told))}
    done |= dict(zip(first, serve(jobs, people[0]), strict=True))
    up = [place for place in first if routes[place][2]]
    second = [Job(done[n], told[n].priority, told[n].minutes * assumed.second) for n in up]
    done |= dict(zip(up, serve(second, people[1]), strict=True))
    took = [max(done[n], one.over_at or 0) - one.at for n, one in enumerate(told)]
    late = sum(minutes > SHIPPED[one.priority][2] for minutes, one in zip(took, told, strict=True))
    hands = sum(job.minutes for job in (*jobs, *second))
    return Result(mean(took) / HOUR, hands / HOUR, 1 - late / len(told))


def _route(one: Told, ways: Ways, assumed: Assumptions) -> tuple[float, float, bool]:
    """Minutes before it comes to support, minutes of the first line (0: none), and whether it goes up."""
    fix, again, filed, right, joined, wrongly, noticed = one.luck
    wait = 0.0
    if ways.fixes and one.by_itself and fix < assumed.offered:
        wait = assumed.trial
        is_solved = fix < assumed.offered * assumed.right * one.helps
        if is_solved and again >= assumed.comes_back:
            return wait, 0.0, False
    is_joined = ways.joining and one.is_joinable and joined < assumed.joined
    if is_joined:
        return wait, assumed.confirm, False
    if one.is_joinable and noticed < assumed.noticed:
        return wait, assumed.look_up, False
    minutes = one.minutes + _sending(ways, filed, right, assumed)
    if ways.joining and not one.is_joinable and wrongly < assumed.joined * assumed.joined_wrongly:
        minutes += assumed.untangle
    return wait, minutes, one.goes_up


def _sending(ways: Ways, filed: float, right: float, assumed: Assumptions) -> float:
    """Minutes until the right team has it."""
    is_filed = ways.routing and filed < assumed.filed
    chance = assumed.filed_right if is_filed else assumed.by_hand
    return (0 if is_filed else assumed.dispatch) + (0 if right < chance else assumed.handed_on)


def staff(told: Sequence[Told], assumed: Assumptions) -> tuple[int, int]:
    """People of the first line and specialists whom the year without help keeps as busy as assumed."""
    routes = [_route(one, WAYS[0], assumed) for one in told]
    minutes = sum(first for _wait, first, _up in routes)
    second = sum(one.minutes * assumed.second for one in told if one.goes_up)
    year = max(one.at for one in told)
    return ceil(minutes / year / assumed.busy), ceil(second / year / assumed.busy)


def tell(seed: int, reports: int, assumed: Assumptions) -> list[Told]:
    """The reports of a year, each with its luck."""
    chance = random.Random(seed)
    with clock.freeze(NOW):
        tales = story.tell(chance, _cast(), reports, DESK, NOW)
    axis = Axis(NOW - timedelta(days=366))
    return [_told(tale, axis, chance, assumed) for tale in tales]


def _told(tale: story.Tale, axis: "Axis", chance: random.Random, assumed: Assumptions) -> Told:
    priority = matrix.priority_of(
        matrix.SHIPPED, impact=tale.impact, urgency=tale.urgency, kind=tale.trouble.kind
    )
    by_itself = tale.channel in {Channel.PORTAL, Channel.CHAT, Channel.MAIL} and not tale.part_of
    spread = exp(chance.gauss(0, assumed.spread) - assumed.spread**2 / 2)
    return Told(
        at=axis.at(tale.at),
        priority=priority,
        minutes=tale.trouble.minutes * spread,
        helps=tale.trouble.helps,
        goes_up=chance.random() < tale.trouble.up,
        over_at=axis.at(tale.over_at) if tale.over_at else None,
        is_joinable=tale.again is not None or (bool(tale.part_of) and not tale.is_first),
        by_itself=by_itself and priority > 2 and tale.trouble.kind != Kind.SECURITY,
        luck=tuple(chance.random() for _ in range(7)),
    )


class Axis:
    """Working minutes of the desk since a moment; what is told at night is told as it opens."""

    def __init__(self, since: datetime) -> None:
        self._first = since.date()
        self._before, minutes = [0.0], 0.0
        for number in range(400):
            day = self._first + timedelta(days=number)
            minutes += (CLOSES - OPENS) * HOUR if day.weekday() < 5 and not DESK.is_off(day) else 0
            self._before.append(minutes)

    def at(self, moment: datetime) -> float:
        local = moment.astimezone(ZoneInfo(DESK.zone))
        place = (local.date() - self._first).days
        into = (local.hour - OPENS) * HOUR + local.minute + local.second / 60
        whole = self._before[place + 1] - self._before[place]
        return self._before[place] + min(max(into, 0), whole)


def _cast() -> Cast:
    """Enough people to report; the story asks for no more."""
    sites = ("Berlin", "Lyon", "Lisbon", "Remote")
    people = [Someone(id=n, name=f"P {n}", site=sites[n % 4], language="en") for n in range(900)]
    monitor = Someone(id=0, name="Monitor", site="", language="en")
    return Cast(
        employees=[*people, *(replace(one, site=site) for one, site in zip(people, _sites(), strict=False))],
        staff=[],
        monitor_id=0,
        by_email={"monitor@example.com": monitor},
        teams={},
        services={},
        articles={},
        devices={},
        vendor_hours={},
    )


def _sites() -> Iterator[str]:
    """Every site a wave is told of has people."""
    told = [*story.read("year/surges"), *story.read("year/majors")]
    yield from sorted({one["site"] for one in told if one["site"]})


def main() -> None:
    """Print the assumptions, then what each help changes."""
    assumed = Assumptions()
    years = [tell(seed, REPORTS, assumed) for seed in range(YEARS)]
    print(f"\nWhat Firstline earns, SIMULATED: {YEARS} years of {REPORTS:,} reports of the demo year\n")
    print("Assumption      value  where it comes from")
    for name, source in SOURCES.items():
        print(f"{name:14}{getattr(assumed, name):7g}  {source}")
    print("reports, what fixes help, handling minutes, what goes up: the demo year (commands/demo/year)")
    for busy in (assumed.busy, EASIER):
        people = staff(years[0], replace(assumed, busy=busy))
        print(
            f"\n{busy:.0%} busy without help: {people[0]} people of the first line, {people[1]} specialists"
        )
        _print({ways: [replay(told, ways, people, assumed) for told in years] for ways in WAYS})
    print("In brackets: the difference to none of them, with its 95 % interval over the luck of the years.")
    print(
        "Not in it: that assumptions are wrong, what people learn, what the set-up costs, and the minutes requesters spend."
    )


def _print(results: dict[Ways, list[Result]]) -> None:
    base = results[WAYS[0]]
    print(f"{'with':20}{'MTTR, working h':>26}{'handling, h a year':>28}{'in time':>28}")
    for ways, years in results.items():
        cells = [
            _cell(years, base, name, scale, digits)
            for name, scale, digits in (("mttr", 1, 2), ("hours", 1, 0), ("in_time", 100, 1))
        ]
        print(f"{ways.name:20}{cells[0]:>26}{cells[1]:>28}{cells[2]:>28}")


def _cell(years: Sequence[Result], base: Sequence[Result], name: str, scale: float, digits: int) -> str:
    value = mean(getattr(one, name) for one in years) * scale
    if years is base:
        return f"{value:,.{digits}f}"
    apart = [scale * (getattr(a, name) - getattr(b, name)) for a, b in zip(years, base, strict=True)]
    half = T_95 * stdev(apart) / sqrt(len(apart))
    return f"{value:,.{digits}f} ({mean(apart):+,.{digits}f} ± {half:,.{digits}f})"


if __name__ == "__main__":
    main()
