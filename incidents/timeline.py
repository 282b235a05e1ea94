"""The timeline: every change appends one entry in the transaction that makes it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import set_beside
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
    is_beside: bool = False,
) -> Entry:
    """Append what happened; `author` None means the desk itself did it.

    `is_beside`: it changes nothing about the incident, so a form that somebody has open is not out of date.
    """
    entry = entry_of(
        incident,
        event,
        author_id=author.id if author else None,
        text=text,
        facts=facts,
        visibility=visibility,
        channel=channel,
    )
    append(session, incident, entry, files=files, is_beside=is_beside)
    watching.tell(session, incident, entry, author)
    return entry


def entry_of(
    incident: Incident,
    event: Event,
    *,
    author_id: int | None = None,
    text: str = "",
    facts: dict[str, object] | None = None,
    visibility: Visibility = Visibility.PUBLIC,
    channel: Channel | None = None,
) -> Entry:
    """What happens now, to be appended."""
    return Entry(
        incident=incident,
        event=event,
        visibility=visibility,
        author_id=author_id,
        channel=channel,
        text=text,
        facts=facts or {},
        created_at=clock.now(),
    )


def append(
    session: Session,
    incident: Incident,
    first: Entry,
    *more: Entry,
    files: Sequence[StoredFile] = (),
    is_beside: bool = False,
) -> None:
    """Write entries, the files with the first, and with them the incident where it is new."""
    entries = (first, *more)
    if is_beside:
        set_beside(session, incident, updated_at=first.created_at)
    else:
        incident.updated_at = first.created_at
    session.add_all(entries)
    session.flush()
    session.add_all(_attachment(incident, first, file) for file in files)
    owing.of_entries(session, entries)
    for entry in entries:
        _make_findable(session, incident, entry)
    feed.tell(session, incident.id)


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
