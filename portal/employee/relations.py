"""What a reporter reads of others who have the same: never their words, only that they have it too."""

from firstline.db import db
from incidents.kinship import family, lookalikes
from incidents.models import Incident


def for_page(incident: Incident) -> dict[str, object]:
    """Its relations, by the names the template uses."""
    session = db.session()
    survivor = family.survivor_of(session, incident) if incident.merged_into_id else None
    parent = session.get(Incident, incident.parent_id) if incident.parent_id else None
    leading = survivor or (parent if incident.follows_parent else None)
    return {
        "alike": lookalikes.for_requester(incident),
        "own_survivor": survivor if survivor and survivor.requester_id == incident.requester_id else None,
        "leading": leading,
        "others": leading.affected_count - 1 if leading else 0,
    }
