"""Alerts over the interface: a pager's button acknowledges for the person whose token it has."""

from flask.typing import ResponseReturnValue

from incidents import oncall, queue
from incidents.oncall.models import Page
from incidents.policy import Action, require
from portal.api import views
from portal.api.callers import caller


def acknowledge(number: str) -> ResponseReturnValue:
    """Nobody else is woken for this incident; doing it twice changes nothing."""
    incident = queue.find(caller(), number)
    require(caller(), Action.WORK, incident)
    for page in oncall.calling(incident.id):
        oncall.acknowledge(page.id, by=caller())
    return {"alerts": [_alert(page) for page in oncall.pages_of(incident.id)]}


def _alert(page: Page) -> views.Json:
    return {
        "id": page.id,
        "because": page.because,
        "state": page.state,
        "created_at": views.time(page.created_at),
        "acknowledged_by": page.acknowledged_by.email if page.acknowledged_by else None,
        "acknowledged_at": views.time(page.acknowledged_at),
    }
