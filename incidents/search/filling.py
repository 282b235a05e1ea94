"""Make findable what was written past the timeline: old incidents, demo data, an import."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from incidents.models import Entry, Incident, Visibility
from incidents.search import words

BATCH = 1000


def fill(session: Session) -> int:
    """Index every incident that has no words yet; inside the caller's `write()`. Returns how many."""
    known = words.known_ids(session)
    missing = [key for key in session.scalars(select(Incident.id).order_by(Incident.id)) if key not in known]
    for start in range(0, len(missing), BATCH):
        _fill(session, missing[start : start + BATCH])
    return len(missing)


def _fill(session: Session, ids: list[int]) -> None:
    said: defaultdict[tuple[int, bool], list[str]] = defaultdict(list)
    entries = select(Entry.incident_id, Entry.visibility, Entry.text).where(Entry.incident_id.in_(ids))
    for incident_id, visibility, text in session.execute(entries.order_by(Entry.id)):
        said[incident_id, visibility == Visibility.INTERNAL].append(text)
    found = select(Incident.id, Incident.title, Incident.description).where(Incident.id.in_(ids))
    several = [
        words.Words(
            incident_id=incident_id,
            title=title,
            text="\n".join([description, *said[incident_id, False]]),
            internal="\n".join(said[incident_id, True]),
        )
        for incident_id, title, description in session.execute(found)
    ]
    words.begin(session, several)
