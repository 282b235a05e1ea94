"""Working hours as people write them: “09:00-12:00, 13:00-17:00” for a day, dates one a line."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.sla.calendars import MINUTES_A_DAY

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"\A(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?\Z")


def read_week(texts: Sequence[str]) -> list[list[list[int]]]:
    """Seven days from Monday on; raises `Invalid` with the day as its field."""
    week = [read_day(text, field=day) for day, text in zip(DAYS, texts, strict=True)]
    if not any(week):
        raise Invalid(
            _("Nobody would ever work by this calendar. Give at least one day its hours."), field="mon"
        )
    return week


def read_day(text: str, *, field: str) -> list[list[int]]:
    """The spans of one day in minutes, in order; an empty text is a day without work."""
    spans = sorted(_read_span(part.strip(), field) for part in text.split(",") if part.strip())
    for before, following in pairwise(spans):
        if following[0] < before[1]:
            raise Invalid(_("Two times of one day overlap. Write them apart."), field=field)
    return spans


def write_day(spans: Sequence[Sequence[int]]) -> str:
    """As `read_day` reads it."""
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def read_dates(text: str) -> list[str]:
    """The dates in a text, each once and in order, as ISO dates."""
    parts = text.replace(",", " ").split()
    try:
        return sorted({date.fromisoformat(part).isoformat() for part in parts})
    except ValueError as error:
        raise Invalid(
            _("Write each day off as year, month and day, such as 2026-12-24."), field="days_off"
        ) from error


def _read_span(part: str, field: str) -> list[int]:
    match = SPAN.match(part)
    if match is None:
        raise Invalid(
            _("“%(part)s” is no time. Write it like 09:00-12:00, 13:00-17:00.", part=part[:30]), field=field
        )
    first, first_minute, last, last_minute = (int(group or 0) for group in match.groups())
    start, end = first * 60 + first_minute, last * 60 + last_minute
    if end > MINUTES_A_DAY or first_minute > 59 or last_minute > 59:
        raise Invalid(_("A day ends at 24:00, and an hour at 59."), field=field)
    if end <= start:
        raise Invalid(
            _("It must end after it begins. A night is 22:00-24:00, and 00:00-06:00 on the next day."),
            field=field,
        )
    return [start, end]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
