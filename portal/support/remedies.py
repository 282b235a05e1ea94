"""What the incident page and its timeline show of remediations."""

from collections.abc import Mapping
from secrets import token_urlsafe

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.models import Entry, Incident
from incidents.policy import Action, may
from incidents.remediations import offering
from incidents.remediations.models import Result
from portal.access import person

RESULTS = {
    Result.WAITS: lazy_gettext("waits for approval"),
    Result.DUE: lazy_gettext("is begun"),
    Result.RUNNING: lazy_gettext("runs"),
    Result.DONE: lazy_gettext("was done"),
    Result.FAILED: lazy_gettext("failed"),
    Result.UNKNOWN: lazy_gettext("was begun, the result is unknown"),
    Result.DECLINED: lazy_gettext("was not run"),
}


def for_page(incident: Incident) -> Mapping[str, object]:
    """What the column beside an incident shows."""
    return {
        "remediations": offering.for_support(incident),
        "remediation_runs": offering.runs_of(incident)[:5],
        "RESULTS": RESULTS,
        "may_approve": may(person(), Action.APPROVE_REMEDIATIONS),
        "nonce": token_urlsafe(12),
    }


def sentence(entry: Entry) -> str:
    """“Restart service” (vpn) was done."""
    result = str(RESULTS[Result(str(entry.facts.get("state")))])
    words = {"name": entry.facts.get("name"), "target": entry.facts.get("target"), "result": result}
    if entry.facts.get("dry"):
        return _("Only tried: “%(name)s” (%(target)s) %(result)s", **words)
    return _("“%(name)s” (%(target)s) %(result)s", **words)
