"""Times of work as people write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.errors import Invalid
from incidents.routing.shifts import DAYS, is_on, parse

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "at", "works"),
    [
        ("", MONDAY, True),
        ("Mon-Fri 08:00-16:30", MONDAY.replace(hour=8), True),
        ("Mon-Fri 08:00-16:30", MONDAY.replace(hour=16, minute=30), False),
        ("Mon-Fri 08:00-16:30", MONDAY + timedelta(days=5, hours=9), False),
        ("monday-friday 8-16; sat 10-12", MONDAY + timedelta(days=5, hours=11), True),
        ("Sun 22:00-06:00", MONDAY.replace(hour=5, minute=59), True),
        ("Sun 22:00-06:00", MONDAY.replace(hour=6), False),
        ("Sat-Mon 10-12", MONDAY.replace(hour=11), True),
        ("Sat-Mon 10-12", MONDAY + timedelta(days=1, hours=11), False),
        ("Mon 00:00-24:00", MONDAY.replace(hour=23, minute=59), True),
        # Ten in Berlin is nine in UTC, in summer eight.
        ("Mon 10-11", datetime(2026, 11, 23, 9, 30, tzinfo=UTC), True),
        ("Mon 10-11", datetime(2026, 6, 22, 8, 30, tzinfo=UTC), True),
    ],
)
def test_somebody_works_when_their_shift_says_so(text, at, works):
    assert is_on(text, BERLIN, at) is works


@pytest.mark.parametrize(
    "text", ["always", "Mon 25-26", "Foo 8-9", "Mon 8:70-9", "Mon-Fri", "8-16", "Mon 24:30-25:00"]
)
def test_what_cannot_be_read_is_refused_with_an_example(text):
    with pytest.raises(Invalid, match="Mon-Fri 08:00-16:30"):
        parse(text)


@given(st.integers(0, 6), st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 7 * 1440 - 1))
def test_a_shift_covers_exactly_its_minutes_of_the_week(weekday, begins, ends, minute):
    text = f"{DAYS[weekday]} {begins // 60:02}:{begins % 60:02}-{ends // 60:02}:{ends % 60:02}"
    length = (ends - begins) % 1440 or 1440
    since = (minute - (weekday * 1440 + begins)) % (7 * 1440)
    at = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=minute)
    assert is_on(text, ZoneInfo("UTC"), at) is (since < length)
