"""When somebody works: “Mon-Fri 08:00-16:30, Sat 10:00-12:00”, in their own zone.

A range that ends before it begins goes on until the next morning.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from firstline.i18n import gettext as _
from incidents.errors import Invalid

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PART = re.compile(
    r"\A(?P<first>[a-z]{3})[a-z]*(?:\s*-\s*(?P<last>[a-z]{3})[a-z]*)?\s+"
    r"(?P<begins>\d{1,2}(?::\d{2})?)\s*-\s*(?P<ends>\d{1,2}(?::\d{2})?)\Z",
    re.IGNORECASE,
)
DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class Span:
    """One piece of a week: weekday 0 is Monday, minutes from midnight; `ends` may lie on the next day."""

    weekday: int
    begins: int
    ends: int


def parse(text: str) -> tuple[Span, ...]:
    """The pieces a text names; raises `Invalid` with an example."""
    parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
    return tuple(span for part in parts for span in _spans(part))


def is_on(text: str, zone: ZoneInfo, at: datetime) -> bool:
    """Whether somebody with these hours works at this moment; without hours they always do."""
    if not text.strip():
        return True
    here = at.astimezone(zone)
    minute = here.hour * 60 + here.minute
    return any(_covers(span, here.weekday(), minute) for span in parse(text))


def _covers(span: Span, weekday: int, minute: int) -> bool:
    if span.weekday == weekday and span.begins <= minute < span.ends:
        return True
    return (span.weekday + 1) % 7 == weekday and minute < span.ends - DAY_MINUTES


def _spans(part: str) -> Iterator[Span]:
    match = PART.match(part)
    if match is None:
        raise _wrong(part)
    first, last = _day(match["first"], part), _day(match["last"] or match["first"], part)
    begins, ends = _minute(match["begins"], part), _minute(match["ends"], part)
    for step in range((last - first) % 7 + 1):
        yield Span((first + step) % 7, begins, ends if ends > begins else ends + DAY_MINUTES)


def _day(name: str, part: str) -> int:
    if name.title() not in DAYS:
        raise _wrong(part)
    return DAYS.index(name.title())


def _minute(text: str, part: str) -> int:
    hour, _colon, minute = text.partition(":")
    minutes = int(hour) * 60 + int(minute or 0)
    if minutes > DAY_MINUTES or int(minute or 0) > 59:
        raise _wrong(part)
    return minutes


def _wrong(part: str) -> Invalid:
    return Invalid(
        _("“%(part)s” is no time of work. Write it like “Mon-Fri 08:00-16:30”.", part=part[:40]),
        field="shift",
    )
