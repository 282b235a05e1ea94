"""How figures read: numbers, lengths of time, and the comparison with the days before."""

from flask_babel import format_decimal

from firstline.i18n import gettext as _
from firstline.i18n import percent
from incidents.reports.counting import Value
from incidents.reports.figures import Unit

MINUTE, HOUR, DAY = 60, 3600, 86_400
THOUSAND = 1000
MANY_HOURS = 24
LEVEL, LEVEL_POINTS = 0.005, 0.0005
"""A change smaller than this part, of shares than a twentieth of a point, reads as no change."""


def value_words(value: Value) -> str:
    """The figure, or that it is not known."""
    number = value.number
    if number is None:
        return _("not known")
    match value.figure.unit:
        case Unit.SHARE:
            return percent(number, digits=1)
        case Unit.DURATION:
            return length(number)
        case Unit.MINUTES:
            return work(number)
    return str(format_decimal(number))


def short(value: Value) -> str:
    """The figure in four letters, for a column of a chart; empty where it is not known."""
    number = value.number
    if number is None:
        return ""
    match value.figure.unit:
        case Unit.SHARE:
            return percent(number)
        case Unit.DURATION:
            return short_length(number)
        case Unit.MINUTES:
            return f"{number / 60:.0f}h" if number >= 60 else f"{number:.0f}m"
    return f"{number:.0f}" if number < THOUSAND else f"{number / THOUSAND:.0f}k"


def short_length(seconds: float) -> str:
    """“3d”, “2h”, “5m”: the largest part."""
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if seconds >= size:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"


def length(seconds: float) -> str:
    """“3 d 4 h”, “2 h 5 min”, “40 s”: the two largest parts."""
    whole = round(seconds)
    if whole < MINUTE:
        return _("%(n)s s", n=whole)
    if whole < HOUR:
        return _("%(n)s min", n=round(whole / MINUTE))
    if whole < DAY:
        hours, rest = divmod(whole, HOUR)
        return _("%(h)s h %(m)s min", h=hours, m=rest // MINUTE)
    days, rest = divmod(whole, DAY)
    return _("%(d)s d %(h)s h", d=days, h=rest // HOUR)


def work(minutes: float) -> str:
    """Time people spent, in hours: nobody works days of 24."""
    hours = minutes / 60
    return _("%(n)s h", n=format_decimal(round(hours))) if hours >= MANY_HOURS else length(minutes * MINUTE)


def compared(now: Value, before: Value) -> str:
    """In words, against the same number of days before; of shares in points."""
    if now.number is None or before.number is None:
        return _("nothing to compare with")
    if before.number == 0:
        return _("none in the days before") if now.number else _("none, as before")
    if is_level(now, before):
        return _("as in the days before")
    if now.figure.unit == Unit.SHARE:
        return _points(now.number - before.number, before)
    change = (now.number - before.number) / before.number
    part = percent(abs(change))
    if change > 0:
        return _("%(part)s more than before (%(was)s)", part=part, was=value_words(before))
    return _("%(part)s less than before (%(was)s)", part=part, was=value_words(before))


def _points(change: float, before: Value) -> str:
    points = format_decimal(abs(100 * change), "#,##0.0")
    if change > 0:
        return _("%(n)s points more than before (%(was)s)", n=points, was=value_words(before))
    return _("%(n)s points less than before (%(was)s)", n=points, was=value_words(before))


def is_level(now: Value, before: Value) -> bool:
    """Whether the change is too small to speak of."""
    one, other = now.number, before.number
    if one is None or other is None or one == other:
        return one == other
    if now.figure.unit == Unit.SHARE:
        return abs(one - other) < LEVEL_POINTS
    return abs(one - other) < LEVEL * other


def verdict(now: Value, before: Value) -> str:
    """`good`, `bad` or nothing, where one way is better."""
    is_low = now.figure.is_better_low
    if is_low is None or now.number is None or before.number is None or is_level(now, before):
        return ""
    return "good" if (now.number < before.number) == is_low else "bad"
