"""The end of each way: the row gets its outcome, once, in the transaction that makes it true."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from email_intake import references
from email_intake.case import Case
from email_intake.models import MailId, Outcome, RawMessage
from firstline import clock
from firstline.db import write
from incidents.models import Incident


def waiting(session: Session, case: Case) -> RawMessage | None:
    """The row, unless somebody else has settled it meanwhile."""
    found = select(RawMessage).where(RawMessage.id == case.raw_id).with_for_update(of=RawMessage)
    row = session.scalar(found)
    return row if row is not None and row.outcome == Outcome.WAITING else None


def settle(
    session: Session,
    row: RawMessage,
    case: Case,
    outcome: Outcome,
    incident: Incident,
    entry_id: int | None,
    *,
    reason: str,
) -> None:
    """Tie the row to its incident; its Message-ID and the other desk's number lead there from now on."""
    row.incident_id, row.entry_id = incident.id, entry_id
    if case.mail.message_id:
        remember(session, case.mail.message_id, incident.id)
    references.learn(session, case.mail, incident.id)
    finish(row, outcome, reason)


def mark(case: Case, outcome: Outcome, reason: str) -> None:
    """An outcome without an incident."""
    with write() as session:
        row = waiting(session, case)
        if row is not None:
            finish(row, outcome, reason)


def finish(row: RawMessage, outcome: Outcome, reason: str) -> None:
    """The row is settled."""
    row.outcome, row.reason = outcome, reason[:200]
    row.processed_at, row.lease_until, row.error = clock.now(), None, ""


def remember(session: Session, message_id: str, incident_id: int) -> None:
    """This Message-ID belongs to this incident; safe to repeat."""
    known = select(MailId.id).where(MailId.message_id == message_id, MailId.incident_id == incident_id)
    if session.scalar(known) is None:
        session.add(MailId(message_id=message_id, incident_id=incident_id))
