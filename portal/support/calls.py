"""Logging what somebody says on the telephone."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.db import write
from firstline.i18n import gettext as _
from incidents import administration, people, services
from incidents.errors import Invalid, Refused
from incidents.intake import Report, report
from incidents.models import Channel, Level
from incidents.people import Person
from knowledge_base import suggest
from knowledge_base.models import Audience
from portal.access import person
from portal.errors import status_of
from portal.forms import new_key

MOST_CALLERS = 8
ENOUGH_TO_SEARCH = 2


def show() -> str:
    return _page()


def log() -> ResponseReturnValue:
    try:
        incident = report(_told())
    except Refused as refusal:
        return _page(refusal), status_of(refusal)
    flash(_("%(number)s is logged. Tell the caller the number.", number=incident.number), "success")
    return redirect(url_for("support.incident", number=incident.number), 303)


def callers() -> str:
    """People who might be the caller, while one types."""
    words = request.args.get("caller", "").strip()
    return render_template("support/_callers.html", found=_search(words), words=words)


def fixes() -> str:
    """Known fixes to read out to the caller."""
    words = request.args.get("description", "").strip()
    found = suggest.suggest(words, audience=Audience.SUPPORT) if words else []
    return render_template("support/_read_out.html", found=found, words=words)


def _page(refusal: Refused | None = None) -> str:
    return render_template(
        "support/call.html",
        refusal=refusal,
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        typed=request.values,
        key=request.form.get("key") or new_key(),
        services=services.list_services(),
    )


def _told() -> Report:
    form = request.form
    if not form.get("description", "").strip():
        raise Invalid(_("Write down what the caller says."), field="description")
    return Report(
        requester_id=_caller().id,
        description=form["description"],
        channel=Channel.PHONE,
        key=form.get("key") or None,
        caller=f"person:{person().id}",
        logged_by_id=person().id,
        service=form.get("service") or None,
        impact=_level("impact"),
        urgency=_level("urgency"),
    )


def _caller() -> Person:
    """Whom the address names; an unknown address becomes a contact."""
    address = request.form.get("caller", "").strip()
    found = people.find_by_address(address)
    if found is not None:
        return found
    if "@" not in address:
        raise Invalid(_("Choose the caller from the list, or write their e-mail address."), field="caller")
    with write() as session:
        return people.ensure_person(session, address)


def _search(words: str) -> Sequence[Person]:
    return administration.search_people(words, limit=MOST_CALLERS) if len(words) >= ENOUGH_TO_SEARCH else []


def _level(field: str) -> Level | None:
    given = request.form.get(field, "")
    return Level(given) if given in set(Level) else None
