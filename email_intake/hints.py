"""One polite sentence to a sender whose mail we could not take as it was (cases 67, 104, 118).

With a new incident it stands in the acknowledgement; else it is a mail of its own, at most one a
person and day. Both say of themselves that they are automatic.
"""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from firstline.i18n import speaking
from incidents import notices
from incidents.models import Channel, Entry, Event, Incident
from incidents.notices import Delivery, Notice, Topic
from incidents.people import Person
from incidents.timeline import record

AGAIN_AFTER = timedelta(days=1)


class Hint(StrEnum):
    """What the sender should know."""

    ENCRYPTED = "encrypted"
    HELD_BACK = "held_back"
    TOO_LARGE = "too_large"


def tell(
    session: Session, incident: Incident, person: Person, hints: Iterable[Hint], *, may_answer: bool
) -> None:
    """Put the sentences on the timeline and into a mail, if this person may be answered at all."""
    said = sorted(hints)
    if not said or not may_answer:
        return
    with speaking(person.language):
        words = " ".join(_sentence(hint) for hint in said)
    facts: dict[str, object] = {"hints": [str(hint) for hint in said]}
    entry = record(session, incident, Event.COMMENTED, text=words, facts=facts, channel=Channel.MAIL)
    acknowledgement = _acknowledgement(session, incident, person)
    if acknowledgement is not None:
        acknowledgement.entry_id = entry.id
    elif not _was_told(session, person):
        _owe(session, incident, person, entry)


def _owe(session: Session, incident: Incident, person: Person, entry: Entry) -> None:
    notices.owe(session, Topic.HINT, incident, person, entry=entry)


def _acknowledgement(session: Session, incident: Incident, person: Person) -> Notice | None:
    """The acknowledgement that is still to be sent, and can carry the words."""
    due = select(Notice).where(
        Notice.incident_id == incident.id,
        Notice.recipient_id == person.id,
        Notice.topic == Topic.ACKNOWLEDGED,
        Notice.state == Delivery.DUE,
        Notice.entry_id.is_(None),
    )
    notice: Notice | None = session.scalar(due.limit(1))
    return notice


def _was_told(session: Session, person: Person) -> bool:
    told = select(Notice.id).where(
        Notice.recipient_id == person.id,
        Notice.topic == Topic.HINT,
        Notice.created_at > clock.now() - AGAIN_AFTER,
    )
    return session.scalar(told.limit(1)) is not None


def _sentence(hint: Hint) -> str:
    match hint:
        case Hint.ENCRYPTED:
            return _(
                "Your mail was encrypted and we cannot read it. Please send it again without encryption."
            )
        case Hint.HELD_BACK:
            return _(
                "We held back a file of yours because files of its kind can do harm. If we need it, we will ask "
                "for it in another way."
            )
        case Hint.TOO_LARGE:
            return _("A file in your mail was too large for us. Please send a smaller one or a link to it.")
