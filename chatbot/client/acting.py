"""“Can you reset it for me?”: the button that does it where there is one, and no promise where there is none."""

from chatbot.client import own_incidents, remedies, wording
from chatbot.client.moment import Answer, Moment, say
from firstline.i18n import gettext as _
from incidents.models import State


def asked_to_act(moment: Moment) -> Answer:
    """Of the incident that is spoken about."""
    incident = own_incidents.own(moment.person, moment.memory.incident or "")
    ways = remedies.buttons(incident)
    told = _("I can start that for you:")
    if not ways:
        told = _("I cannot do that myself.") + f" {wording.state_in_words(incident, moment.person)}"
    if not ways and incident.state == State.OFFERED:
        told = _(
            "I cannot do that myself. Support can: shall they take %(number)s on?", number=incident.number
        )
        ways = wording.outcome_buttons(incident)
    shown = wording.text(told, *ways, incident=incident)
    return say(moment.memory.but(misses=0), shown, incident_id=incident.id)
