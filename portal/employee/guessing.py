"""What we answer for the person in the three questions of a report, as far as the words tell."""

from incidents import services, triage
from incidents.models import Level
from incidents.reach import Reach

UNKNOWN = {"service": "", "urgency": str(Level.MEDIUM), "reach": str(Reach.ME)}


def guess(words: str) -> dict[str, str]:
    """An answer to each question; the usual one where the words tell nothing."""
    if not words.strip():
        return dict(UNKNOWN)
    found = triage.classify(title="", text=words.strip())
    known = {service.id: service.slug for service in services.list_services()}
    return {
        "service": known.get(found.service_id or 0, ""),
        "urgency": str(found.urgency),
        "reach": str(found.reach or Reach.ME),
    }
