"""One spooled message after the other: claimed, read, judged, handed over. One bad one stops nobody."""

from datetime import timedelta
from time import sleep

from sqlalchemy import CursorResult, or_, select, update

from email_intake import guard, handover, spool
from email_intake.guard import Nature
from email_intake.handover import Case
from email_intake.models import Outcome, RawMessage
from email_intake.parse import ParsedMail, parse
from firstline import clock, log
from firstline.db import db, write

LEASE_FOR = timedelta(seconds=30)
"""Short, because doing a step twice is harmless and waiting for a dead process is not."""
MOST_ATTEMPTS = 5
RETRY_AFTER = timedelta(seconds=20)
BATCH = 200
LOOKS, LOOK_EVERY_S = 300, 0.1
logger = log.get(__name__)


def process(raw_id: int) -> None:
    """Settle one message, unless it is settled or somebody is at it. Never raises."""
    if not _claim(raw_id):
        return
    try:
        _work(raw_id)
    except Exception as error:  # noqa: BLE001 - becomes a retry, then the outcome `quarantined`
        logger.error("a mail could not be processed", raw_id=raw_id, error=repr(error))
        _put_off(raw_id, error)


def process_at_once(raw_id: int) -> RawMessage:
    """Settle one message here and now, however often it takes, and return its row."""
    row = _try(raw_id)
    for _look in range(LOOKS):
        if row.outcome != Outcome.WAITING:
            break
        # A worker has taken it meanwhile, or it failed and is tried again.
        sleep(LOOK_EVERY_S)
        row = _try(raw_id)
    return row


def _try(raw_id: int) -> RawMessage:
    process(raw_id)
    db.session.rollback()
    row = db.session.get(RawMessage, raw_id)
    assert row is not None, "a spooled message is never deleted while it waits"
    return row


def process_waiting() -> int:
    """Settle what waits, in the order it came; returns how many there were."""
    now = clock.now()
    due = select(RawMessage.id).where(
        RawMessage.outcome == Outcome.WAITING,
        RawMessage.not_before <= now,
        or_(RawMessage.lease_until.is_(None), RawMessage.lease_until < now),
    )
    ids = db.session.scalars(due.order_by(RawMessage.id).limit(BATCH)).all()
    for raw_id in ids:
        process(raw_id)
    return len(ids)


def _claim(raw_id: int) -> bool:
    now = clock.now()
    free = update(RawMessage).where(
        RawMessage.id == raw_id,
        RawMessage.outcome == Outcome.WAITING,
        or_(RawMessage.lease_until.is_(None), RawMessage.lease_until < now),
    )
    with write() as session:
        result = session.execute(free.values(lease_until=now + LEASE_FOR, attempts=RawMessage.attempts + 1))
        assert isinstance(result, CursorResult), "an update tells how many rows it changed"
        return result.rowcount > 0


def _work(raw_id: int) -> None:
    row = db.session.get(RawMessage, raw_id)
    assert row is not None, "a claimed row exists"
    raw = spool.load(row)
    mail = parse(raw, envelope_from=row.envelope_from, envelope_to=tuple(row.envelope_to))
    verdict = guard.judge(mail, envelope_from=row.envelope_from)
    # Without a Message-ID or a date, two mails with the same words may be two troubles (case 26).
    is_one_of_a_kind = mail.message_id or mail.claimed_at
    case = Case(
        raw_id=raw_id,
        received_at=row.received_at,
        key=f"mail:{(mail.fingerprint if is_one_of_a_kind else row.digest)[:56]}",
        is_released=row.is_released,
        mail=mail,
        verdict=verdict,
    )
    _note(case)
    handover.hand_over(case)


def _note(case: Case) -> None:
    """What was read and whether we may answer, committed before anything can be answered."""
    with write() as session:
        row = session.get(RawMessage, case.raw_id)
        assert row is not None, "a claimed row exists"
        for name, value in handover.facts_of(case.mail).items():
            setattr(row, name, value)
        row.fingerprint = case.key
        row.may_answer = (
            case.verdict.nature == Nature.HUMAN and case.verdict.may_answer and not case.is_released
        )


def _put_off(raw_id: int, error: Exception) -> None:
    with write() as session:
        row = session.get(RawMessage, raw_id)
        if row is None or row.outcome != Outcome.WAITING:
            return
        row.lease_until, row.error = None, repr(error)[:2000]
        row.not_before = clock.now() + RETRY_AFTER * 2 ** min(row.attempts, 6)
        if row.attempts >= MOST_ATTEMPTS:
            row.outcome, row.processed_at = Outcome.QUARANTINED, clock.now()
            row.reason = "could not be processed; replay it after an update"


def read_again(row: RawMessage) -> ParsedMail:
    """The parsed form of a spooled message, for those who want to look at it."""
    return parse(spool.load(row), envelope_from=row.envelope_from, envelope_to=tuple(row.envelope_to))
