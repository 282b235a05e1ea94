"""The end of each way: the row gets its outcome, once, in the transaction that makes it true."""

from sqlalchemy import CursorResult, Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from email_intake import references
from email_intake.case import Case
from email_intake.models import MailId, Outcome, RawMessage
from firstline import clock
from firstline.db import put, write
from incidents.models import Entry, Incident

RAW: Table = RawMessage.__table__  # type: ignore[assignment]
TWIN = (
    select(RawMessage)
    .where(
        RawMessage.fingerprint == bindparam("fingerprint"),
        RawMessage.id != bindparam("raw_id"),
        RawMessage.outcome.in_([Outcome.OPENED, Outcome.APPENDED]),
    )
    .limit(1)
)
MAIL_ID: Table = MailId.__table__  # type: ignore[assignment]
REMEMBERED = select(MAIL_ID.c.id).where(
    MAIL_ID.c.message_id == bindparam("message_id"), MAIL_ID.c.incident_id == bindparam("incident_id")
)
SETTLED = (
    update(RAW)
    .where(RAW.c.id == bindparam("raw_id"), RAW.c.outcome == Outcome.WAITING)
    .values(
        outcome=Outcome.OPENED,
        reason="",
        incident_id=bindparam("opened"),
        entry_id=select(func.min(Entry.id)).where(Entry.incident_id == bindparam("opened")).scalar_subquery(),
        processed_at=bindparam("now"),
        lease_until=None,
        error="",
    )
)


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
    if case.mail.message_id:
        remember(session, case.mail.message_id, incident.id)
    references.learn(session, case.mail, incident.id)
    row.incident_id, row.entry_id = incident.id, entry_id
    finish(row, outcome, reason)


def settle_opened(session: Session, case: Case, incident_id: int) -> bool:
    """As `settle` for an incident just opened, in few statements; False where somebody was quicker."""
    done = {"raw_id": case.raw_id, "opened": incident_id, "now": clock.now()}
    result = session.execute(SETTLED, done)
    assert isinstance(result, CursorResult), "an update tells how many rows it changed"
    if result.rowcount == 0:
        return False
    if case.mail.message_id:
        remember(session, case.mail.message_id, incident_id)
    references.learn(session, case.mail, incident_id)
    return True


def twin_of(session: Session, case: Case) -> RawMessage | None:
    """Another copy of the same mail that is settled already, by whatever route it came (case 30)."""
    twin: RawMessage | None = session.scalar(TWIN, {"fingerprint": case.key, "raw_id": case.raw_id})
    return twin


def settle_double(session: Session, case: Case, twin: RawMessage) -> None:
    """A further copy says nothing new, and leads to where the first one went."""
    row = waiting(session, case)
    if row is not None:
        row.incident_id, row.entry_id = twin.incident_id, twin.entry_id
        finish(row, Outcome.IGNORED, f"the same mail came already by {twin.route}")


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
    asked = {"message_id": message_id, "incident_id": incident_id}
    if session.scalar(REMEMBERED, asked) is None:
        put(session, MailId, message_id=message_id, incident_id=incident_id)
