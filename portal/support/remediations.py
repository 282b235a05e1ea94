"""Remediations beside an incident: run, tried without effect, approved."""

from flask import flash
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.models import Incident
from incidents.remediations import asking
from portal.access import person
from portal.support.actions import do, typed


def run(number: str) -> ResponseReturnValue:
    """Run it, or only ask what it would do."""

    def ask(incident: Incident, seen: int | None) -> None:
        is_dry = typed("how") == "dry"
        asking.ask_as_support(
            incident.id, typed("remediation"), by=person(), nonce=typed("nonce"), dry=is_dry
        )
        flash(_("It is under way. What comes of it stands on the timeline."), "success")

    return do(number, "", ask)


def decide(number: str, run_id: int) -> ResponseReturnValue:
    return do(
        number,
        "",
        lambda incident, seen: asking.decide(run_id, by=person(), approve=typed("approve") == "yes"),
    )
