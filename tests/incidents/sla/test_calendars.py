"""The arithmetic of working time against a reference that looks at every minute of ten years."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.sla.calendars import (
    ROUND_THE_CLOCK,
    Calendar,
    NeverOpen,
    Span,
    Stop,
    after,
    after_outside,
    is_open,
    worked,
    worked_outside,
)

FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
MINUTES = int((LAST - FIRST).total_seconds() // 60)
QUARTER = 15
"""Minutes: no zone changes its offset more finely in these ten years."""

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # changes by half an hour
    "America/Havana",  # is put back at one o'clock, so that midnight comes twice
    "Africa/Cairo",  # is put forward at midnight
    "Asia/Kathmandu",  # 5:45
    "Pacific/Chatham",  # 12:45
)
EPOCH = date(1970, 1, 1)
OFFICE = ((Span(9 * 60, 17 * 60),),) * 5 + ((), ())
BERLIN = Calendar(name="Berlin", zone="Europe/Berlin", week=OFFICE, country="DE", subdivision="BE")


@lru_cache
def wall_clock(zone: str):
    """What the clock on the wall reads in every minute of the ten years: days since 1970, minute of the day."""
    here = ZoneInfo(zone)
    offsets = [
        (FIRST + timedelta(minutes=minute)).astimezone(here).utcoffset().total_seconds() // 60
        for minute in range(0, MINUTES, QUARTER)
    ]
    begins = int(FIRST.timestamp() // 60)
    local = np.arange(begins, begins + MINUTES) + np.repeat(np.array(offsets, dtype=np.int64), QUARTER)
    return (local // 1440).astype(np.int32), (local % 1440).astype(np.int16)


def reference(calendar: Calendar):
    """For each minute of the ten years: how many working minutes there were before it."""
    days, minutes = wall_clock(calendar.zone)
    open_at = np.zeros((days.max() + 2, 1440), dtype=bool)
    for number in range(days.min(), days.max() + 1):
        day = EPOCH + timedelta(days=int(number))
        for span in [] if calendar.is_off(day) else calendar.week[day.weekday()]:
            open_at[number, span.start : span.end] = True
    return np.concatenate([[0], np.cumsum(open_at[days, minutes])])


@st.composite
def spans_of_a_day(draw):
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False))


calendars = st.builds(
    Calendar,
    name=st.just("drawn"),
    zone=st.sampled_from(ZONES),
    week=st.tuples(*[spans_of_a_day()] * 7),
    country=st.sampled_from(["", "DE", "US", "JP"]),
    days_off=st.frozensets(st.dates(date(2019, 12, 30), date(2030, 1, 2)), max_size=20),
)
minutes = st.integers(0, MINUTES - 1)


def at(minute: int) -> datetime:
    return FIRST + timedelta(minutes=minute)


@settings(max_examples=15, deadline=None)
@given(calendars, st.lists(st.tuples(minutes, minutes), min_size=1, max_size=6))
def test_working_time_between_two_instants_is_what_counting_minutes_gives(calendar, pairs):
    before = reference(calendar)
    for one, other in pairs:
        start, end = sorted((one, other))
        counted = int(before[end] - before[start])
        assert worked(calendar, at(start), at(end)) == timedelta(minutes=counted)


@settings(max_examples=15, deadline=None)
@given(calendars.filter(lambda calendar: calendar.is_ever_open), minutes, st.integers(1, 50_000))
def test_an_instant_after_so_many_minutes_is_the_first_at_which_they_have_gone_by(calendar, start, span):
    before = reference(calendar)
    end = int(np.searchsorted(before, before[start] + span))
    if end <= MINUTES:
        assert after(calendar, at(start), timedelta(minutes=span)) == at(end)


@pytest.mark.parametrize("zone", ZONES)
def test_ten_years_in_one_piece_are_counted_right_to_the_minute(zone):
    calendar = Calendar(name="shifts", zone=zone, week=((Span(90, 200), Span(1380, 1440)),) * 7, country="DE")
    total = int(reference(calendar)[-1])
    assert worked(calendar, FIRST, LAST) == timedelta(minutes=total)
    assert after(calendar, FIRST, timedelta(minutes=total)) <= LAST


seconds = st.integers(0, 40 * 86_400)
later = seconds.map(lambda second: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=second))


@settings(max_examples=150, deadline=None)
@given(calendars, st.lists(later, min_size=4, max_size=8))
def test_where_the_clock_stood_nothing_is_counted_and_the_rest_adds_up(calendar, instants):
    start, *edges = sorted(instants)
    end = edges.pop()
    stops = [Stop(*pair) for pair in zip(edges[::2], edges[1::2], strict=False)]
    stood = sum((worked(calendar, stop.began_at, stop.ended_at) for stop in stops), timedelta())
    ran = worked_outside(calendar, start, end, stops)
    assert ran + stood == worked(calendar, start, end)
    if ran:
        by = after_outside(calendar, start, ran, stops)
        assert by <= end and worked_outside(calendar, start, by, stops) == ran
        assert not any(stop.began_at < by < stop.ended_at for stop in stops)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-27T08:00", "2026-03-30T15:00", 16),  # over the weekend on which the clock goes forward
        ("2026-10-23T07:00", "2026-10-26T16:00", 16),  # and back
        ("2026-04-02T07:00", "2026-04-07T15:00", 16),  # over Easter
        ("2026-03-07T07:00", "2026-03-09T07:00", 0),  # a holiday of Berlin alone, which is a Sunday anyway
        ("2026-12-24T08:00", "2026-12-24T09:30", 1.5),
        ("2026-12-24T09:30", "2026-12-24T08:00", 0),
    ],
)
def test_days_of_berlin_that_one_can_check_by_hand(start, end, hours):
    begins, ends = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end))
    assert worked(BERLIN, begins, ends) == timedelta(hours=hours)


def test_a_night_shift_lasts_an_hour_less_or_more_when_the_clock_is_changed():
    night = Calendar(name="night", zone="Europe/Berlin", week=((Span(0, 360),),) * 7)
    for day, hours in ((28, 6), (29, 5)):
        begins = datetime(2026, 3, day - 1, 12, tzinfo=UTC)
        assert worked(night, begins, begins + timedelta(days=1)) == timedelta(hours=hours)
    begins = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert worked(night, begins, begins + timedelta(days=1)) == timedelta(hours=7)


def test_round_the_clock_is_the_time_that_goes_by():
    start, span = datetime(2026, 3, 29, 0, 30, 7, tzinfo=UTC), timedelta(minutes=90)
    assert after(ROUND_THE_CLOCK, start, span) == start + span
    assert worked(ROUND_THE_CLOCK, start, start + span) == span


def test_no_amount_of_work_is_ever_done_where_nobody_works():
    never = Calendar(name="never", zone="UTC", week=((),) * 7)
    assert worked(never, FIRST, LAST) == timedelta()
    with pytest.raises(NeverOpen):
        after(never, FIRST, timedelta(minutes=1))


def test_the_first_instant_of_a_shift_is_working_time_and_the_last_is_not():
    for text, expected in (("07:59:59", False), ("08:00:00", True), ("15:59:59", True), ("16:00:00", False)):
        instant = datetime.fromisoformat(f"2026-11-25T{text}+00:00")
        assert is_open(BERLIN, instant) is expected
