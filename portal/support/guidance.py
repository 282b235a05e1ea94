"""Help beside an incident, and “wrong” to each piece of it."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import queue
from incidents.guidance import helping, verdicts
from incidents.models import Incident
from portal.access import person
from portal.support.actions import do, typed

ALIKE = {
    "category": lazy_gettext("category"),
    "service": lazy_gettext("service"),
    "priority": lazy_gettext("priority"),
}


def show(number: str) -> str:
    """The part alone for htmx, else a page of its own."""
    incident = queue.find(person(), number)
    is_part = request.headers.get("HX-Request-Type") == "partial"
    found = helping.for_incident(incident)
    return render_template(
        "support/_guidance.html" if is_part else "support/guidance.html",
        incident=incident,
        help=found,
        wrong=len(verdicts.here(incident)),
        alike_in=[ALIKE[name] for name in found.forecast.alike] if found.forecast else [],
    )


def say_wrong(number: str) -> ResponseReturnValue:
    def keep(incident: Incident, seen: int | None) -> None:
        verdicts.say_wrong(incident.id, typed("piece"), typed("subject"), by=person())
        flash(_("Thank you. It is gone here and counts less elsewhere."), "success")

    return do(number, "", keep)


def show_again(number: str) -> ResponseReturnValue:
    return do(number, "", lambda incident, seen: verdicts.take_back(incident.id, by=person()))
