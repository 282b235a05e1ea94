"""What works and what does not, by service; one click says that it stops me too, another follows it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime

from firstline.i18n import gettext as _
from incidents import outages, services
from incidents.catalogue import history
from incidents.errors import Conflict
from incidents.majors import telling
from incidents.status import following, past
from portal.access import person


def show() -> str:
    running = services.known_outages(person())
    troubled = {outage.service_id for outage in running}
    ids = {outage.id for outage in running}
    known = services.list_services()
    return render_template(
        "employee/status.html",
        running=running,
        mine=telling.mine(running, person()),
        disturbed=[service for service in known if service.id in troubled],
        fine=[service for service in known if service.id not in troubled],
        followed=following.followed(person()),
        news=following.unread(person(), besides=running),
        past=[outage for outage in outages.lately(limit=20) if outage.ended_at and outage.id not in ids],
    )


def of_service(slug: str) -> str:
    """How one service did, day by day."""
    service = history.find_service(slug)
    return render_template(
        "employee/status_of.html",
        service=service,
        history=past.of_service(service),
        DAYS=past.DAYS,
        day_words=lambda at: str(format_datetime(at, _("EEE d MMM"))),
        followed=following.followed(person()),
    )


def me_too(outage_id: int) -> ResponseReturnValue:
    incident = telling.me_too(outage_id, by=person())
    flash(_("Noted as %(number)s. You hear of every news.", number=incident.number), "success")
    return redirect(url_for("employee.incident", number=incident.number), 303)


def follow(slug: str) -> ResponseReturnValue:
    """Follow by mail or here, or not at all."""
    way = request.form.get("way", "")
    try:
        if way == "none":
            following.leave(slug, by=person())
            flash(_("You hear no more of it."), "success")
        else:
            service = following.follow(slug, way, by=person())
            flash(
                _("You hear when %(name)s is disturbed, and when it works again.", name=service.name),
                "success",
            )
    except Conflict as refusal:
        flash(refusal.sentence, "info")
    return redirect(url_for("employee.status"), 303)


def read(outage_id: int) -> ResponseReturnValue:
    following.mark_read(outage_id, by=person())
    return redirect(
        (request.form.get("back") == "home" and url_for("employee.home")) or url_for("employee.status"), 303
    )
