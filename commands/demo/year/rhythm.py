"""When people report: the hours of a day, the days of a week, holidays and seasons of a year."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from incidents.sla.calendars import Calendar

DAYS = 365
HOURS = (
    *(0.01,) * 6, 0.08, 0.4, 1.6, 2.0, 1.8, 1.4, 0.8, 1.2, 1.35, 1.1, 0.8, 0.4, 0.15, *(0.07,) * 3, 0.03, 0.01,
)  # fmt: skip
"""By hour of the local day, from midnight on."""
WEEK = (1.35, 1.1, 1.0, 0.95, 0.8, 0.07, 0.05)
"""From Monday on: what broke over the weekend is found then."""
MONTHS = (1.25, 1.05, 1.05, 0.95, 0.9, 0.95, 0.75, 0.65, 1.2, 1.15, 1.1, 0.8)
OFF = 0.1
"""What is left of it on a public holiday."""


def times(chance: random.Random, count: int, calendar: Calendar, now: datetime) -> list[datetime]:
    """So many moments of the year before now, in order."""
    begin = now - timedelta(days=DAYS)
    hours = [begin + timedelta(hours=number) for number in range(DAYS * 24)]
    weights = [weight(at, calendar) for at in hours]
    drawn = chance.choices(hours, weights, k=count)
    return sorted(at + timedelta(seconds=chance.randrange(3_600)) for at in drawn)


def weight(at: datetime, calendar: Calendar) -> float:
    """How much is reported at this hour, about 1 at a usual one."""
    local = at.astimezone(ZoneInfo(calendar.zone))
    usual = HOURS[local.hour] * WEEK[local.weekday()] * MONTHS[local.month - 1]
    return usual * (OFF if calendar.is_off(local.date()) else 1)


def gone(at: datetime, now: datetime) -> float:
    """How much of the year had gone by then, 0 to 1."""
    return 1 - (now - at) / timedelta(days=DAYS)
