"""Bytes first: a message is committed here before it is parsed, answered with 250 or flagged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from email_intake import accounting
from email_intake.models import RawMessage
from firstline import clock, files, jobs
from firstline.db import settle_on_disk, write
from firstline.i18n import gettext as _
from incidents.errors import NotFound

TASK = "process-mail"
MANY = "process-mails"
SMTP = "smtp"
LMTP = "lmtp"
FILE = "file"
ADDRESS_LENGTH = 320
MOST_KEPT_RECIPIENTS = 50


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in an IMAP mailbox a message lies."""

    mailbox_id: int
    uidvalidity: int
    uid: int


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One message as it comes in; `received_at` None is now, `client` who brought it to the listener."""

    raw: bytes = field(repr=False)
    route: str
    envelope_from: str | None = None
    envelope_to: Sequence[str] = ()
    received_at: datetime | None = None
    place: Place | None = None
    client: str = ""


def store(
    raw: bytes,
    *,
    route: str,
    envelope_from: str | None = None,
    envelope_to: Sequence[str] = (),
    received_at: datetime | None = None,
    place: Place | None = None,
    client: str = "",
) -> int:
    """Keep the bytes and their row durably; the same bytes by the same route are the same row."""
    arrival = Arrival(
        raw=raw,
        route=route,
        envelope_from=envelope_from,
        envelope_to=envelope_to,
        received_at=received_at,
        place=place,
        client=client,
    )
    return store_all([arrival])[0]


def store_all(arrivals: Sequence[Arrival]) -> list[int]:
    """The same for many in one transaction; returns their ids, in order."""
    digests = files.put_all([arrival.raw for arrival in arrivals])
    try:
        ids = _store(arrivals, digests)
    except IntegrityError:
        # PostgreSQL lets two transactions look at once; the second look sees what the other stored.
        ids = [_store([one], [digest])[0] for one, digest in zip(arrivals, digests, strict=True)]
    settle_on_disk()
    return ids


def _store(arrivals: Sequence[Arrival], digests: Sequence[str]) -> list[int]:
    with write() as session:
        rows = _known(session, digests)
        fresh = []
        for arrival, digest in zip(arrivals, digests, strict=True):
            known = rows.get((digest, arrival.route))
            if known is None:
                rows[digest, arrival.route] = row = _row(arrival, digest)
                fresh.append(row)
            else:
                _come_again(known, arrival.place)
        session.add_all(fresh)
        session.flush()
        accounting.count(session, [(row.route, row.received_at) for row in fresh])
        return [rows[digest, one.route].id for one, digest in zip(arrivals, digests, strict=True)]


def nudge(ids: Sequence[int]) -> None:
    """Ask the worker to read what was stored: one by one, or a batch as a whole."""
    if len(ids) == 1:
        jobs.nudge(TASK, ids[0])
    elif ids:
        jobs.nudge(MANY)


def load(row: RawMessage) -> bytes:
    """The bytes of a spooled message; raises `NotFound` once they were erased."""
    if row.erased_at is not None:
        raise NotFound(_("The original of this mail was erased: it had been kept long enough."))
    with files.opened(row.digest) as file:
        return file.read()


def digest_of(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def _known(session: Session, digests: Sequence[str]) -> dict[tuple[str, str], RawMessage]:
    found = session.scalars(select(RawMessage).where(RawMessage.digest.in_(digests)))
    return {(row.digest, row.route): row for row in found}


def _row(arrival: Arrival, digest: str) -> RawMessage:
    place = arrival.place
    return RawMessage(
        digest=digest,
        route=arrival.route,
        size=len(arrival.raw),
        envelope_from=_cut(arrival.envelope_from),
        envelope_to=[str(_cut(address)) for address in arrival.envelope_to][:MOST_KEPT_RECIPIENTS],
        client=arrival.client[:64],
        received_at=arrival.received_at or clock.now(),
        mailbox_id=place.mailbox_id if place else None,
        uidvalidity=place.uidvalidity if place else None,
        uid=place.uid if place else None,
    )


def _come_again(row: RawMessage, place: Place | None) -> None:
    # Its bytes may have been erased and are there again: retention looks at it once more.
    row.erased_at = None
    if place is not None:
        row.mailbox_id, row.uidvalidity, row.uid = place.mailbox_id, place.uidvalidity, place.uid


def _cut(address: str | None) -> str | None:
    if address is None:
        return None
    return address.encode("utf-8", "replace").decode().replace("\0", "")[:ADDRESS_LENGTH]
