"""Who else helps with an incident: what its forms offer and the column beside shows."""

from collections.abc import Sequence

from firstline.db import db
from incidents import administration, routing, swarms
from incidents.models import Entry, Event, Incident
from incidents.routing import vendors

LEAD = "@lead"
"""No team can be called so: among the teams to choose from it stands for the lead."""


def helpers(incident: Incident, opened: str) -> dict[str, object]:
    """`opened` is the form that is shown."""
    session = db.session()
    return {
        "teams": routing.teams_to_escalate_to(session, incident) if opened == "escalate" else [],
        "vendors": routing.vendors_to_ask(session, incident),
        "asked_vendors": vendors.requests_of(session, incident),
        "LEAD": LEAD,
        "swarm": swarms.running(session, incident.id),
        "to_invite": administration.list_teams() if opened in {"swarm", "swarm-invite"} else [],
    }


def only_of_swarms(timeline: Sequence[Entry]) -> list[Entry]:
    """What swarms said and did."""
    return [entry for entry in timeline if "swarm" in entry.facts]


def failed(timeline: Sequence[Entry]) -> list[Entry]:
    """What was said to solve it and did not hold, in order."""
    reopened = max((entry.id for entry in timeline if entry.event == Event.REOPENED), default=0)
    return [entry for entry in timeline if entry.event == Event.RESOLVED and entry.id < reopened]
