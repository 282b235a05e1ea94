"""A judged mail becomes an incident, an entry, or a named reason why not. Each step is one transaction.

A crash between opening the incident and marking the row is harmless: the intake key of the mail
leads to the same incident again. An entry and its row's outcome are one transaction.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from email_intake import addresses, bounce, quote, thread
from email_intake.body import Attached
from email_intake.guard import Nature, Verdict
from email_intake.headers import Address
from email_intake.models import SUBJECT_LENGTH, MailId, Outcome, RawMessage
from email_intake.parse import MOST_RECIPIENTS, ParsedMail
from email_intake.thread import Match
from firstline import clock, log
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents import correspondence
from incidents.attachments import MOST_FILES, Upload, store
from incidents.errors import Conflict, KeyReused, Refused
from incidents.intake import DESCRIPTION_LENGTH, Report, report
from incidents.lifecycle import locked
from incidents.models import Channel, Incident, IntakeKey
from incidents.people import ADDRESS_LENGTH, Person, Role, ensure_person, find_by_address

CALLER = "mail"
UNKNOWN = Address("", "unknown@localhost")
logger = log.get(__name__)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A mail on its way: its row's id and receive time, what it says and what we think of it."""

    raw_id: int
    received_at: datetime
    key: str
    is_released: bool
    mail: ParsedMail
    verdict: Verdict

    @property
    def sender(self) -> Address:
        return self.mail.sender or UNKNOWN


def hand_over(case: Case) -> None:
    """Decide by nature and proof; afterwards the row has one of the four outcomes."""
    nature = Nature.HUMAN if case.is_released else case.verdict.nature
    if _twin(case) is not None:
        _mark_double(case)
    elif nature == Nature.SUSPICIOUS:
        _mark(case, Outcome.QUARANTINED, case.verdict.reason)
    elif nature == Nature.NOISE:
        _mark(case, Outcome.IGNORED, case.verdict.reason)
    elif nature == Nature.BOUNCE:
        _take_bounce(case)
    elif nature == Nature.AUTOMATIC:
        _take_automatic(case)
    else:
        _take_human(case)


def _take_human(case: Case) -> None:
    match = thread.find(case.mail)
    if match is None:
        _open(case)
        return
    try:
        _append(case, match)
    except Conflict as closed_for_too_long:
        logger.info("a reply opens a new incident", because=str(closed_for_too_long))
        _open(case, continues=match.incident_id)


def _take_automatic(case: Case) -> None:
    match = thread.find(case.mail)
    if match is None:
        _mark(case, Outcome.IGNORED, case.verdict.reason)
        return
    with locked(match.incident_id) as (session, incident):
        row = _waiting(session, case)
        if row is not None:
            by = _person(session, case.sender)
            facts: dict[str, object] = {"automatic": case.verdict.reason}
            entry = correspondence.note(session, incident, by=by, text=_new_words(case.mail), facts=facts)
            _settle(session, row, case, Outcome.APPENDED, incident, entry.id, reason=case.verdict.reason)


def _take_bounce(case: Case) -> None:
    match = thread.find_returned(case.mail)
    if match is None:
        _mark(case, Outcome.IGNORED, "bounce that names no message of ours")
        return
    failure = bounce.read(case.mail)
    with locked(match.incident_id) as (session, incident):
        row = _waiting(session, case)
        if row is not None:
            bounce.mark_undeliverable(session, failure, case.mail)
            facts: dict[str, object] = {"bounce": failure.status, "recipient": failure.recipient}
            entry = correspondence.note(session, incident, by=None, text=failure.sentence, facts=facts)
            _settle(session, row, case, Outcome.APPENDED, incident, entry.id, reason="bounce")


def _append(case: Case, match: Match) -> None:
    words = _new_words(case.mail)
    uploads, left_out = _files_of(case.mail, long_text=len(words) > DESCRIPTION_LENGTH)
    if len(words) > DESCRIPTION_LENGTH:
        uploads = (*uploads, Upload("mail.txt", words.encode()))
        words = words[:DESCRIPTION_LENGTH] + "\n\n" + _("[Cut here. The whole text is attached as mail.txt.]")
    files = store(uploads)
    with locked(match.incident_id) as (session, incident):
        row = _waiting(session, case)
        if row is None:
            return
        entry = correspondence.hear(
            session,
            incident,
            by=_person(session, case.sender),
            text=_with_notes(words, left_out),
            files=files,
            is_signed=match.is_signed,
            is_verified=case.verdict.is_verified,
        )
        _settle(session, row, case, Outcome.APPENDED, incident, entry.id, reason=match.by)


def _open(case: Case, *, continues: int | None = None) -> None:
    mail = case.mail
    words = _whole_words(mail)
    uploads, left_out = _files_of(mail, long_text=len(words) > DESCRIPTION_LENGTH - 2000)
    if continues is not None:
        left_out = (*left_out, _("[This continues %(number)s.]", number=f"INC-{continues:06d}"))
    try:
        requester_id = _requester(case.sender)
        told = Report(
            requester_id=requester_id,
            title=mail.title,
            description=_with_notes(words, left_out),
            channel=Channel.MAIL,
            key=case.key,
            caller=CALLER,
            attachments=uploads,
            unverified=not case.verdict.is_verified,
            received_at=case.received_at,
            allow_empty=True,
        )
        incident_id = _report(told, case)
    except Refused as refused:
        _mark(case, Outcome.QUARANTINED, refused.sentence)
        return
    with write() as session:
        row, incident = _waiting(session, case), session.get(Incident, incident_id)
        if row is not None and incident is not None:
            entry_id = incident.entries[0].id if incident.entries else None
            _settle(session, row, case, Outcome.OPENED, incident, entry_id, reason="")


def _report(told: Report, case: Case) -> int:
    try:
        return report(told).id
    except KeyReused:
        # The same mail, read by another version of us before a crash: its incident stands.
        known = select(IntakeKey.incident_id).where(IntakeKey.caller == CALLER, IntakeKey.key == case.key)
        incident_id = db.session.scalar(known)
        assert incident_id is not None, "a key that was reused is known"
        return incident_id


def _requester(sender: Address) -> int:
    known = find_by_address(sender.address)
    if known is not None:
        return known.id
    with write() as session:
        return _person(session, sender).id


def _person(session: Session, sender: Address) -> Person:
    """The sender as a person; somebody unknown becomes a contact who cannot sign in."""
    person = ensure_person(session, sender.address[:ADDRESS_LENGTH], name=sender.name, role=Role.CONTACT)
    if not sender.is_deliverable and person.role == Role.CONTACT:
        person.is_undeliverable = True
    return person


def _twin(case: Case) -> RawMessage | None:
    """Another copy of the same mail that is settled already, by whatever route it came (case 30)."""
    same = select(RawMessage).where(
        RawMessage.fingerprint == case.key,
        RawMessage.id != case.raw_id,
        RawMessage.outcome.in_([Outcome.OPENED, Outcome.APPENDED]),
    )
    return db.session.scalar(same.limit(1))


def _mark_double(case: Case) -> None:
    with write() as session:
        row, twin = _waiting(session, case), _twin(case)
        if row is not None and twin is not None:
            row.incident_id, row.entry_id = twin.incident_id, twin.entry_id
            _finish(row, Outcome.IGNORED, f"the same mail came already by {twin.route}")


def _waiting(session: Session, case: Case) -> RawMessage | None:
    """The row, unless somebody else has settled it meanwhile."""
    found = select(RawMessage).where(RawMessage.id == case.raw_id).with_for_update(of=RawMessage)
    row = session.scalar(found)
    return row if row is not None and row.outcome == Outcome.WAITING else None


def _mark(case: Case, outcome: Outcome, reason: str) -> None:
    with write() as session:
        row = _waiting(session, case)
        if row is not None:
            _finish(row, outcome, reason)


def _settle(
    session: Session,
    row: RawMessage,
    case: Case,
    outcome: Outcome,
    incident: Incident,
    entry_id: int | None,
    *,
    reason: str,
) -> None:
    row.incident_id, row.entry_id = incident.id, entry_id
    if case.mail.message_id:
        remember(session, case.mail.message_id, incident.id)
    _finish(row, outcome, reason)


def remember(session: Session, message_id: str, incident_id: int) -> None:
    """This Message-ID belongs to this incident; safe to repeat."""
    known = select(MailId.id).where(MailId.message_id == message_id, MailId.incident_id == incident_id)
    if session.scalar(known) is None:
        session.add(MailId(message_id=message_id, incident_id=incident_id))


def _finish(row: RawMessage, outcome: Outcome, reason: str) -> None:
    row.outcome, row.reason = outcome, reason[:200]
    row.processed_at, row.lease_until, row.error = clock.now(), None, ""


def facts_of(mail: ParsedMail) -> dict[str, object]:
    """What the row says about its mail once it was read."""
    written = [one.address for one in (*mail.recipients, *([mail.sender] if mail.sender else []))]
    others = dict.fromkeys(one[:320] for one in written if "@" in one and not addresses.is_ours(one))
    return {
        "message_id": mail.message_id,
        "sender": (mail.sender.address if mail.sender else "")[:320],
        "subject": mail.subject[:SUBJECT_LENGTH],
        "participants": list(others)[: MOST_RECIPIENTS + 1],
        "defects": list(mail.defects)[:50],
    }


def _whole_words(mail: ParsedMail) -> str:
    """A first mail keeps what it quotes: it may be what the trouble is about."""
    parts = quote.split(mail.marked_text)
    return "\n\n".join(part for part in (parts.new, parts.quoted) if part.strip()) or mail.text


def _new_words(mail: ParsedMail) -> str:
    return quote.split(mail.marked_text).new.strip() or mail.text or mail.subject or _("(no text)")


def _with_notes(words: str, notes: tuple[str, ...]) -> str:
    return "\n\n".join([words, *notes]) if notes else words


def _files_of(mail: ParsedMail, *, long_text: bool) -> tuple[tuple[Upload, ...], tuple[str, ...]]:
    """The attachments we take, and a note that names those we left in the stored original."""
    limit = current_app.config["SETTINGS"].max_upload
    most = MOST_FILES - 1 if long_text else MOST_FILES
    small = [one for one in mail.attachments if len(one.content) <= limit]
    left = [one for one in mail.attachments if len(one.content) > limit] + small[most:]
    uploads = tuple(Upload(one.name, one.content) for one in small[:most])
    if not left:
        return uploads, ()
    return uploads, (_("[Not attached here, kept with the original mail: %(names)s]", names=_names(left)),)


def _names(attachments: list[Attached]) -> str:
    shown = ", ".join(f"{one.name} ({len(one.content) // 1024} kB)" for one in attachments[:50])
    return shown if len(attachments) <= 50 else f"{shown}, …"
