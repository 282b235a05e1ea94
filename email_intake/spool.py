"""Bytes first: a message is committed here before it is parsed, answered with 250 or flagged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from email_intake.models import RawMessage
from firstline import clock, files
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import NotFound

TASK = "process-mail"
SMTP = "smtp"
FILE = "file"
ADDRESS_LENGTH = 320
MOST_KEPT_RECIPIENTS = 50


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in an IMAP mailbox a message lies."""

    mailbox_id: int
    uidvalidity: int
    uid: int


def store(
    raw: bytes,
    *,
    route: str,
    envelope_from: str | None = None,
    envelope_to: Sequence[str] = (),
    received_at: datetime | None = None,
    place: Place | None = None,
) -> int:
    """Keep the bytes and their row durably; the same bytes by the same route are the same row."""
    digest = files.put(raw)
    row = RawMessage(
        digest=digest,
        route=route,
        size=len(raw),
        envelope_from=_cut(envelope_from),
        envelope_to=[str(_cut(address)) for address in envelope_to][:MOST_KEPT_RECIPIENTS],
        received_at=received_at or clock.now(),
        mailbox_id=place.mailbox_id if place else None,
        uidvalidity=place.uidvalidity if place else None,
        uid=place.uid if place else None,
    )
    try:
        with write() as session:
            known = _known(session, digest, route)
            if known is not None:
                return _moved(known, place)
            session.add(row)
            session.flush()
            return row.id
    except IntegrityError:
        # PostgreSQL lets two transactions look at once; the uniqueness of the row decides.
        known = _known(db.session(), digest, route)
        if known is None:
            raise
        return known.id


def load(row: RawMessage) -> bytes:
    """The bytes of a spooled message; raises `NotFound` once they were erased."""
    if row.erased_at is not None:
        raise NotFound(_("The original of this mail was erased: it had been kept long enough."))
    with files.opened(row.digest) as file:
        return file.read()


def digest_of(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def _known(session: Session, digest: str, route: str) -> RawMessage | None:
    found = select(RawMessage).where(RawMessage.digest == digest, RawMessage.route == route)
    return session.scalar(found)


def _moved(row: RawMessage, place: Place | None) -> int:
    # Its bytes may have been erased and are there again: retention looks at it once more.
    row.erased_at = None
    if place is not None:
        row.mailbox_id, row.uidvalidity, row.uid = place.mailbox_id, place.uidvalidity, place.uid
    return row.id


def _cut(address: str | None) -> str | None:
    if address is None:
        return None
    return address.encode("utf-8", "replace").decode().replace("\0", "")[:ADDRESS_LENGTH]
