"""“Unlock my account now”: what a person may start for their own incident."""

from flask import flash
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.errors import Refused
from incidents.remediations import asking
from incidents.remediations.models import Result
from portal.access import person
from portal.employee.incidents import own, see
from portal.limits import REPORT, limiter


@limiter.limit(REPORT)
def start(number: str, slug: str) -> ResponseReturnValue:
    incident = own(number)
    try:
        run = asking.ask_as_requester(incident.id, slug, by=person())
    except Refused as refusal:
        flash(refusal.sentence, "info")
        return see(own(number))
    waits = run.state == Result.WAITS
    flash(
        _("Somebody of support looks at it first. You hear from us.")
        if waits
        else _("It is under way. In a moment this page says how it went."),
        "success",
    )
    return see(own(number))
