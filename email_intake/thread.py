"""Which incident a mail belongs to, by proof (cases 23 to 38). A number in the subject proves nothing."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from email_intake import addresses
from email_intake.addresses import Proof
from email_intake.models import MailId, RawMessage
from email_intake.parse import ParsedMail
from firstline import log
from firstline.db import db
from incidents.models import Entry, Event, Incident, State, Visibility
from incidents.people import Person, find_by_address

MOST_MERGES = 20
WORDS = (Event.REPORTED, Event.COMMENTED, Event.ANSWERED)
logger = log.get(__name__)


class By(StrEnum):
    """How it was proven."""

    ADDRESS = "signed reply address"
    MESSAGE_ID = "signed Message-ID"
    REFERENCES = "references"


@dataclass(frozen=True)
class Match:
    """An incident this mail belongs to and the proof. A signature is stronger than a reference."""

    incident_id: int
    by: By

    @property
    def is_signed(self) -> bool:
        return self.by != By.REFERENCES


def find(mail: ParsedMail) -> Match | None:
    """The incident this mail continues, following merges, or None."""
    return _by_token(mail) or _by_message_id(mail) or _by_references(mail)


def find_returned(mail: ParsedMail) -> Match | None:
    """The incident a bounce is about: by our Message-ID anywhere in what was returned (case 57)."""
    proof = addresses.find_notice_id(mail.returned)
    matched = _match(proof, By.MESSAGE_ID) if proof else None
    return matched or _by_token(mail) or _by_message_id(mail)


def _by_token(mail: ParsedMail) -> Match | None:
    written = [*mail.delivered_to, *(one.address for one in mail.recipients)]
    for address in written:
        proof = addresses.read_reply_address(address)
        if proof is not None:
            return _match(proof, By.ADDRESS)
        if addresses.is_ours(address) and "+" in address:
            logger.info("a reply address without a valid signature", message_id=mail.message_id)
    return None


def _by_message_id(mail: ParsedMail) -> Match | None:
    for reference in mail.references:
        proof = addresses.read_notice_id(reference)
        if proof is not None:
            return _match(proof, By.MESSAGE_ID)
    return None


def _by_references(mail: ParsedMail) -> Match | None:
    if not mail.references or mail.sender is None:
        return None
    found = select(MailId).where(MailId.message_id.in_(mail.references))
    known = {one.message_id: one.incident_id for one in db.session.scalars(found)}
    for reference in mail.references:
        incident_id = known.get(reference)
        if incident_id is not None and takes_part(mail.sender.address, incident_id):
            return _match(Proof(incident_id, None), By.REFERENCES)
    return None


def takes_part(address: str, incident_id: int) -> bool:
    """Whether this address was on the mails of this incident, or its owner wrote in it."""
    raws = select(RawMessage.participants).where(RawMessage.incident_id == incident_id)
    if any(address.casefold() in (named or []) for named in db.session.scalars(raws)):
        return True
    person = find_by_address(address)
    return person is not None and _has_spoken(person, incident_id)


def _has_spoken(person: Person, incident_id: int) -> bool:
    incident = db.session.get(Incident, incident_id)
    if incident is not None and incident.requester_id == person.id:
        return True
    spoken = select(Entry.id).where(
        Entry.incident_id == incident_id,
        Entry.author_id == person.id,
        Entry.event.in_(WORDS),
        Entry.visibility == Visibility.PUBLIC,
    )
    return db.session.scalar(spoken.limit(1)) is not None


def _match(proof: Proof, by: By) -> Match | None:
    incident = db.session.get(Incident, proof.incident_id)
    for _step in range(MOST_MERGES):
        if incident is None or incident.state != State.MERGED or incident.merged_into_id is None:
            break
        incident = db.session.get(Incident, incident.merged_into_id)
    return Match(incident.id, by) if incident is not None else None
