"""One spooled message after the other: claimed, read, judged, handed over. One bad one stops nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import sleep

from sqlalchemy import Table, bindparam, or_, select, update
from sqlalchemy.orm import Session

from email_intake import addresses, batch, guard, handover, spool
from email_intake.case import Case
from email_intake.guard import Nature
from email_intake.models import Mailbox, Outcome, RawMessage
from email_intake.parse import ParsedMail, parse
from email_intake.settle import facts_of
from firstline import clock, log
from firstline.db import db, together, write
from incidents.people import Person, Role, find_by_addresses, normalise_address

LEASE_FOR = timedelta(seconds=30)
"""Short, because doing a step twice is harmless and waiting for a dead process is not."""
MOST_ATTEMPTS = 5
SUSPECT_FROM, MOST_CLAIMS = 3, 10
"""Claimed so often without an end, a mail may kill whoever reads it: first read by itself, then no more."""
LOOK_AGAIN_AFTER = timedelta(seconds=5)
RETRY_AFTER = timedelta(seconds=20)
ANSWERED_WITHIN = timedelta(days=1)
"""Older mail, such as a mailbox full of it taken over, is not answered by a machine (case 132)."""
BATCH, CLAIMED_AT_ONCE = 200, 10
RAW: Table = RawMessage.__table__  # type: ignore[assignment]
"""Bare statements where no object is wanted: they cost a fraction."""
NOTED = update(RAW).where(RAW.c.id == bindparam("raw_id"))
LOOKS, LOOK_EVERY_S = 300, 0.1
logger = log.get(__name__)


@dataclass(frozen=True, kw_only=True)
class Spooled:
    """A spooled message as it was read, to be judged: apart from its row, which a transaction reads anew."""

    raw_id: int
    digest: str
    envelope_from: str | None
    envelope_to: tuple[str, ...]
    received_at: datetime
    mailbox_id: int | None
    is_released: bool
    client: str
    mail: ParsedMail


def process(raw_id: int) -> None:
    """Settle one message, unless it is settled or somebody is at it. Never raises."""
    _settle_all(_claim([raw_id]))


def _settle_all(raw_ids: Sequence[int]) -> None:
    """In one transaction what it is right for; if one of them fails, and the others, each by itself."""
    alone: dict[int, Spooled | None] = dict.fromkeys(raw_ids)
    try:
        read = _read_all(raw_ids)
        alone |= {one.raw_id: one for one in read}
        for raw_id in _conclude_together(read):
            del alone[raw_id]
    except Exception as error:  # noqa: BLE001 - one of them becomes a retry or `quarantined`, the others go on
        logger.info("mails are settled one by one", raw_ids=raw_ids, error=repr(error))
    for raw_id, spooled in sorted(alone.items()):
        _settle(raw_id, spooled)


def _conclude_together(many: Sequence[Spooled]) -> list[int]:
    """Those that begin something new, and those without files; returns which."""
    openings = batch.openings_among(_as_cases(many))
    ready = batch.made_ready(openings)
    begun = {one.case.raw_id for one in openings}
    light = [one for one in many if one.raw_id not in begun and not one.mail.attachments]
    if openings or light:
        with together():
            batch.open_all(openings, ready)
            for spooled in light:
                _conclude(spooled)
    return [*begun, *(one.raw_id for one in light)]


def _settle(raw_id: int, spooled: Spooled | None) -> None:
    """By itself; read now where reading many failed."""
    try:
        db.session.rollback()
        _conclude(spooled or _read_all([raw_id])[0])
    except handover.TooEarly:
        _wait_for_older(raw_id)
    except Exception as error:  # noqa: BLE001 - becomes a retry, then the outcome `quarantined`
        logger.error("a mail could not be processed", raw_id=raw_id, error=repr(error))
        _put_off(raw_id, error)


def process_at_once(raw_id: int) -> RawMessage:
    """Settle one message here and now, however often it takes, and return its row."""
    row = _try(raw_id)
    for _look in range(LOOKS):
        if row.outcome != Outcome.WAITING:
            break
        # A worker has taken it meanwhile, or it failed and is tried again, or it answers an older one.
        sleep(LOOK_EVERY_S)
        process_waiting()
        row = _try(raw_id)
    return row


def _try(raw_id: int) -> RawMessage:
    process(raw_id)
    db.session.rollback()
    row = db.session.get(RawMessage, raw_id)
    assert row is not None, "a spooled message is never deleted while it waits"
    return row


def process_waiting() -> int:
    """Settle what waits, in the order it came; returns how many there were.

    Some are claimed at once, so that competing workers take turns instead of the same one.
    """
    done = 0
    while done < BATCH and (claimed := _claim()):
        _settle_all(claimed)
        done += len(claimed)
    return done


def _claim(only: Sequence[int] = ()) -> Sequence[int]:
    """Take a lease on these, or on the oldest that are due; returns which."""
    now = clock.now()
    free = select(RAW.c.id).where(
        RAW.c.outcome == Outcome.WAITING, or_(RAW.c.lease_until.is_(None), RAW.c.lease_until < now)
    )
    wanted = free.where(RAW.c.id.in_(only)) if only else free.where(RAW.c.not_before <= now)
    some = wanted.add_columns(RAW.c.attempts).order_by(RAW.c.id).limit(CLAIMED_AT_ONCE)
    with write() as session:
        rows = session.execute(some.with_for_update(skip_locked=True)).all()
        _hold_back(session, [row.id for row in rows if row.attempts >= MOST_CLAIMS])
        ids = _together_or_alone({row.id: row.attempts for row in rows if row.attempts < MOST_CLAIMS})
        if ids:
            taken = {"lease_until": now + LEASE_FOR, "attempts": RAW.c.attempts + 1}
            session.execute(update(RAW).where(RAW.c.id.in_(ids)).values(taken))
    return ids


def _together_or_alone(attempts: dict[int, int]) -> list[int]:
    """All that are above suspicion; where there are none, the first of the others."""
    calm = [raw_id for raw_id, tried in attempts.items() if tried < SUSPECT_FROM]
    return calm or list(attempts)[:1]


def _hold_back(session: Session, raw_ids: Sequence[int]) -> None:
    if raw_ids:
        reason = "every process that read it ended; replay it after an update"
        held = {"outcome": Outcome.QUARANTINED, "processed_at": clock.now(), "reason": reason}
        session.execute(update(RAW).where(RAW.c.id.in_(raw_ids)).values(held))
        logger.error("mails are held back unread", raw_ids=raw_ids, why=reason)


def _read_all(raw_ids: Sequence[int]) -> list[Spooled]:
    rows = db.session.scalars(select(RawMessage).where(RawMessage.id.in_(raw_ids)).order_by(RawMessage.id))
    return [_read(row) for row in rows]


def _read(row: RawMessage) -> Spooled:
    return Spooled(
        raw_id=row.id,
        digest=row.digest,
        envelope_from=row.envelope_from,
        envelope_to=tuple(row.envelope_to),
        received_at=row.received_at,
        mailbox_id=row.mailbox_id,
        is_released=row.is_released,
        client=row.client,
        mail=read_again(row),
    )


def _conclude(spooled: Spooled) -> None:
    (case,) = _as_cases([spooled])
    _note(case)
    handover.hand_over(case)


def _as_cases(many: Sequence[Spooled]) -> list[Case]:
    senders = {one.raw_id: normalise_address(one.mail.sender.address) for one in many if one.mail.sender}
    people = find_by_addresses(db.session(), list(dict.fromkeys(senders.values())))
    return [_as_case(one, people.get(senders.get(one.raw_id, ""))) for one in many]


def _as_case(spooled: Spooled, person: Person | None) -> Case:
    mail = spooled.mail
    verdict = guard.judge(mail, envelope_from=spooled.envelope_from)
    mailbox = _mailbox(spooled)
    # Without a Message-ID or a date, two mails with the same words may be two troubles (case 26).
    is_one_of_a_kind = mail.message_id or mail.claimed_at
    key = f"mail:{(mail.fingerprint if is_one_of_a_kind else spooled.digest)[:48]}"
    is_monitor = person is not None and person.role == Role.MONITOR
    is_fresh = clock.now() - spooled.received_at < ANSWERED_WITHIN
    return Case(
        raw_id=spooled.raw_id,
        received_at=spooled.received_at,
        key=f"{key}:{mailbox.id}" if mailbox is not None and mailbox.opens_own else key,
        is_released=spooled.is_released,
        mail=mail,
        verdict=verdict,
        may_answer=(
            verdict.nature == Nature.HUMAN
            and verdict.may_answer
            and is_fresh
            and not is_monitor
            and not spooled.is_released
        ),
        person_id=person.id if person is not None else None,
        role=person.role if person is not None else "",
        language=person.language if person is not None else "",
        is_settled_person=person is not None and person.bounced_count == 0 and _is_deliverable(mail),
        client=spooled.client,
        mailbox=mailbox,
    )


def _is_deliverable(mail: ParsedMail) -> bool:
    return mail.sender is not None and mail.sender.is_deliverable


def _mailbox(spooled: Spooled) -> Mailbox | None:
    """Where the mail came in: by IMAP the mailbox itself, else the one whose address it was sent to."""
    if spooled.mailbox_id is not None:
        return db.session.get(Mailbox, spooled.mailbox_id)
    named = [one.casefold() for one in spooled.envelope_to if one.casefold() in addresses.intake()]
    if not named or named == [addresses.helpdesk().casefold()]:
        return None
    return db.session.scalar(select(Mailbox).where(Mailbox.address.in_(named)).order_by(Mailbox.id).limit(1))


def _note(case: Case) -> None:
    """What was read and whether we may answer, committed before anything can be answered."""
    with write() as session:
        session.execute(NOTED, {"raw_id": case.raw_id, **facts_of(case)})


def _wait_for_older(raw_id: int) -> None:
    """Read again soon; no attempt that failed."""
    again = {
        "lease_until": None,
        "not_before": clock.now() + LOOK_AGAIN_AFTER,
        "attempts": RAW.c.attempts - 1,
    }
    with write() as session:
        session.execute(update(RAW).where(RAW.c.id == raw_id, RAW.c.outcome == Outcome.WAITING).values(again))


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
