"""The report on self-help: its time, its channel, its figures, and the same as a file."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flask import Response, render_template, request
from flask_babel import format_decimal, format_percent

from firstline import clock
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext as later
from incidents import holdout, holdout_effect, selfservice
from incidents.errors import Invalid
from incidents.models import Channel
from incidents.selfservice import SORTS, Wanted
from knowledge_base.intervals import FEW, Difference, Share
from portal.outcomes import sheet

SPANS = {28: later("4 weeks"), 91: later("13 weeks"), 365: later("A year")}
USUAL = 91
SHOWN_BY = tuple(channel for channel in Channel if channel != Channel.MONITORING)
MOST_ARTICLES = 25
HOUR = 60
DAY = 24 * HOUR
UNKNOWN = "–"
EARLIEST, LATEST = 2000, 2099


@dataclass(frozen=True)
class Chosen:
    """What the form says; `last` is a day that is counted."""

    first: date
    last: date
    channel: str
    sort: str

    @property
    def wanted(self) -> Wanted:
        """From the first moment of the first day to the last moment of the last (UTC)."""
        return Wanted(
            since=_midnight(self.first), until=_midnight(self.last + timedelta(days=1)), channel=self.channel
        )

    def link(self, **changes: str) -> dict[str, str]:
        """The same choice as arguments of an address, with changes."""
        chosen = {"from": self.first.isoformat(), "to": self.last.isoformat(), "channel": self.channel}
        return {**chosen, "sort": self.sort, **changes}


def show() -> str:
    chosen, refusal = _chosen()
    draws = holdout.draws()
    drawn = next((one for one in draws if one.id == request.args.get("draw", type=int)), None)
    drawn = drawn or next(iter(draws), None)
    found = selfservice.measure(chosen.wanted, sort=chosen.sort)
    return render_template(
        "outcomes/index.html",
        chosen=chosen,
        refusal=refusal,
        found=found,
        weeks=sorted(found.weeks.items(), reverse=True),
        articles=found.articles if "all" in request.args else found.articles[:MOST_ARTICLES],
        running=holdout.running(),
        draws=draws,
        compared=holdout_effect.compare(drawn) if drawn else None,
        spans=_spans(),
        channels=SHOWN_BY,
        FEW=FEW,
        percent=percent,
        points=points,
        minutes=minutes,
        minutes_apart=minutes_apart,
    )


def download() -> Response:
    """Every figure of the page, one row a group, for those who count on."""
    chosen, _refusal = _chosen()
    found = selfservice.measure(chosen.wanted, sort=chosen.sort)
    answer = Response(sheet.write(found), mimetype="text/csv")
    name = f"self-help-{chosen.first}-{chosen.last}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def percent(share: Share) -> dict[str, str]:
    """A share in words: its value, its interval, and what it is counted of."""
    if share.value is None:
        return {"value": UNKNOWN, "interval": _("nothing to count yet"), "of": ""}
    low, high = share.interval
    interval = _("%(low)s to %(high)s", low=format_percent(low), high=format_percent(high))
    of = _("%(count)s of %(of)s", count=format_decimal(share.count), of=format_decimal(share.of))
    return {"value": format_percent(share.value), "interval": interval, "of": of}


def points(apart: Difference) -> str:
    """A difference of shares in percentage points, with its interval."""
    value, low, high = (_signed(100 * end) for end in (apart.value, apart.low, apart.high))
    return _("%(value)s points (%(low)s to %(high)s)", value=value, low=low, high=high)


def minutes(value: float | None) -> str:
    """A time one can read: minutes, hours or days."""
    if value is None:
        return UNKNOWN
    if value < 2 * HOUR:
        return _("%(many)s min", many=format_decimal(round(value)))
    if value < 2 * DAY:
        return _("%(many)s h", many=format_decimal(round(value / HOUR, 1)))
    return _("%(many)s days", many=format_decimal(round(value / DAY, 1)))


def minutes_apart(apart: Difference) -> str:
    """By how much the one is shorter or longer, with the interval in minutes."""
    low, high = _signed(apart.low), _signed(apart.high)
    told = minutes(abs(apart.value))
    first = _("%(time)s sooner", time=told) if apart.value < 0 else _("%(time)s later", time=told)
    return _("%(first)s (%(low)s to %(high)s min)", first=first, low=low, high=high)


def _signed(value: float) -> str:
    told = format_decimal(round(abs(value)))
    return told if told == "0" else f"+{told}" if value > 0 else f"−{told}"


def _chosen() -> tuple[Chosen, str]:
    """What was asked for, else the usual time with a sentence that says what was wrong."""
    today = clock.now().date()
    usual = (today - timedelta(days=USUAL - 1), today)
    try:
        (first, last), refusal = _days(usual), ""
    except Invalid as refused:
        (first, last), refusal = usual, refused.sentence
    channel, sort = request.args.get("channel", ""), request.args.get("sort", "")
    return Chosen(
        first,
        last,
        channel if channel in set(SHOWN_BY) else "",
        sort if sort in SORTS else "offered",
    ), refusal


def _days(usual: tuple[date, date]) -> tuple[date, date]:
    given = [request.args.get(name, "").strip() for name in ("from", "to")]
    try:
        first, last = (
            date.fromisoformat(text) if text else other for text, other in zip(given, usual, strict=True)
        )
    except ValueError as error:
        raise Invalid(_("Write each day as year-month-day, such as 2026-11-24.")) from error
    if first > last:
        raise Invalid(_("The first day lies after the last. Choose them the other way round."))
    if first.year < EARLIEST or last.year > LATEST:
        raise Invalid(_("Choose days of this century."))
    return first, last


def _spans() -> list[tuple[str, str, str]]:
    """Ready-made times: what they are called, their first and their last day."""
    today = clock.now().date()
    return [
        (str(name), (today - timedelta(days=days - 1)).isoformat(), today.isoformat())
        for days, name in SPANS.items()
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
