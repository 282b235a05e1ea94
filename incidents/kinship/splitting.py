"""Words about another trouble become an incident of their own; they also stay where they were told."""

from hashlib import sha256

from sqlalchemy import select

from firstline import files
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.attachments import Upload
from incidents.errors import Invalid, NotFound
from incidents.intake import Report, report
from incidents.kinship import joining
from incidents.lifecycle import locked
from incidents.models import Channel, Entry, Event, Incident, Visibility
from incidents.people import Person
from incidents.policy import Action, require
from incidents.timeline import record

TOLD = frozenset({Event.REPORTED, Event.COMMENTED, Event.NOT_SOLVED})


def is_told(entry: Entry) -> bool:
    """Whether these are words by which somebody tells a trouble, or that came under a new subject."""
    if entry.author is None:
        return False
    is_theirs = entry.event == Event.REPORTED or not entry.author.is_support
    return bool(entry.facts.get("new_subject")) or (entry.event in TOLD and is_theirs)


def words_of(entry: Entry) -> str:
    """What was told; a report keeps its words at the incident."""
    return entry.text or (entry.incident.description if entry.event == Event.REPORTED else "")


def find(incident: Incident, entry_id: int) -> Entry:
    """The entry of this incident; raises `NotFound` where nothing can be split off it."""
    entry = db.session.get(Entry, entry_id)
    if entry is None or entry.incident_id != incident.id or not is_told(entry):
        raise NotFound(_("There are no words here that could be an incident of their own."))
    return entry


def split_off(incident: Incident, entry_id: int, *, by: Person, text: str, title: str = "") -> Incident:
    """Open an incident of whoever wrote the entry, about these words of it, with its files.

    The same words twice are one incident. The two are known to be different troubles from then on.
    Raises `Invalid` for empty words.
    """
    require(by, Action.WORK, incident)
    entry = find(incident, entry_id)
    if not (text.strip() or title.strip()):
        raise Invalid(_("Keep the words that are about the other trouble."), field="description")
    incident_id, number = incident.id, incident.number
    opened = report(_told(entry, by, text.strip(), title.strip()))
    joining.tell_apart(incident_id, opened.id, by=by)
    _note(opened.id, _("Split from %(number)s.", number=number), by)
    _note(incident_id, _("Split off as %(number)s.", number=opened.number), by)
    return opened


def teller_of(entry: Entry) -> Person:
    """Whose trouble it is: of a report that support logged, the requester."""
    if entry.event == Event.REPORTED or entry.author is None:
        return entry.incident.requester
    return entry.author


def _told(entry: Entry, by: Person, text: str, title: str) -> Report:
    words = sha256(f"{title}\0{text}".encode()).hexdigest()[:32]
    return Report(
        requester_id=teller_of(entry).id,
        logged_by_id=by.id,
        title=title,
        description=text,
        channel=Channel(entry.channel or entry.incident.channel),
        attachments=[Upload(each.name, _content(each.digest)) for each in entry.attachments],
        key=f"split:{entry.id}:{words}",
        caller="split",
    )


def _content(digest: str) -> bytes:
    with files.opened(digest) as kept:
        return kept.read()


def _note(incident_id: int, words: str, by: Person) -> None:
    with locked(incident_id) as (session, incident):
        known = select(Entry.id).where(Entry.incident_id == incident_id, Entry.text == words)
        if session.scalar(known.limit(1)) is None:
            record(session, incident, Event.NOTED, author=by, text=words, visibility=Visibility.INTERNAL)
