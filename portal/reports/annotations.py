"""Writing beside the charts."""

from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.errors import Refused
from incidents.reports import annotations
from portal.access import person


def annotate() -> ResponseReturnValue:
    try:
        annotations.annotate(_day(), request.form.get("text", ""), by=person())
        flash(_("It stands beside the charts now."), "success")
    except Refused as refusal:
        flash(refusal.sentence, "error")
    return redirect(url_for("reports.index"), 303)


def remove(annotation_id: int) -> ResponseReturnValue:
    annotations.remove(annotation_id, by=person())
    return redirect(url_for("reports.index"), 303)


def _day() -> date | None:
    try:
        return date.fromisoformat(request.form.get("on", ""))
    except ValueError:
        return None
