"""What was reported in the year, when, by whom and by which way: one `Tale` for each incident."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from commands.demo.sources import read
from commands.demo.year import rhythm
from commands.demo.year.cast import Cast, Someone, Told, day
from incidents.models import Channel, Kind, Level
from incidents.sla.calendars import Calendar

WHOLE = 20_000
"""The size for which the data files name numbers of reports."""
TODAY = 6
"""A few of the last hours in any case, so that the smallest desk has something to do."""
TOLD_AGAIN = 0.018
"""The share of reports that are told twice."""
MONITORED = 0.035
"""The share of incidents that monitors raise."""
AT_FIRST = {Channel.PORTAL: 36, Channel.MAIL: 30, Channel.PHONE: 16, Channel.CHAT: 10, Channel.WALK_UP: 6}
IN_THE_END = {Channel.PORTAL: 42, Channel.MAIL: 17, Channel.PHONE: 8, Channel.CHAT: 27, Channel.WALK_UP: 3}
IMPACTS = {Level.LOW: 800, Level.MEDIUM: 200}
ALL_HAVE_IT = 0.008
"""How often something that many share fails for all of them."""
URGENCIES = {Level.LOW: 22, Level.MEDIUM: 62, Level.HIGH: 16}


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What can go wrong, as the data files tell it. `vendor` is whom to ask, and how often that is needed."""

    category: str
    service: str
    words: Sequence[str]
    detail: Sequence[str]
    slug: str = ""
    weight: float = 1.0
    season: Sequence[int] = ()
    kind: str = Kind.INCIDENT
    urgency: str = ""
    articles: Sequence[str] = ()
    helps: float = 0.0
    up: float = 0.1
    vendor: tuple[str, float] = ("", 0.0)
    device: str = ""
    minutes: int = 12
    cause_code: str = "unknown"
    cause: str = ""
    solution: str = "Done."
    shared: bool = False


@dataclass(frozen=True, kw_only=True)
class Tale:
    """One report. Of a surge or a major incident, `part_of` names it and `over_at` is when it is over."""

    at: datetime
    trouble: Trouble
    by: Someone
    channel: Channel
    impact: str = Level.LOW
    urgency: str = Level.MEDIUM
    fault: str = ""
    part_of: str = ""
    is_first: bool = False
    over_at: datetime | None = None
    alert: Told | None = None
    again: "Tale | None" = None


FIELDS = frozenset(Trouble.__dataclass_fields__)


def trouble(told: Told) -> Trouble:
    """The trouble that a line of a data file tells of; what else stands there is for others."""
    return Trouble(**{name: value for name, value in told.items() if name in FIELDS})


def tell(chance: random.Random, cast: Cast, count: int, calendar: Calendar, now: datetime) -> list[Tale]:
    """Every report of the year, in order of time."""
    scale = count / WHOLE
    special = [
        *_faults(chance, cast, scale, calendar, now),
        *_surges(chance, cast, scale),
        *_majors(chance, cast, scale),
    ]
    monitored = round(count * MONITORED)
    twice = round(count * TOLD_AGAIN)
    usual = rhythm.times(chance, max(0, count - len(special) - monitored - twice - TODAY), calendar, now)
    usual += [now - timedelta(minutes=chance.uniform(1, 300)) for _ in range(TODAY)]
    once = list(_usual(chance, cast, usual, now))
    again = _repeated(chance, once[: -2 * TODAY], twice)
    tales = [*special, *once, *again, *_alerts(chance, cast, monitored, now)]
    return sorted((one for one in tales if one.at < now), key=lambda one: one.at)


def _usual(chance: random.Random, cast: Cast, times: Sequence[datetime], now: datetime) -> Iterator[Tale]:
    troubles = [trouble(one) for one in read("year/troubles")]
    by_month = {
        month: [one.weight * (2 if month in one.season else 1) for one in troubles] for month in range(1, 13)
    }
    for at in times:
        (chosen,) = chance.choices(troubles, by_month[at.month])
        yield _tale(chance, cast, at, now, chosen)


def _repeated(chance: random.Random, tales: Sequence[Tale], many: int) -> Iterator[Tale]:
    """Some tell it once more by another way, before anybody answered."""
    for one in chance.sample(tales, min(many, len(tales))):
        at = one.at + timedelta(minutes=chance.triangular(1, 50, 12))
        yield replace(one, at=at, channel=_channel(chance, 0.5), again=one)


def _faults(
    chance: random.Random, cast: Cast, scale: float, calendar: Calendar, now: datetime
) -> Iterator[Tale]:
    """Recurring faults: so many reports a week from the first until the cure, and while one was back."""
    for told in read("year/faults"):
        for began, ended in (
            (told["began"], told["cured"] or 0),
            *([told["back"]] if "back" in told else []),
        ):
            many = max(3, round(told["per_week"] * scale * (ended - began) / 7))
            for at in _between(chance, many, calendar, began, ended):
                yield _tale(chance, cast, at, now, trouble(told), fault=told["slug"])


def _between(chance: random.Random, many: int, calendar: Calendar, began: int, ended: int) -> list[datetime]:
    first, last = day(began), day(ended)
    hours = [first + timedelta(hours=number) for number in range((last - first) // timedelta(hours=1))]
    drawn = chance.choices(hours, [rhythm.weight(at, calendar) for at in hours], k=many)
    return [at + timedelta(seconds=chance.randrange(3_600)) for at in drawn]


def _surges(chance: random.Random, cast: Cast, scale: float) -> Iterator[Tale]:
    for number, told in enumerate(read("year/surges")):
        yield from _wave(chance, cast, told, f"surge-{number}", max(4, round(told["count"] * scale)))


def _majors(chance: random.Random, cast: Cast, scale: float) -> Iterator[Tale]:
    """What monitoring saw first, and the reports that came with it."""
    for told in read("year/majors"):
        begun, over = _span(told)
        yield Tale(
            at=begun, trouble=_seen(told), by=_monitor(cast), channel=Channel.MONITORING,
            impact=Level.HIGH, urgency=Level.HIGH, part_of=told["slug"], is_first=True, over_at=over,
            alert={"alert": told["alert"], "severity": "critical", "hosts": [f"{told['service']}-01:443"]},
        )  # fmt: skip
        yield from _wave(
            chance, cast, told, told["slug"], max(4, round(told["reports"] * scale)), first=False
        )


def _seen(told: Told) -> Trouble:
    """As monitoring saw it, and how it ended."""
    what = {"words": [told["title"]], "detail": [f"Alert {told['alert']}."], "solution": told["cure"]}
    return trouble({**told, **what, "cause": told["review"]["causes"]})


def _wave(
    chance: random.Random, cast: Cast, told: Told, name: str, many: int, *, first: bool = True
) -> Iterator[Tale]:
    """Reports of one outage: quickly more, then fewer as word gets round."""
    begun, over = _span(told)
    minutes = sorted(chance.betavariate(1.3, 3) * told["minutes"] for _ in range(many))
    for place, minute in enumerate(minutes):
        at = begun + timedelta(minutes=2 + minute)
        yield Tale(
            at=at, trouble=trouble(told), by=cast.employee(chance, at, told["site"]),
            channel=_channel(chance, 0.7), impact=Level.MEDIUM, urgency=Level.MEDIUM,
            part_of=name, is_first=first and place == 0, over_at=over,
        )  # fmt: skip


def _span(told: Told) -> tuple[datetime, datetime]:
    """When it began and when it was over."""
    begun = day(told["day"]).replace(hour=0, minute=0) + timedelta(hours=told["hour"])
    return begun, begun + timedelta(minutes=told["minutes"])


def _alerts(chance: random.Random, cast: Cast, many: int, now: datetime) -> Iterator[Tale]:
    """Monitors know no office hours."""
    kinds = read("year/alerts")
    for _ in range(many):
        (told,) = chance.choices(kinds, [one["weight"] for one in kinds])
        at = now - timedelta(seconds=chance.randrange(60, rhythm.DAYS * 86_400))
        what = trouble(
            {**told, "words": [told["title"]], "detail": [told["detail"]], "minutes": 20, "up": 0.4}
        )
        impact, urgency = SEEN[told["severity"]]
        yield Tale(at=at, trouble=what, by=_monitor(cast), channel=Channel.MONITORING,
                   impact=impact, urgency=urgency, alert=told)  # fmt: skip


SEEN = {
    "info": (Level.LOW, Level.LOW),
    "warning": (Level.MEDIUM, Level.LOW),
    "error": (Level.MEDIUM, Level.MEDIUM),
}


def _monitor(cast: Cast) -> Someone:
    return cast.by_email["monitor@example.com"]


def _tale(
    chance: random.Random, cast: Cast, at: datetime, now: datetime, what: Trouble, *, fault: str = ""
) -> Tale:
    urgency = what.urgency or _drawn(chance, URGENCIES)
    return Tale(
        at=at,
        trouble=what,
        by=cast.employee(chance, at),
        channel=_channel(chance, rhythm.gone(at, now)),
        impact=Level.HIGH if what.shared and chance.random() < ALL_HAVE_IT else _drawn(chance, IMPACTS),
        urgency=urgency,
        fault=fault,
    )


def _channel(chance: random.Random, gone: float) -> Channel:
    """From the telephone to portal and chat, as the year goes on."""
    weights = [AT_FIRST[one] + gone * (IN_THE_END[one] - AT_FIRST[one]) for one in AT_FIRST]
    return chance.choices(list(AT_FIRST), weights)[0]


def _drawn(chance: random.Random, shares: dict[Any, int]) -> Any:
    return chance.choices(list(shares), list(shares.values()))[0]
