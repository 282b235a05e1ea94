"""Others help with an incident: another team, its lead, a vendor."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import handovers, lifecycle
from incidents.models import Incident
from incidents.routing.vendors import Handover
from portal.access import person
from portal.support.actions import do
from portal.support.alongside import LEAD


def escalate(number: str) -> ResponseReturnValue:
    return do(number, "escalate", _call_lead if _typed("team") == LEAD else _hand_over)


def ask_vendor(number: str) -> ResponseReturnValue:
    def ask(incident: Incident, seen: int | None) -> None:
        handover = Handover(subject=_typed("subject"), words=_typed("note"))
        asked = handovers.ask_vendor(incident.id, _typed("vendor"), handover, by=person(), seen=seen)
        flash(_("%(vendor)s gets a mail; it waits for them.", vendor=asked.vendor_name), "success")

    return do(number, "vendor", ask)


def _hand_over(incident: Incident, seen: int | None) -> None:
    words, team = _typed("note"), _typed("team") or None
    taken_by = lifecycle.escalate(incident.id, by=person(), note=words, team_slug=team, seen=seen)
    flash(_("%(team)s has it now.", team=taken_by.name), "success")


def _call_lead(incident: Incident, seen: int | None) -> None:
    names = handovers.call_lead(incident.id, by=person(), because=_typed("note"), seen=seen)
    told = ", ".join(names) or _("Nobody")
    flash(_("%(names)s is told; the team keeps it.", names=told), "success")


def _typed(field: str) -> str:
    return request.form.get(field, "").strip()
