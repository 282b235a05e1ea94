"""Which incident a mail belongs to, by proof (cases 23 to 38). A number in the subject proves nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from email_intake import addresses, forward, guard, references
from email_intake.addresses import Proof
from email_intake.models import MailId, Outcome, RawMessage
from email_intake.parse import ParsedMail
from firstline import clock, log
from firstline.db import db
from incidents.models import Entry, Event, Incident, State, Visibility
from incidents.notices import Notice
from incidents.people import Person, find_by_address
from incidents.routing import vendors

MOST_MERGES = 20
WAITS_FOR_OLDER = timedelta(minutes=15)
BOUNCES_WITHIN = timedelta(days=7)
WORDS = (Event.REPORTED, Event.COMMENTED, Event.ANSWERED)
logger = log.get(__name__)


class By(StrEnum):
    """How it was proven."""

    ADDRESS = "signed reply address"
    MESSAGE_ID = "signed Message-ID"
    REFERENCES = "references"
    MARKER = "signed marker in the text"
    SUBJECT = "signed tag in the subject"
    OTHER_DESK = "the other desk's number"


SIGNED = frozenset({By.ADDRESS, By.MESSAGE_ID, By.MARKER, By.SUBJECT})


@dataclass(frozen=True)
class Match:
    """An incident this mail belongs to and the proof. A signature is stronger than a reference.

    `given_to_id`: the person to whom the signature was sent, where it says so.
    """

    incident_id: int
    by: By
    given_to_id: int | None = None

    @property
    def is_signed(self) -> bool:
        return self.by in SIGNED


def find(mail: ParsedMail) -> Match | None:
    """The incident this mail continues, following merges, or None."""
    match = (
        _by_token(mail)
        or _by_message_id(mail)
        or _by_references(mail)
        or _by_marker(mail)
        or _by_subject(mail)
        or _by_other_desk(mail)
    )
    return None if match is not None and _is_passed_on(mail, match) else match


def may_overtake(mail: ParsedMail, *, raw_id: int, received_at: datetime) -> bool:
    """Whether this answers a mail that may be among the older ones which still wait to be read.

    Two workers share what came, and one of them may have died with what was first.
    """
    if not mail.references or clock.now() - received_at > WAITS_FOR_OLDER:
        return False
    fresh = RawMessage.outcome == Outcome.WAITING, RawMessage.error == ""
    older = select(RawMessage.id).where(*fresh, RawMessage.id < raw_id)
    return db.session.scalar(older.limit(1)) is not None


def find_returned(mail: ParsedMail) -> Match | None:
    """The incident a bounce is about: by our Message-ID anywhere in what was returned (case 57)."""
    proof = addresses.find_notice_id(mail.returned)
    matched = _match(proof, By.MESSAGE_ID) if proof else None
    return matched or _by_token(mail) or _by_message_id(mail) or _by_failed_recipient(mail)


def _by_token(mail: ParsedMail) -> Match | None:
    written = [*mail.delivered_to, *(one.address for one in mail.recipients)]
    for address in written:
        if "+" not in address:
            continue
        proof = addresses.read_reply_address(address) or addresses.read_return_path(address)
        if proof is not None:
            return _match(proof, By.ADDRESS)
        if addresses.is_ours(address):
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
            return _match(Proof(incident_id), By.REFERENCES)
    return None


def _by_marker(mail: ParsedMail) -> Match | None:
    """Our marker in the quote; whoever quotes it must take part, for letters are passed around."""
    proof = addresses.find_marker(mail.text) if "[ref:" in mail.text else None
    return _match(proof, By.MARKER) if proof and _takes_part(mail, proof) else None


def _by_subject(mail: ParsedMail) -> Match | None:
    proof = addresses.read_subject(mail.subject)
    return _match(proof, By.SUBJECT) if proof and _takes_part(mail, proof) else None


def _by_other_desk(mail: ParsedMail) -> Match | None:
    incident_id = references.find(mail)
    if incident_id is None or mail.sender is None:
        return None
    if not takes_part(mail.sender.address, incident_id) and not guard.is_verified(mail):
        return None
    return _match(Proof(incident_id), By.OTHER_DESK)


def _by_failed_recipient(mail: ParsedMail) -> Match | None:
    """A bounce that returns nothing: the latest notice to the address that failed (case 60)."""
    failed = mail.head.raw("x-failed-recipients").split(",")[0].strip()
    person = find_by_address(failed) if "@" in failed else None
    if person is None:
        return None
    sent = select(Notice.incident_id).where(
        Notice.recipient_id == person.id,
        Notice.sent_at > clock.now() - BOUNCES_WITHIN,
    )
    incident_id = db.session.scalar(sent.order_by(Notice.sent_at.desc()).limit(1))
    return _match(Proof(incident_id), By.REFERENCES) if incident_id else None


def _takes_part(mail: ParsedMail, proof: Proof) -> bool:
    return mail.sender is not None and takes_part(mail.sender.address, proof.incident_id)


def _is_passed_on(mail: ParsedMail, match: Match) -> bool:
    """Whether somebody else than the requester forwards our mail, which answers nothing (case 17)."""
    if match.by == By.ADDRESS or mail.sender is None or not forward.is_forward(mail.subject):
        return False
    incident = db.session.get(Incident, match.incident_id)
    person = find_by_address(mail.sender.address)
    return incident is None or person is None or incident.requester_id != person.id


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
    if incident is not None and vendors.asked_of(
        db.session(), incident, given_to_id=None, sender_id=person.id
    ):
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
    return Match(incident.id, by, _given_to(proof)) if incident is not None else None


def _given_to(proof: Proof) -> int | None:
    if proof.person_id is not None or proof.notice_id is None:
        return proof.person_id
    notice = db.session.get(Notice, proof.notice_id)
    return notice.recipient_id if notice is not None else None
