"""What the person may start with one button, such as “Unlock my account now”."""

from chatbot.client import wording
from chatbot.client.messages import Button
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.payloads import payload
from firstline.i18n import gettext as _
from incidents import queue
from incidents.models import Incident
from incidents.remediations import asking, offering
from incidents.remediations.models import Result

PRESSED = "/remedy"


def buttons(incident: Incident) -> tuple[Button, ...]:
    """One for each remediation that fits and that its requester may start."""
    offered = offering.for_requester(incident)
    return tuple(
        Button(one.offer, payload("remedy", incident=incident.number, what=one.slug)) for one in offered
    )


def start(moment: Moment) -> Answer:
    """Begin it. How it went is told as every solution is; the button asks for it here."""
    incident = queue.find(moment.person, str(moment.data.get("incident", "")))
    run = asking.ask_as_requester(incident.id, str(moment.data.get("what", "")), by=moment.person)
    told = (
        _("Somebody of support looks at it first. You hear from us.")
        if run.state == Result.WAITS
        else _("It is under way and takes a moment.")
    )
    look = Button(_("How did it go?"), payload("check_status", incident=incident.number))
    memory = moment.memory.but(incident=incident.number, asked=None)
    return say(memory, wording.text(told, look, incident=incident), incident_id=incident.id)
