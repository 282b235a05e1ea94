"""What the page of an incident needs for writing on it."""

from incidents import watching
from incidents.automation import macros
from incidents.models import Incident
from incidents.writing import canned, drafts, held, presence
from portal.access import person


def for_page(incident: Incident) -> dict[str, object]:
    """What the page of an incident shows of all this."""
    return {
        "drafts": drafts.of(person(), incident),
        "held": held.waiting_at(incident),
        "colleagues": presence.others(incident, person()),
        "macros": macros.list_macros(person()),
        "watchers": watching.watchers_of(incident),
        "texts": canned.list_replies(person()),
    }
