"""“Can you reset it for me?”: the button that does it where there is one, and no promise where there is none."""

from chatbot.client import own_incidents, remedies, wording
from chatbot.client.messages import Button
from chatbot.client.moment import Answer, Moment, say
from firstline.i18n import gettext as _
from incidents.models import Incident, State
from incidents.people import Person


def asked_to_act(moment: Moment) -> Answer:
    """Of the incident that is spoken about."""
    incident = own_incidents.own(moment.person, moment.memory.incident or "")
    told, ways = _can_do(incident, moment.person)
    shown = wording.text(told, *ways, incident=incident)
    return say(moment.memory.but(misses=0), shown, incident_id=incident.id)


def _can_do(incident: Incident, person: Person) -> tuple[str, tuple[Button, ...]]:
    ways = remedies.buttons(incident)
    if ways:
        return _("I can start that for you:"), ways
    if incident.state == State.OFFERED:
        asked = _(
            "I cannot do that myself. Support can: shall they take %(number)s on?", number=incident.number
        )
        return asked, wording.outcome_buttons(incident)
    return _("I cannot do that myself.") + f" {wording.state_in_words(incident, person)}", ()
