"""How a clock is shown, the same in the queue, on the incident and wherever else it is."""

from datetime import timedelta

from flask import Flask
from markupsafe import Markup, escape

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.sla import Measure, Reading, Standing

MEASURES = {
    Measure.RESPOND: lazy_gettext("Answer"),
    Measure.UPDATE: lazy_gettext("News"),
    Measure.RESOLVE: lazy_gettext("Solve"),
}
DATES = {
    Measure.RESPOND: lazy_gettext("Respond by"),
    Measure.UPDATE: lazy_gettext("Next news by"),
    Measure.RESOLVE: lazy_gettext("Resolve by"),
}
LONG = timedelta(hours=10)
STOPPED = frozenset({Standing.PAUSED, Standing.OFF_HOURS})
MINUTE = timedelta(minutes=1)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["DUE_DATES"] = DATES
    app.jinja_env.filters.update(working_time=working_time, clock_face=face, clock_story=story)


def face(read: Reading) -> Markup:
    """The clock of an incident: words, a bar, and the whole story in its title."""
    told, title = escape(words(read)), escape(story(read))
    look = (
        f"due due-{share(read)}{' due-over' * read.is_breached}{' due-paused' * (read.standing in STOPPED)}"
    )
    bar = f'<span class="due-words">{told}</span><span class="due-bar"></span>'
    return Markup(f'<span class="{look}" title="{title}">{bar}</span>')  # noqa: S704 - escaped above


def working_time(span: timedelta) -> str:
    """“45m”, “3h 20m”, “39h”: never days, for a working day has no fixed length."""
    minutes = abs(span) // MINUTE
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(m)sm", m=rest)
    return _("%(h)sh", h=hours) if abs(span) >= LONG or not rest else _("%(h)sh %(m)sm", h=hours, m=rest)


def words(read: Reading) -> str:
    """What stands in a narrow column."""
    if read.next is None or read.remaining is None:
        return "–"
    if read.is_breached:
        return _("%(time)s over", time=working_time(read.remaining))
    if read.standing == Standing.PAUSED:
        return _("%(time)s, paused", time=working_time(read.remaining))
    return working_time(read.remaining)


def story(read: Reading) -> str:
    """The same in a sentence: what is due, how long that is off, and whether the clock goes."""
    if read.next is None or read.remaining is None:
        return _("Nothing is due.")
    left = working_time(read.remaining)
    what = MEASURES[read.next.measure]
    said = _("%(what)s: %(time)s of working time left.", what=what, time=left)
    if read.is_breached:
        said = _("%(what)s: over by %(time)s of working time.", what=what, time=left)
    return f"{said} {_going(read)}".strip()


def share(read: Reading) -> int:
    """How much of the time for what is due next is left, in tenths; 0 when it is over."""
    return round(10 * read.next.share_left) if read.next else 0


def _going(read: Reading) -> str:
    if read.standing == Standing.OFF_HOURS:
        return _("It is out of hours, so nothing is counted now.")
    if read.standing != Standing.PAUSED:
        return ""
    if read.paused_on == "vendor":
        return _("The clock stands while we wait for the vendor.")
    return _("The clock stands while we wait for the requester.")
