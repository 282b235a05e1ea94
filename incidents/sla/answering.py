"""The moment in which the requester hears from a person."""

from firstline import clock
from incidents.models import Incident
from incidents.sla.agreements import Measure


def answered(incident: Incident) -> None:
    """Support's public words: the response is given, and the time until the next news begins anew."""
    now = clock.now()
    incident.responded_at = incident.responded_at or now
    incident.news_at = now
    incident.marks = {measure: told for measure, told in incident.marks.items() if measure != Measure.UPDATE}
