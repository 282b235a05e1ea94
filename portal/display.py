"""How things are shown: words, icons and times, the same everywhere."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, dates
from flask import Flask
from flask_babel import (
    format_date,
    format_datetime,
    format_decimal,
    format_time,
    format_timedelta,
    get_locale,
    to_user_timezone,
)
from markupsafe import Markup, escape

from firstline import clock
from firstline.i18n import gettext, percent
from firstline.i18n import lazy_gettext as _
from incidents.models import Channel, Incident, Level, State
from incidents.people import first_name
from incidents.reach import NAMES as REACHES
from incidents.reach import Source, source_of
from incidents.resolutions.models import Score

CHANNELS = {
    Channel.PORTAL: ("world", _("Portal")),
    Channel.CHAT: ("message-chatbot", _("Chat")),
    Channel.MAIL: ("mail", _("Mail")),
    Channel.PHONE: ("phone", _("Phone")),
    Channel.WALK_UP: ("walk", _("Walk-up")),
    Channel.API: ("link", _("Interface")),
    Channel.MONITORING: ("activity", _("Monitoring")),
}
STATES = {
    State.OFFERED: ("bulb", "azure", _("Fixes to try")),
    State.QUEUED: ("inbox", "blue", _("With support")),
    State.IN_PROGRESS: ("headset", "indigo", _("Being worked on")),
    State.WAITING: ("clock-pause", "yellow", _("With support")),
    State.RESOLVED: ("circle-check", "green", _("Solved")),
    State.CLOSED: ("archive", "secondary", _("Closed")),
    State.CANCELLED: ("circle-x", "secondary", _("Cancelled")),
    State.MERGED: ("git-merge", "secondary", _("Joined with another")),
}
"""Icon, Tabler colour, and the word an employee reads."""

STATES_FOR_SUPPORT = {
    State.OFFERED: _("Self-help"),
    State.QUEUED: _("Queued"),
    State.IN_PROGRESS: _("In progress"),
    State.WAITING: _("Waiting"),
    State.RESOLVED: _("Resolved"),
    State.CLOSED: _("Closed"),
    State.CANCELLED: _("Cancelled"),
    State.MERGED: _("Merged"),
}
PRIORITIES = {
    1: ("red", _("Critical")),
    2: ("orange", _("High")),
    3: ("yellow", _("Medium")),
    4: ("blue", _("Low")),
    5: ("secondary", _("Planned")),
}
SCORES = {
    Score.GREAT: ("mood-happy", _("Great")),
    Score.OKAY: ("mood-empty", _("Okay")),
    Score.NOT_GOOD: ("mood-sad", _("Not good")),
}
LEVELS = {Level.LOW: _("Low"), Level.MEDIUM: _("Medium"), Level.HIGH: _("High")}
KILOBYTE = 1024
CLOCK = "HH:mm"


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        CHANNELS=CHANNELS,
        STATES=STATES,
        STATES_FOR_SUPPORT=STATES_FOR_SUPPORT,
        PRIORITIES=PRIORITIES,
        LEVELS=LEVELS,
        REACHES=REACHES,
        SCORES=SCORES,
        now=clock.now,
        get_locale=get_locale,
    )
    app.jinja_env.filters.update(
        sure=percent_sure,
        moment=moment,
        ago=ago,
        until=until,
        age=age,
        brief=brief,
        day=day,
        weekday_date=weekday_date,
        wall=wall,
        file_size=file_size,
        percent=percent,
        decimal=decimal,
        state_words=state_words,
        why_impact=why_impact,
        initials=initials,
        first_name=first_name,
    )


def percent_sure(chance: float) -> int:
    """A chance of 0 to 1 in percent; never 100, since what was guessed is not known."""
    return min(99, round(100 * chance))


def state_words(incident: Incident) -> str:
    """Where it stands, in an employee's words."""
    if incident.state == State.WAITING and incident.waiting_on == "requester":
        return gettext("Waiting for you")
    return str(STATES[State(incident.state)][2])


def why_impact(incident: Incident) -> str:
    """What the impact of an incident rests on, in a sentence."""
    return {
        Source.SAID: gettext("Impact by who has it and how critical the service is."),
        Source.READ: gettext("Impact by who has it, as read in the words."),
        Source.COUNTED: gettext("Impact by how many people have it: %(n)s.", n=incident.affected_count),
        Source.SET: gettext("Impact as it was set."),
        Source.UNKNOWN: gettext("Low impact, since nobody said more."),
    }[source_of(incident)]


def moment(at: datetime | None) -> Markup:
    """“10:12” today, “Mon 10:12” within a week, else with the date."""
    if at is None:
        return Markup("–")
    here, today = to_user_timezone(at), to_user_timezone(clock.now())
    away = abs((here.date() - today.date()).days)
    if away == 0:
        return _time_tag(at, format_time(at, CLOCK))
    if away < 7:
        return _time_tag(at, f"{format_date(here, 'EEE', rebase=False)} {format_time(at, CLOCK)}")
    return _time_tag(at, f"{_date(here, today)}, {format_time(at, CLOCK)}")


def day(at: datetime | None) -> Markup:
    """The date alone."""
    if at is None:
        return Markup("–")
    return _time_tag(at, _date(to_user_timezone(at), to_user_timezone(clock.now())))


def ago(at: datetime | None) -> Markup:
    """“5 minutes ago”."""
    if at is None:
        return Markup("–")
    return _time_tag(at, format_timedelta(at - clock.now(), add_direction=True))


def until(at: datetime) -> Markup:
    """“in 40 min”, or how long it is overdue."""
    return _time_tag(
        at, dates.format_timedelta(at - clock.now(), format="short", add_direction=True, locale=get_locale())
    )


def age(at: datetime, now: datetime) -> Markup:
    """How old it is at `now`, for a narrow column."""
    words = escape(brief(now - at))
    return Markup(f'<time datetime="{at.isoformat()}">{words}</time>')  # noqa: S704 - escaped above


def brief(span: timedelta) -> str:
    """“5m”, “3h”, “2d”: a length of time for a narrow column, a minute at least."""
    return _brief(max(1, abs(span) // timedelta(minutes=1)), get_locale())


@lru_cache(maxsize=5000)
def _brief(minutes: int, locale: Locale | None) -> str:
    return dates.format_timedelta(timedelta(minutes=minutes), format="narrow", threshold=1.5, locale=locale)


def weekday_date(at: date) -> str:
    """“Mon 23 Nov”."""
    return format_date(at, gettext("EEE d MMM"), rebase=False)


def wall(at: datetime, zone: str, *, end: bool = False) -> str:
    """What the clock on the wall reads in a zone; an end at midnight is the end of its day."""
    words = at.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    return "24:00" if end and words == "00:00" else words


def decimal(number: float) -> str:
    """With one digit behind the point or comma."""
    return format_decimal(number, "#,##0.0")


def file_size(size: int) -> str:
    """“340 kB”."""
    if size < KILOBYTE**2:
        return f"{max(1, round(size / KILOBYTE))} kB"
    return f"{format_decimal(size / KILOBYTE**2, '#,##0.#')} MB"


def initials(name: str) -> str:
    """At most two letters that stand for a face."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def _date(here: datetime, today: datetime) -> str:
    pattern = gettext("d MMM") if here.year == today.year else gettext("d MMM y")
    return format_date(here, pattern, rebase=False)


def _time_tag(at: datetime, words: str) -> Markup:
    whole = escape(format_datetime(at, f"{gettext('EEEE, d MMMM y')}, {CLOCK}"))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), whole, words)
