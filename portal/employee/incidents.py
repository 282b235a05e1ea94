"""My incidents: the list, and one of them with its story."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incidents import queue, selfhelp
from incidents.models import Incident
from incidents.notices import inbox
from incidents.policy import Action, may
from incidents.remediations import offering
from incidents.resolutions import rating
from portal.access import person
from portal.employee import relations, story

MOST = 100


def index() -> str:
    show_all = request.args.get("show") == "all"
    found = queue.mine(person(), open_only=not show_all, limit=MOST)
    return render_template("employee/incidents.html", incidents=found, show_all=show_all)


def show(number: str) -> str:
    incident = own(number)
    inbox.read_of(person(), incident)
    return page(incident)


def logged(number: str) -> str:
    """Where a report leads: its number first, then what may solve it at once."""
    return page(own(number), just_logged=True)


def own(number: str) -> Incident:
    """One's own incident; support is led to its own page of somebody else's."""
    me = person()
    incident = queue.find(me, number)
    if incident.requester_id != me.id and may(me, Action.SEE_QUEUE):
        abort(redirect(url_for("support.incident", number=incident.number)))
    return incident


def page(
    incident: Incident, *, just_logged: bool = False, errors: dict[str, str] | None = None, text: str = ""
) -> str:
    lines = story.tell(person(), incident)
    return render_template(
        "employee/incident.html",
        incident=incident,
        lines=lines,
        steps=story.steps(incident, lines),
        may_be_rated=rating.may_be_rated(incident),
        rated=rating.of_present(incident),
        fixes=selfhelp.fixes_of(incident.id),
        remediations=offering.for_requester(incident),
        remediation_run=offering.latest_of(incident),
        held_out=just_logged and selfhelp.was_held_out(incident.id),
        just_logged=just_logged,
        errors=errors or {},
        **relations.for_page(incident),
        text=text,
    )


def see(incident: Incident) -> ResponseReturnValue:
    """Back to the page of this incident, after something was done to it."""
    return redirect(url_for("employee.incident", number=incident.number), 303)
