"""What the incident page shows of other incidents: alike, joined, parent and children."""

from firstline.db import db
from incidents.kinship import family, lookalikes
from incidents.models import Incident


def for_page(incident: Incident) -> dict[str, object]:
    """Its relations, by the names the template uses."""
    session = db.session()
    return {
        "lookalikes": lookalikes.proposed(incident),
        "survivor": family.survivor_of(session, incident) if incident.merged_into_id else None,
        "parent": session.get(Incident, incident.parent_id) if incident.parent_id else None,
        "children": family.children_of(session, incident),
        "merged": family.merged_into(session, incident),
    }
