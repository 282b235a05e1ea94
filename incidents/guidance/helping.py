"""All the help for one incident."""

from collections.abc import Sequence
from dataclasses import dataclass

from incidents import similar
from incidents.guidance import changes, forecast, knowing, steps, verdicts
from incidents.guidance.changes import ChangeLately
from incidents.guidance.forecast import Forecast
from incidents.guidance.knowing import Knows
from incidents.guidance.steps import Step
from incidents.guidance.verdicts import Piece
from incidents.models import Incident
from incidents.similar import Similar


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """What helps with an incident; each part may be empty."""

    step: Step | None
    forecast: Forecast | None
    changes: Sequence[ChangeLately]
    alike: Sequence[Similar]
    people: Sequence[Knows]


def for_incident(incident: Incident) -> Guidance:
    """Nothing here was said to be wrong on this incident."""
    alike = solved_like(incident)
    return Guidance(
        step=steps.next_for(incident, alike),
        forecast=forecast.of_incident(incident),
        changes=changes.before(incident),
        alike=alike,
        people=knowing.this(incident),
    )


def solved_like(incident: Incident) -> Sequence[Similar]:
    """Past incidents with their solution, those that misled others behind."""
    no, wrong = verdicts.here(incident), verdicts.lately(incident.category, Piece.SIMILAR)
    found = similar.resolved_like(incident, limit=2 * similar.MOST)
    left = [one for one in found if (Piece.SIMILAR, str(one.incident.id)) not in no]
    left.sort(key=lambda one: one.likeness * 0.5 ** wrong[str(one.incident.id)], reverse=True)
    return left[: similar.MOST]
