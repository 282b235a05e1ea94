"""The timeline: every change appends one entry in the transaction that makes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import number, set_beside
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
    _append(session, entry, files, is_beside=is_beside)
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


@dataclass(frozen=True)
class Beginning:
    """A new incident, not written yet, with its first entries and the files of the first of them."""

    incident: Incident
    entries: Sequence[Entry]
    files: Sequence[StoredFile] = ()


def begin(session: Session, several: Sequence[Beginning]) -> None:
    """Write new incidents and their first entries, all in few statements."""
    entries = [entry for one in several for entry in one.entries]
    for entry in entries:
        entry.incident.updated_at = entry.created_at
    number(session, [one.incident for one in several])
    number(session, entries)
    session.add_all(entries)
    session.flush()
    texts = [
        words.Words(incident_id=one.incident.id, title=one.incident.title, text=one.incident.description)
        for one in several
    ]
    words.begin(session, texts)
    for one in several:
        session.add_all(_attachment(one.incident, one.entries[0], file) for file in one.files)
    _tell(session, entries)


def _append(session: Session, entry: Entry, files: Sequence[StoredFile], *, is_beside: bool) -> None:
    if is_beside:
        set_beside(session, entry.incident, updated_at=entry.created_at)
    else:
        entry.incident.updated_at = entry.created_at
    session.add(entry)
    session.flush()
    session.add_all(_attachment(entry.incident, entry, file) for file in files)
    _tell(session, [entry])


def _tell(session: Session, entries: Sequence[Entry]) -> None:
    """Let it be found by its words, and let webhooks and open pages hear of it."""
    owing.of_entries(session, entries)
    for entry in entries:
        is_internal = entry.visibility == Visibility.INTERNAL
        words.add(session, entry.incident_id, entry.text, is_internal=is_internal)
    for incident_id in dict.fromkeys(entry.incident_id for entry in entries):
        feed.tell(session, incident_id)


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
