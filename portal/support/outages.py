"""What people are told of faults we know of."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import to_user_timezone

from firstline.i18n import gettext as _
from incidents import outages, services
from incidents.errors import Invalid, Refused
from incidents.outages import Announcement
from incidents.services import Outage
from portal.access import person
from portal.errors import status_of
from portal.forms import moment


def index() -> str:
    return _page()


def show(outage_id: int) -> str:
    return _page(outages.find(outage_id))


def declare() -> ResponseReturnValue:
    try:
        outages.declare(_told(), by=person())
    except Refused as refusal:
        return _page(refusal=refusal), status_of(refusal)
    flash(_("People are told of it now."), "success")
    return redirect(url_for("support.outages"), 303)


def correct(outage_id: int) -> ResponseReturnValue:
    try:
        outages.correct(outage_id, _told(), by=person())
    except Invalid as refusal:
        return _page(outages.find(outage_id), refusal), status_of(refusal)
    flash(_("Saved. People read the new words now."), "success")
    return redirect(url_for("support.outages"), 303)


def end(outage_id: int) -> ResponseReturnValue:
    outage = outages.end(outage_id, by=person())
    flash(_("“%(title)s” is over. Nobody is told of it any more.", title=outage.title), "success")
    return redirect(url_for("support.outages"), 303)


def _page(chosen: Outage | None = None, refusal: Refused | None = None) -> str:
    return render_template(
        "support/outages.html",
        chosen=chosen,
        outages=outages.lately(),
        services=services.list_services(),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        typed=request.form if refusal else _form_of(chosen),
    )


def _form_of(outage: Outage | None) -> dict[str, str]:
    if outage is None:
        return {}
    return {
        "title": outage.title,
        "service": outage.service.slug if outage.service else "",
        "site": outage.site,
        "note": outage.note,
        "since": _local(outage.since),
        "next_update_at": _local(outage.next_update_at),
    }


def _told() -> Announcement:
    form = request.form
    words = {name: form.get(name, "") for name in ("title", "service", "site", "note")}
    return Announcement(since=moment("since"), next_update_at=moment("next_update_at"), **words)


def _local(at: datetime | None) -> str:
    return to_user_timezone(at).strftime("%Y-%m-%dT%H:%M") if at else ""
