"""Working days on a calendar: dates on which somebody works at all."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from incidents.sla.calendars import Calendar


def after_working_days(calendar: Calendar, start: datetime, days: int) -> datetime:
    """The same time of day, this many working days later; on a calendar without any, plain days."""
    local = start.astimezone(ZoneInfo(calendar.zone))
    if not calendar.is_ever_open:
        return (local + timedelta(days=days)).astimezone(start.tzinfo)
    while days:
        local += timedelta(days=1)
        days -= bool(calendar.week[local.weekday()]) and not calendar.is_off(local.date())
    return local.astimezone(start.tzinfo)
