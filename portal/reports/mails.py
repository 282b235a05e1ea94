"""Getting a report by mail, and no more."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.errors import Refused
from incidents.reports import mailing
from portal.access import person
from portal.reports import asked


def begin() -> ResponseReturnValue:
    """The filters are those of the page, in the address of the form."""
    question, _errors = asked.understood()
    try:
        mailing.begin(request.form.get("rhythm", ""), question.scope, by=person())
        flash(_("You get these figures by mail from now on."), "success")
    except Refused as refusal:
        flash(refusal.sentence, "error")
    return redirect(url_for("reports.index", **question.arguments, _anchor="mails"), 303)


def stop(mailing_id: int) -> ResponseReturnValue:
    mailing.stop(mailing_id, by=person())
    flash(_("That report comes no more."), "success")
    return redirect(url_for("reports.index", _anchor="mails"), 303)
