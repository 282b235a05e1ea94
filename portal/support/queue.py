"""The queue: one list over all channels, its views, and what changed since one looked."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from babel import dates
from flask import render_template, request, url_for
from flask_babel import get_locale

from firstline import clock
from incidents import administration, queue, selfhelp
from incidents.models import Incident
from incidents.queue import Filter, Page
from portal.access import person

PAGE = 50
VIEWS = {
    "mine": Filter(state="open", assignee="me"),
    "unassigned": Filter(state="open", assignee="none"),
    "all": Filter(state="open"),
    "resolved": Filter(state="resolved"),
    "closed": Filter(state="closed"),
    "cancelled": Filter(state="cancelled"),
}
SETTLED = frozenset({"resolved", "closed", "cancelled", "merged"})


def show() -> str:
    """The whole page; `?cursor=` goes on where the page before ended."""
    wanted = _wanted()
    return render_template(
        "support/queue.html", wanted=wanted, teams=administration.list_teams(), **_listed(wanted)
    )


def refresh() -> str:
    """The list anew, if nothing in it moved; else only a notice, so that nothing jumps while one reads."""
    wanted = _wanted()
    listed = _listed(wanted)
    shown = [int(part) for part in request.args.get("shown", "").split(",") if part.isdecimal()]
    ids = [incident.id for incident in listed["page"].incidents]
    if ids != shown and shown:
        come, gone = len(set(ids) - set(shown)), len(set(shown) - set(ids))
        return render_template("support/_moved.html", wanted=wanted, come=come, gone=gone, **listed)
    return render_template("support/_list.html", wanted=wanted, refreshed=True, **listed)


def view_url(slug: str) -> str:
    """The address of a view; `team:slug` names one team's."""
    return url_for("support.queue", **_asked(filter_of(slug)))


def filter_of(slug: str) -> Filter:
    """What a view holds."""
    if slug.startswith("team:"):
        return Filter(state="open", team=slug.removeprefix("team:"))
    return VIEWS[slug]


def brief(span: timedelta) -> str:
    """“5m”, “3h”, “2d”: a length of time for a narrow column."""
    return dates.format_timedelta(abs(span), format="narrow", threshold=1.5, locale=get_locale())


def due_share(incident: Incident) -> int:
    """How much of the time for what is due next is left, in tenths; 0 when it is over."""
    whole = (incident.due_at - incident.created_at).total_seconds()
    left = (incident.due_at - clock.now()).total_seconds()
    return max(0, min(10, round(10 * left / whole))) if whole > 0 else 0


def _wanted() -> Filter:
    given = {name: request.args.get(name, "").strip() for name in ("q", "team", "assignee")}
    return Filter(state=request.args.get("state", "open"), **given)


def _listed(wanted: Filter) -> dict[str, Any]:
    me, cursor = person(), request.args.get("cursor") or None
    # What is over has no clock: newest first there.
    ask = queue.visible if wanted.state in SETTLED or not wanted.state else queue.work
    page: Page = ask(me, wanted, cursor=cursor, limit=PAGE)
    ids = [incident.id for incident in page.incidents]
    views: Sequence[queue.Count] = [*queue.counts(me), *queue.settled_counts(me)]
    return {
        "page": page,
        "tried": selfhelp.tried_counts(ids),
        "views": [(view, view_url(view.slug), filter_of(view.slug) == wanted) for view in views],
        "shown": ",".join(map(str, ids)),
        "asked": _asked(wanted),
        "cursor": cursor or "",
        "due_share": due_share,
        "brief": brief,
        "at": clock.now(),
    }


def _asked(wanted: Filter) -> dict[str, Any]:
    return {name: value for name, value in asdict(wanted).items() if value or name == "state"}
