"""The queue: one list over all channels, its views, and what changed since one looked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline import clock
from firstline.i18n import gettext as _
from incidents import queue, selfhelp, sla, views
from incidents.errors import Refused
from incidents.listed import Listed
from incidents.policy import Action, may
from incidents.queue import Filter
from incidents.search.conditions import named_wrong
from incidents.search.language import EXAMPLES, MEANINGS, Query, parse, write
from incidents.views import View
from portal.access import person
from portal.errors import status_of

PAGE = 50
MOST_ASKED = 500
SETTLED = frozenset({"resolved", "closed", "cancelled", "merged", "any"})
BY_HAND = ("state", "team", "assignee")
"""Filters that the page offers as fields; what is chosen there is written into the query."""


def show() -> str:
    """The whole page; `?cursor=` goes on where the page before ended."""
    return render()


def render(refusal: Refused | None = None) -> str:
    """The page of the query in the address; with a refusal, why its view was not saved."""
    query = parse(_typed())
    return render_template(
        "support/queue.html",
        teams=views.teams(),
        owners=views.owners(),
        refusal=refusal,
        may_share_out=may(person(), Action.SHARE_OUT),
        may_see_satisfaction=may(person(), Action.SEE_SATISFACTION),
        **_listed(query),
    )


def rows() -> str:
    """Of the incidents that changed: the rows that are shown anew, and how many came and went."""
    query = parse(_typed())
    changed, shown, come = (_ids(name) for name in ("changed", "shown", "come"))
    found = {one.id: one for one in queue.among(person(), _filter(query), changed | come)}
    new = [one.id for one in found.values() if one.id not in shown and _is_on_this_page(query, one)]
    incidents = [one for one in found.values() if one.id in shown]
    return render_template(
        "support/_changes.html",
        come=new,
        gone=sorted((changed & shown) - set(found)),
        everything="everything" in request.args,
        views=_views(query),
        here=url_for("support.queue", **_asked(query)),
        **_rows(incidents),
    )


def save_view() -> ResponseReturnValue:
    """Keep the query of the page under a name."""
    try:
        view = views.save(
            person(), name=request.form.get("name", ""), query=_typed(), is_shared="shared" in request.form
        )
    except Refused as refusal:
        return render(refusal), status_of(refusal)
    flash(_("The view “%(name)s” is kept.", name=view.name), "success")
    return redirect(url_for("support.queue", q=view.query or None), 303)


def drop_view(view_id: int) -> ResponseReturnValue:
    """Take a view away; its query stays on the page, so that one can save it again."""
    view = views.drop(person(), view_id)
    flash(_("The view “%(name)s” is gone. Its search is still here: save it again to undo.", name=view.name))
    return redirect(url_for("support.queue", q=view.query or None), 303)


def view_url(query: str) -> str:
    """The address of a view."""
    return url_for("support.queue", q=query)


def _typed() -> str:
    chosen = {key: request.args[key].strip() for key in BY_HAND if key in request.args}
    text = request.values.get("q", "").strip()
    return write(text, chosen) if chosen else text


def _filter(query: Query) -> Filter:
    state = "open" if views.is_open_only(query) else ""
    return Filter(q=query.text, state=state, leads_only=views.leads_only(query))


def _is_settled(query: Query) -> bool:
    """Whether the list is of what is over: that has no clock, the newest is first there."""
    return bool(SETTLED.intersection(query.values_of("state")))


def _listed(query: Query) -> dict[str, Any]:
    cursor = request.args.get("cursor") or None
    # Read before the list: what changes meanwhile is told once more, never missed.
    since = views.told_by_now()
    ask = queue.newest if _is_settled(query) else queue.work
    page = ask(person(), _filter(query), cursor=cursor, limit=PAGE)
    if not page.incidents:
        query = replace(query, troubles=(*query.troubles, *named_wrong(query)))
    return {
        "query": query,
        "query_examples": EXAMPLES,
        "query_meanings": MEANINGS,
        "page": page,
        "since": since,
        "views": _views(query),
        "asked": _asked(query),
        "cursor": cursor or "",
        **_rows(page.incidents),
    }


def _rows(incidents: Sequence[Listed]) -> dict[str, Any]:
    return {
        "incidents": incidents,
        "tried": selfhelp.tried_counts([incident.id for incident in incidents]),
        "clocks": sla.readings(one for one in incidents if one.is_open),
        "at": clock.now(),
    }


def _views(query: Query) -> list[tuple[View, str, bool]]:
    me = person()
    meant = _meaning(query)
    found = [*views.standard(me), *views.saved(me)]
    return [(view, view_url(view.query), _meaning(parse(view.query)) == meant) for view in found]


def _meaning(query: Query) -> frozenset[tuple[object, ...]]:
    return parse(f"state:open {query.text}").meaning if views.is_open_only(query) else query.meaning


def _is_on_this_page(query: Query, incident: Listed) -> bool:
    """Whether an incident that came would stand between the ends of the page that is shown."""
    until, cursor = request.args.get("until"), request.args.get("cursor")
    if _is_settled(query):
        return not cursor
    return (not until or queue.is_before(incident, until)) and not (
        cursor and queue.is_before(incident, cursor)
    )


def _asked(query: Query) -> dict[str, Any]:
    return {"q": query.text} if query.text.strip() else {}


def _ids(name: str) -> set[int]:
    given = request.args.get(name, "").split(",")[:MOST_ASKED]
    return {int(part) for part in given if part.isdecimal() and len(part) < 10}
