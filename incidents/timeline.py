"""The timeline: every change appends one entry in the transaction that makes it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from firstline import clock
from incidents import feed, watching
from incidents.attachments import StoredFile
from incidents.models import Attachment, Channel, Entry, Event, Incident, Visibility
from incidents.people import Person
from incidents.search import words
from incidents.webhooks import owing


def record(
    session: Session,
    incident: Incident,
    event: Event,
    *,
    author: Person | None = None,
    text: str = "",
    facts: dict[str, object] | None = None,
    visibility: Visibility = Visibility.PUBLIC,
    channel: Channel | None = None,
    files: Sequence[StoredFile] = (),
) -> Entry:
    """Append what happened; `author` None means the desk itself did it."""
    now = clock.now()
    entry = Entry(
        incident_id=incident.id,
        event=event,
        visibility=visibility,
        author_id=author.id if author else None,
        channel=channel,
        text=text,
        facts=facts or {},
        created_at=now,
    )
    session.add(entry)
    session.flush()
    for file in files:
        session.add(_attachment(incident, entry, file))
    incident.updated_at = now
    feed.tell(session, incident.id)
    owing.of_entry(session, entry)
    _make_findable(session, incident, entry)
    watching.tell(session, incident, entry, author)
    return entry


def _make_findable(session: Session, incident: Incident, entry: Entry) -> None:
    if entry.event == Event.REPORTED:
        words.begin(session, incident.id, title=incident.title, text=incident.description)
    words.add(session, incident.id, entry.text, is_internal=entry.visibility == Visibility.INTERNAL)


def _attachment(incident: Incident, entry: Entry, file: StoredFile) -> Attachment:
    return Attachment(
        incident_id=incident.id,
        entry_id=entry.id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        digest=file.digest,
        created_at=entry.created_at,
    )
