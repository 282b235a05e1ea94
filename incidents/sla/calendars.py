"""Working time: pure arithmetic on week, zone and days off, without a database or a present moment.

An instant is working time when the wall clock of the calendar's zone reads a time inside one of that
weekday's spans, on a day that is not off. All else follows from this one sentence, on the days as well
on which the clock is put forward (an hour is missing) or back (an hour comes twice). Instants go in and
come out aware, in UTC.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from incidents.sla.public_holidays import is_public_holiday

MINUTES_A_DAY = 24 * 60
DAY = timedelta(days=1)
FARTHEST_OFFSET = timedelta(hours=16)
"""No zone is, or was in this century, farther from UTC; an hour on top for the change itself."""

CACHED_DAYS = 20_000
CACHED_YEARS = 200
CACHED_INSTANTS = 1000


class Span(NamedTuple):
    """From `start` until just before `end`, in minutes since midnight on the wall clock (end at most 1440)."""

    start: int
    end: int


@dataclass(frozen=True)
class Stop:
    """A time in which a clock stood: from `began_at` until just before `ended_at`."""

    began_at: datetime
    ended_at: datetime


Week = tuple[tuple[Span, ...], ...]
"""Seven days from Monday on, each with its spans: sorted, apart from each other."""


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """When work is done. `country` and `subdivision` are ISO 3166 codes, empty for no public holidays."""

    name: str
    zone: str
    week: Week
    country: str = ""
    subdivision: str = ""
    days_off: frozenset[date] = frozenset()

    @property
    def is_ever_open(self) -> bool:
        return any(self.week)

    def is_off(self, day: date) -> bool:
        """Whether nobody works on this date, whatever the weekday."""
        return day in self.days_off or is_public_holiday(day, self.country, self.subdivision)


ROUND_THE_CLOCK = Calendar(name="Round the clock", zone="UTC", week=((Span(0, MINUTES_A_DAY),),) * 7)


class NeverOpen(ValueError):
    """The calendar has no working hours, so no amount of working time is ever over."""


def worked(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The working time from `start` to `end`; none when `end` is not after `start`."""
    if end <= start:
        return timedelta()
    if calendar is ROUND_THE_CLOCK:
        return end - start
    (first, begun), (beyond, over) = _worked_lately(calendar, start), _worked_lately(calendar, end)
    return _whole_days(calendar, first, beyond) + over - begun


@lru_cache(maxsize=CACHED_INSTANTS)
def _worked_lately(calendar: Calendar, until: datetime) -> tuple[date, timedelta]:
    """A date so near that all before it are over, and the working time from it on until then."""
    near = list(_days(calendar, until, until))
    hours = (pair for day in near for pair in open_hours(calendar, day))
    pieces = (min(closes, until) - opens for opens, closes in hours if opens < until)
    return near[0], sum(pieces, timedelta())


def _whole_days(calendar: Calendar, first: date, beyond: date) -> timedelta:
    """All working time of the dates from `first` until just before `beyond`."""
    # A clock that is put back over midnight reads the date before, later.
    if beyond < first:
        return -_whole_days(calendar, beyond, first)
    years = (_since_new_year(calendar, year)[-1] for year in range(first.year, beyond.year))
    return sum(years, _so_far(calendar, beyond) - _so_far(calendar, first))


def _so_far(calendar: Calendar, day: date) -> timedelta:
    return _since_new_year(calendar, day.year)[day.timetuple().tm_yday - 1]


@lru_cache(maxsize=CACHED_YEARS)
def _since_new_year(calendar: Calendar, year: int) -> tuple[timedelta, ...]:
    """The working time of that year before each of its dates, and at the end that of the whole year."""
    first = date(year, 1, 1)
    days = (first + number * DAY for number in range((date(year + 1, 1, 1) - first).days))
    hours = (
        sum((closes - opens for opens, closes in open_hours(calendar, day)), timedelta()) for day in days
    )
    return tuple(accumulate(hours, initial=timedelta()))


def after(calendar: Calendar, start: datetime, span: timedelta) -> datetime:
    """The first instant by which `span` of working time has gone by since `start`.

    Raises `NeverOpen` when none ever goes by.
    """
    if span <= timedelta():
        return start
    if calendar is ROUND_THE_CLOCK:
        return start + span
    if not calendar.is_ever_open:
        raise NeverOpen(calendar.name)
    left, day = span, _local_date(calendar, start) - DAY
    while True:
        for opens, closes in open_hours(calendar, day):
            begins = max(opens, start)
            if closes - begins >= left:
                return begins + left
            left -= max(closes - begins, timedelta())
        day += DAY


def worked_outside(calendar: Calendar, start: datetime, end: datetime, stops: Sequence[Stop]) -> timedelta:
    """As `worked`, without the time in which the clock stood; `stops` are in order, apart from each other."""
    pieces = _running(start, stops)
    return sum((worked(calendar, begins, min(ends or end, end)) for begins, ends in pieces), timedelta())


def after_outside(calendar: Calendar, start: datetime, span: timedelta, stops: Sequence[Stop]) -> datetime:
    """As `after`, without the time in which the clock stood."""
    left = span
    for begins, ends in _running(start, stops):
        here = worked(calendar, begins, ends) if ends else None
        if here is None or (here >= left):
            return after(calendar, begins, left)
        left -= here
    raise AssertionError("the last stretch has no end")


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether `at` is working time."""
    near = _days(calendar, at, at)
    return any(opens <= at < closes for day in near for opens, closes in open_hours(calendar, day))


@lru_cache(maxsize=CACHED_DAYS)
def open_hours(calendar: Calendar, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The working hours of one date of the calendar's zone, as pairs of instants in order."""
    spans = calendar.week[day.weekday()]
    if not spans or calendar.is_off(day):
        return ()
    midnight = datetime.combine(day, time(), UTC)
    found = [
        (max(_at(midnight, span.start) - offset, begins), min(_at(midnight, span.end) - offset, ends))
        for begins, ends, offset in _stretches(calendar.zone, midnight)
        for span in spans
    ]
    return tuple((opens, closes) for opens, closes in found if opens < closes)


def _at(midnight: datetime, minutes: int) -> datetime:
    return midnight + timedelta(minutes=minutes)


def _stretches(zone: str, midnight: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Around this date, the stretches in which the zone keeps one offset from UTC."""
    first, last = midnight - FARTHEST_OFFSET, midnight + DAY + FARTHEST_OFFSET
    here = ZoneInfo(zone)
    before, afterwards = _offset(here, first), _offset(here, last)
    if before == afterwards:
        yield first, last, before
        return
    changes = _change_between(here, first, last)
    yield first, changes, before
    yield changes, last, afterwards


def _change_between(zone: ZoneInfo, first: datetime, last: datetime) -> datetime:
    """The instant at which the offset changes, to the minute: zones change at full minutes."""
    before = _offset(zone, first)
    low, high = 0, int((last - first).total_seconds() // 60)
    while high - low > 1:
        middle = (low + high) // 2
        unchanged = _offset(zone, first + timedelta(minutes=middle)) == before
        low, high = (middle, high) if unchanged else (low, middle)
    return first + timedelta(minutes=high)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None, "a zone always has an offset"
    return offset


def _days(calendar: Calendar, start: datetime, end: datetime) -> Iterator[date]:
    """Every local date that may touch the time between; where a clock is put back over midnight, one more."""
    day, last = _local_date(calendar, start) - DAY, _local_date(calendar, end) + DAY
    while day <= last:
        yield day
        day += DAY


def _local_date(calendar: Calendar, at: datetime) -> date:
    return at.astimezone(ZoneInfo(calendar.zone)).date()


def _running(start: datetime, stops: Sequence[Stop]) -> Iterator[tuple[datetime, datetime | None]]:
    """The stretches from `start` on in which a clock with these stops ran; the last has no end."""
    begins = start
    for stop in stops:
        if stop.ended_at > begins:
            if stop.began_at > begins:
                yield begins, stop.began_at
            begins = stop.ended_at
    yield begins, None
