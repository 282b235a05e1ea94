"""The end of each way: the row gets its outcome, once, in the transaction that makes it true."""

from collections.abc import Sequence

from sqlalchemy import CursorResult, Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from email_intake import addresses, flood, references
from email_intake.case import Case
from email_intake.models import SUBJECT_LENGTH, MailId, Outcome, RawMessage
from email_intake.parse import MOST_RECIPIENTS
from firstline import clock
from firstline.db import put, write
from incidents.models import Entry, Incident

RAW: Table = RawMessage.__table__  # type: ignore[assignment]
LEADS_SOMEWHERE = frozenset({Outcome.OPENED, Outcome.APPENDED})
COPIES = select(RAW.c.fingerprint, RAW.c.outcome).where(
    RAW.c.fingerprint.in_(bindparam("fingerprints", expanding=True))
)
"""Without the outcome: SQLite would look through every mail that was opened."""
TWIN = (
    select(RawMessage)
    .where(
        RawMessage.fingerprint == bindparam("fingerprint"),
        RawMessage.id != bindparam("raw_id"),
        RawMessage.outcome.in_(LEADS_SOMEWHERE),
    )
    .limit(1)
)
MAIL_ID: Table = MailId.__table__  # type: ignore[assignment]
REMEMBERED = select(MAIL_ID.c.message_id, MAIL_ID.c.incident_id).where(
    MAIL_ID.c.message_id.in_(bindparam("ids", expanding=True))
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


def settle_opened(session: Session, several: Sequence[tuple[Case, int]]) -> bool:
    """As `settle` for incidents just opened, in few statements; False where somebody was quicker.

    Raises where that is true of one of several, for the others must not be undone by it.
    """
    if not several:
        return False
    now = clock.now()
    done = [{"raw_id": case.raw_id, "opened": its, "now": now, **facts_of(case)} for case, its in several]
    result = session.execute(SETTLED, done)
    assert isinstance(result, CursorResult), "an update tells how many rows it changed"
    if result.rowcount < len(several):
        if len(several) > 1:
            raise RuntimeError("one of these mails was settled meanwhile")
        return False
    remember_all(session, [(case.mail.message_id, its) for case, its in several if case.mail.message_id])
    for case, its in several:
        references.learn(session, case.mail, its)
    return True


def facts_of(case: Case) -> dict[str, object]:
    """What the row says about its mail once it was read."""
    mail = case.mail
    sender = (mail.sender.address if mail.sender else "")[:320]
    written = [one.address for one in (*mail.recipients, *([mail.sender] if mail.sender else []))]
    others = dict.fromkeys(one[:320] for one in written if "@" in one and not addresses.is_ours(one))
    return {
        "fingerprint": case.key,
        "may_answer": case.may_answer,
        "message_id": mail.message_id,
        "sender": sender,
        "person_key": flood.key_of(sender),
        "domain": flood.domain_of(sender)[:253],
        "subject": mail.subject[:SUBJECT_LENGTH],
        "participants": list(others)[: MOST_RECIPIENTS + 1],
        "defects": list(mail.defects)[:50],
    }


def twin_of(session: Session, case: Case) -> RawMessage | None:
    """Another copy of the same mail that is settled already, by whatever route it came (case 30)."""
    twin: RawMessage | None = session.scalar(TWIN, {"fingerprint": case.key, "raw_id": case.raw_id})
    return twin


def settled_before(session: Session, cases: Sequence[Case]) -> set[str]:
    """The keys among theirs of which a copy is settled already."""
    found = session.execute(COPIES, {"fingerprints": [case.key for case in cases]})
    return {row.fingerprint for row in found if row.outcome in LEADS_SOMEWHERE}


def settle_double(session: Session, case: Case, twin: RawMessage) -> None:
    """A further copy says nothing new, and leads to where the first one went."""
    row = waiting(session, case)
    if row is not None:
        # Where many are opened together the copy shows itself before its facts were noted.
        for name, fact in facts_of(case).items():
            setattr(row, name, fact)
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
    remember_all(session, [(message_id, incident_id)])


def remember_all(session: Session, pairs: Sequence[tuple[str, int]]) -> None:
    """The same of many."""
    found = session.execute(REMEMBERED, {"ids": [message_id for message_id, _its in pairs]})
    known = {(row.message_id, row.incident_id) for row in found}
    for message_id, incident_id in dict.fromkeys(pairs):
        if (message_id, incident_id) not in known:
            put(session, MailId, message_id=message_id, incident_id=incident_id)
