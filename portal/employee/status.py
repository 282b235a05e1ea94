"""What works and what does not, by service; one click says that it stops me too."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import outages, services
from incidents.majors import telling
from portal.access import person


def show() -> str:
    running = services.known_outages(person())
    troubled = {outage.service_id for outage in running}
    ids = {outage.id for outage in running}
    return render_template(
        "employee/status.html",
        running=running,
        fine=[service for service in services.list_services() if service.id not in troubled],
        past=[outage for outage in outages.lately(limit=20) if outage.ended_at and outage.id not in ids],
    )


def me_too(outage_id: int) -> ResponseReturnValue:
    incident = telling.me_too(outage_id, by=person())
    flash(_("Noted as %(number)s. You hear of every news.", number=incident.number), "success")
    return redirect(url_for("employee.incident", number=incident.number), 303)
