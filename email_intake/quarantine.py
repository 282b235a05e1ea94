"""What was held back, and letting it be judged again; asked by the command line and the set-up pages."""

from collections.abc import Sequence

from sqlalchemy import func, select

from email_intake import process, spool
from email_intake.models import Outcome, RawMessage
from email_intake.parse import ParsedMail
from firstline import clock, jobs
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Conflict, NotFound

HELD = (Outcome.QUARANTINED, Outcome.IGNORED)


def held(*, with_ignored: bool = False, limit: int = 100) -> Sequence[RawMessage]:
    """What is held back, newest first."""
    outcomes = HELD if with_ignored else HELD[:1]
    found = select(RawMessage).where(RawMessage.outcome.in_(outcomes))
    return db.session.scalars(found.order_by(RawMessage.id.desc()).limit(limit)).all()


def outcome_counts() -> dict[str, int]:
    """How many messages came to which outcome."""
    counted = select(RawMessage.outcome, func.count().label("many")).group_by(RawMessage.outcome)
    many = {row.outcome: row.many for row in db.session.execute(counted)}
    return {outcome: many.get(outcome, 0) for outcome in Outcome}


def read(raw_id: int) -> tuple[RawMessage, ParsedMail]:
    """One message and what it says."""
    row = db.session.get(RawMessage, raw_id)
    if row is None:
        raise NotFound(_("There is no such message."))
    return row, process.read_again(row)


def judge_again(raw_id: int, *, is_released: bool) -> None:
    """Put a message back into the spool; a released one is let in although it looked wrong."""
    with write() as session:
        row = session.get(RawMessage, raw_id)
        if row is None:
            raise NotFound(_("There is no such message."))
        if row.outcome not in {*HELD, Outcome.WAITING}:
            raise Conflict(_("This message is %(outcome)s already.", outcome=row.outcome))
        if row.erased_at is not None:
            raise Conflict(_("Its original was erased; there is nothing left to judge."))
        row.outcome, row.is_released = Outcome.WAITING, is_released
        row.attempts, row.not_before, row.lease_until = 0, clock.now(), None
    jobs.nudge(spool.TASK, raw_id)
