"""Whether the reports of a stream are more than its past explains.

Pure: from moments and names to a finding, so that a simulated year can be put through it. Each report
is looked at when it comes, in windows of a quarter of an hour to two hours: a steep surge is seen in
the short one, a slow one in the long.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from incidents.trends.baseline import WEEK, Rate, chance_of, learn, shape_of

WINDOWS = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120))
FEWEST = 3
BAR = 3e-5
"""Above this chance it may be chance; chosen on a simulated year (docs/major-incidents.md)."""
PAST_WEEKS = 8
BUSY_HOURS = 3


class Of(StrEnum):
    """What a stream counts."""

    CATEGORY = "category"
    SERVICE = "service"
    SITE = "site"


@dataclass(frozen=True)
class Report:
    """One report, as far as trends care. An empty name is not counted."""

    at: datetime
    names: Mapping[Of, str]
    id: int = 0


Stream = tuple[tuple[Of, str], ...]
"""What all reports of it share, such as ((SERVICE, "vpn"), (SITE, "Berlin"))."""


@dataclass(frozen=True)
class Finding:
    """A stream that rises: `count` reports within `window`, where `expected` are usual."""

    stream: Stream
    window: timedelta
    count: int
    expected: float
    chance: float
    reports: tuple[Report, ...]


class Past:
    """What is usual, learned from the weeks before `until`."""

    def __init__(self, reports: Iterable[Report], until: datetime, zone: tzinfo) -> None:
        self._zone, self._until = zone, until
        begin = until - timedelta(weeks=PAST_WEEKS)
        counts: dict[Stream, list[list[int]]] = defaultdict(lambda: [[0] * WEEK for _ in range(PAST_WEEKS)])
        for report in reports:
            if begin <= report.at < until:
                week = min(PAST_WEEKS - 1, int((report.at - begin) / timedelta(weeks=1)))
                for stream in ((), *streams_of(report)):
                    counts[stream][week][self.hour_of(report.at)] += 1
        weeks = counts[()]
        # A young desk was not quiet before its first report: it was not there.
        self._first = next((number for number, week in enumerate(weeks) if any(week)), 0)
        self.count = sum(map(sum, weeks))
        self.desk = shape_of(weeks[self._first :])
        self._counts = counts
        self._rates: dict[Stream, list[Rate]] = {}

    def hour_of(self, at: datetime) -> int:
        """The hour of the week where the desk is, from Monday midnight on."""
        local = at.astimezone(self._zone)
        return local.weekday() * 24 + local.hour

    def rates(self, stream: Stream) -> list[Rate]:
        """By hour of the week; of a stream that was never seen, next to nothing."""
        if stream not in self._rates:
            weeks = self._counts.get(stream) or [[0] * WEEK for _ in range(PAST_WEEKS)]
            self._rates[stream] = learn(weeks[self._first :], self.desk)
        return self._rates[stream]

    def expected(self, stream: Stream, since: datetime, until: datetime) -> Rate:
        """The rate in between: of the hour in which it ends, as busy as all hours that it touches."""
        rates = self.rates(stream)
        now, before = rates[self.hour_of(until)], rates[self.hour_of(since)]
        return now if now.mean >= before.mean else before


def streams_of(report: Report) -> list[Stream]:
    """Each name alone, and category and service at each site: there the usual is small."""
    names = {of: name for of, name in report.names.items() if name}
    single: list[Stream] = [((of, name),) for of, name in names.items()]
    if Of.SITE not in names:
        return single
    site = (Of.SITE, names[Of.SITE])
    return [*single, *(((of, names[of]), site) for of in (Of.CATEGORY, Of.SERVICE) if of in names)]


def find(newest: Report, recent: Sequence[Report], past: Past) -> Finding | None:
    """The least likely of what the newest report is the last of; None when chance explains it.

    `recent` are the reports of the last three hours, in order, the newest with them.
    """
    found = [one for stream in streams_of(newest) for one in _judge(stream, newest, recent, past)]
    return min(found, key=lambda one: one.chance, default=None)


def _judge(stream: Stream, newest: Report, recent: Sequence[Report], past: Past) -> Iterable[Finding]:
    its = [one for one in recent if one.at <= newest.at and _is_of(one, stream)]
    busier = _busier(stream, newest, recent, past)
    for window in WINDOWS:
        within = tuple(one for one in its if one.at > newest.at - window)
        if len(within) < FEWEST:
            continue
        rate = past.expected(stream, newest.at - window, newest.at)
        hours = window / timedelta(hours=1)
        chance = chance_of(len(within), rate, hours, busier=busier)
        if chance < BAR:
            yield Finding(stream, window, len(within), rate.mean * hours * busier, chance, within)


def _busier(stream: Stream, newest: Report, recent: Sequence[Report], past: Past) -> float:
    """How much busier the rest of the desk is than usual: on such a day more of everything is usual."""
    since = newest.at - timedelta(hours=BUSY_HOURS)
    others = sum(1 for one in recent if since < one.at <= newest.at and not _is_of(one, stream))
    usual = sum(
        past.rates(())[past.hour_of(newest.at - timedelta(hours=hour))].mean
        - past.rates(stream)[past.hour_of(newest.at - timedelta(hours=hour))].mean
        for hour in range(BUSY_HOURS)
    )
    return max(1.0, (others + 5) / (max(0.0, usual) + 5))


def _is_of(report: Report, stream: Stream) -> bool:
    return all(report.names.get(of) == name for of, name in stream)
