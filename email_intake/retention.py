"""How long the bytes of a mail are kept: its original goes after so many days, or when a person asks.

The row stays: it says that a mail came and what became of it. A file goes only when no other row has
its digest, neither a mail nor an attachment. Whoever stores the same bytes in that moment wins:
`files.put` renews the age of a file, `files.remove` spares a young one (case 138).
"""

from datetime import timedelta

from flask import current_app
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from email_intake.models import Outcome, RawMessage
from firstline import clock, files
from firstline.db import db, write
from incidents.models import Attachment
from incidents.people import normalise_address

BATCH = 200


def erase_old() -> int:
    """Erase what is older than `FIRSTLINE_MAIL_KEPT_DAYS` and settled; returns how many."""
    kept_for = timedelta(days=current_app.config["SETTINGS"].mail_kept_days)
    return _erase(RawMessage.received_at < clock.now() - kept_for)


def erase_sender(address: str) -> int:
    """Erase every mail of this sender but those of the last minutes; returns how many."""
    sender, erased = normalise_address(address), 0
    theirs = or_(RawMessage.sender == sender, RawMessage.envelope_from == sender)
    is_kept = RawMessage.received_at < clock.now() - timedelta(seconds=files.YOUNG_S)
    while some := _erase(and_(theirs, is_kept)):
        erased += some
    return erased


def _erase(which: ColumnElement[bool]) -> int:
    due = select(RawMessage.id).where(
        which, RawMessage.erased_at.is_(None), RawMessage.outcome != Outcome.WAITING
    )
    ids = db.session.scalars(due.order_by(RawMessage.id).limit(BATCH)).all()
    for raw_id in ids:
        _erase_one(raw_id)
    return len(ids)


def _erase_one(raw_id: int) -> None:
    with write() as session:
        row = session.get_one(RawMessage, raw_id)
        row.erased_at = clock.now()
        if row.incident_id is None:
            # Nothing refers to it any more: what it says of people goes as well.
            row.sender = row.person_key = row.domain = row.subject = row.message_id = row.client = ""
            row.envelope_from, row.envelope_to, row.participants = None, [], []
        digest = row.digest if not _is_needed(session, row) else ""
    if digest:
        files.remove(digest)


def _is_needed(session: Session, row: RawMessage) -> bool:
    same = select(RawMessage.id).where(
        RawMessage.digest == row.digest, RawMessage.id != row.id, RawMessage.erased_at.is_(None)
    )
    attached = select(Attachment.id).where(Attachment.digest == row.digest)
    return session.scalar(same.limit(1)) is not None or session.scalar(attached.limit(1)) is not None
