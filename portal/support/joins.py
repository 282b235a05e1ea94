"""Joining and parting incidents: what looks alike, merges, parents and children."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import queue
from incidents.errors import Refused
from incidents.kinship import joining
from incidents.models import Incident, number_of
from portal.access import person
from portal.errors import status_of
from portal.support import incident as page


def same(number: str, other: str) -> ResponseReturnValue:
    """The two that look alike are one trouble."""
    them = queue.find(person(), other)
    return _do(number, "", lambda one: joining.join(one.id, them.id, by=person()))


def apart(number: str, other: str) -> ResponseReturnValue:
    """The two that look alike are not the same."""
    them = queue.find(person(), other)
    return _do(number, "", lambda one: joining.tell_apart(one.id, them.id, by=person()))


def join(number: str) -> ResponseReturnValue:
    """Merge into, or make a child of, the incident whose number was typed."""

    def put_together(one: Incident) -> None:
        other_id = joining.other_by_number(person(), request.form.get("other", ""))
        given = request.form.get("seen", "")
        seen = int(given) if given.isdecimal() else None
        if request.form.get("way") == "merge":
            joining.merge(one.id, other_id, by=person(), note=request.form.get("note", "").strip(), seen=seen)
        else:
            follows = "follows" in request.form
            joining.adopt(one.id, other_id, by=person(), follows=follows, seen=seen)

    return _do(number, "join", put_together)


def part(number: str) -> ResponseReturnValue:
    """Take back a merge, or take a child from its parent."""

    def take_back(one: Incident) -> None:
        deed = joining.split if one.merged_into_id else joining.part
        deed(one.id, by=person())
        flash(_("%(number)s goes on by itself.", number=number_of(one.id)), "success")

    return _do(number, "", take_back)


def _do(number: str, doing: str, deed: Callable[[Incident], object]) -> ResponseReturnValue:
    incident = queue.find(person(), number)
    try:
        deed(incident)
    except Refused as refusal:
        return page.render(incident, doing=doing, refusal=refusal), status_of(refusal)
    back = request.form.get("back", "") or incident.number
    return redirect(url_for("support.incident", number=back), 303)
