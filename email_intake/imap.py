"""Fetching from an IMAP folder: by UID, bytes first, flagged or moved only after they are committed.

IDLE wakes us; every wake-up and every time-out searches by UID anyway, because IDLE says nothing of
mail that came before it began.
"""

import imaplib
import re
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from time import mktime, monotonic
from typing import cast

from flask import current_app
from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError
from imap_tools.utils import encode_folder
from sqlalchemy import select

from email_intake import mailboxes, spool
from email_intake.models import Mailbox, RawMessage, StartAt
from email_intake.parse import CUT_HEADER
from email_intake.spool import Arrival, Place
from firstline import clock, log
from firstline.db import db, write
from firstline.i18n import gettext as _

IDLE_S, LOOK_EVERY_S = 60.0, 2.0
CHUNK, CHUNK_BYTES = 50, 16 * 1024 * 1024
"""What is kept with one wait for the disk, and at most held in memory."""
BEGINNING = 1_000_000
SIZE = re.compile(rb"UID (\d+)\b.*RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+)\b.*UID (\d+)")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
logger = log.get(__name__)


class _NotThere(Exception):
    """The server has no such message any more, or does not give it."""


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """From where on a folder is read; `since` None takes mail of any age."""

    uidvalidity: int
    last_uid: int
    since: datetime | None


def fetch_new(box: BaseMailBox, mailbox_id: int) -> int:
    """Spool every message we do not hold yet, put it away, and remember how far we came."""
    start = _begin(box, mailbox_id)
    fetched, failed, trouble = 0, list[int](), ""
    uids = _uids_after(box, start.last_uid, start.since)
    for chunk in (uids[at : at + CHUNK] for at in range(0, len(uids), CHUNK)):
        held = _held(mailbox_id, start.uidvalidity, chunk)
        kept = _keep(
            box,
            [
                Place(mailbox_id=mailbox_id, uidvalidity=start.uidvalidity, uid=uid)
                for uid in chunk
                if uid not in held
            ],
        )
        failed += [uid for uid in chunk if uid not in held and uid not in kept]
        # What was committed before a crash, but not put away, is put away now.
        trouble = _put_away(box, mailbox_id, sorted([*held, *kept])) or trouble
        fetched += len(kept)
        _remember(mailbox_id, _came_to(chunk, failed, start.last_uid), trouble or _unfetched(failed))
    if not uids:
        _remember(mailbox_id, start.last_uid, "")
    return fetched


def await_news(box: BaseMailBox, stop: threading.Event) -> None:
    """Wait until the server says something, a minute is over, or `stop` is set."""
    if _was_told(box):
        return
    if b"IDLE" not in _capabilities(box):
        stop.wait(LOOK_EVERY_S * 5)
        box.client.noop()
        return
    deadline = monotonic() + IDLE_S
    box.idle.start()  # type: ignore[no-untyped-call]
    try:
        while not stop.is_set() and monotonic() < deadline and not _has_read_on(box) and _is_quiet(box):
            pass
    finally:
        box.idle.stop()  # type: ignore[no-untyped-call]


def _was_told(box: BaseMailBox) -> bool:
    """Whether mail was announced beside another answer, after we had searched: IDLE would not repeat it."""
    _code, counts = box.client.response("EXISTS")
    return any(counts)


def _has_read_on(box: BaseMailBox) -> bool:
    """Whether news came in the same breath as the last answer: read already, so the socket stays silent."""
    sock = box.client.sock
    timeout_s = sock.gettimeout()
    sock.settimeout(0)
    try:
        return bool(cast(BufferedReader, box.client.file).peek(1))
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        sock.settimeout(timeout_s)


def _is_quiet(box: BaseMailBox) -> bool:
    """Whether nothing was said for a moment; a server that hung up answers at once, with nothing."""
    asked_at = monotonic()
    return not box.idle.poll(timeout=LOOK_EVERY_S) and monotonic() - asked_at >= LOOK_EVERY_S / 2


def _keep(box: BaseMailBox, places: Sequence[Place]) -> list[int]:
    """Fetch and commit; returns the UIDs that are kept. One that fails must not hold up the others."""
    sizes = _sizes(box, [place.uid for place in places])
    kept: list[int] = []
    for group in _groups(places, sizes):
        arrivals: list[Arrival] = []
        for place in group:
            try:
                arrivals.append(_take(box, place, sizes.get(place.uid, 0)))
            except _NotThere as error:
                logger.error("a message could not be fetched", uid=place.uid, error=str(error))
        if arrivals:
            spool.nudge(spool.store_all(arrivals))
        kept += [one.place.uid for one in arrivals if one.place is not None]
    return kept


def _groups(places: Sequence[Place], sizes: dict[int, int]) -> Iterator[list[Place]]:
    group: list[Place] = []
    for place in places:
        if group and sum(sizes.get(one.uid, 0) for one in [*group, place]) > CHUNK_BYTES:
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _take(box: BaseMailBox, place: Place, size: int) -> Arrival:
    """The message, or the beginning of one too large to take whole (case 115)."""
    most = 2 * current_app.config["SETTINGS"].max_upload
    wanted = "BODY.PEEK[]" if size <= most else f"BODY.PEEK[]<0.{BEGINNING}>"
    status, answer = box.client.uid("FETCH", str(place.uid), f"(UID INTERNALDATE {wanted})")
    found = next((part for part in answer if isinstance(part, tuple) and len(part) == 2), None)
    if status != "OK" or found is None:
        raise _NotThere(f"{status} {answer!r}"[:300])
    head, raw = found
    if size > most:
        raw = f"{CUT_HEADER}: {size}\r\n".encode() + raw
    return Arrival(raw=raw, route=f"imap:{place.mailbox_id}", received_at=_received_at(head), place=place)


def _sizes(box: BaseMailBox, uids: Sequence[int]) -> dict[int, int]:
    """How large each message is, asked before any of them is fetched."""
    if not uids:
        return {}
    _status, answer = box.client.uid("FETCH", _set_of(uids), "(RFC822.SIZE)")
    found = [match for part in answer if isinstance(part, bytes) and (match := SIZE.search(part))]
    return {int(match[1] or match[4]): int(match[2] or match[3]) for match in found}


def _put_away(box: BaseMailBox, mailbox_id: int, uids: Sequence[int]) -> str:
    """Flag as seen or move to the folder of the mailbox; returns what went wrong, in words."""
    if not uids:
        return ""
    folder = mailboxes.find(mailbox_id).move_to
    db.session.rollback()
    try:
        if folder:
            _move(box, _set_of(uids), folder)
        else:
            _ask(box, "STORE", _set_of(uids), "+FLAGS.SILENT", r"(\Seen)")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        logger.error("mail is kept, but could not be put away", mailbox=mailbox_id, error=str(error))
        return _("Mail is taken, but could not be flagged or moved: %(why)s", why=error)
    return ""


def _move(box: BaseMailBox, uids: str, folder: str) -> None:
    quoted = encode_folder(folder).decode("ascii")
    if not box.folder.exists(folder):
        box.folder.create(folder)
    if b"MOVE" in _capabilities(box):
        _ask(box, "MOVE", uids, quoted)
        return
    _ask(box, "COPY", uids, quoted)
    _ask(box, "STORE", uids, "+FLAGS.SILENT", r"(\Seen \Deleted)")
    if b"UIDPLUS" in _capabilities(box):
        # A plain EXPUNGE would also delete what somebody else has marked.
        _ask(box, "EXPUNGE", uids)


def _ask(box: BaseMailBox, *command: str) -> None:
    status, answer = box.client.uid(*command)
    if status != "OK":
        raise imaplib.IMAP4.error(f"{command[0]}: {answer!r}"[:300])


def _set_of(uids: Sequence[int]) -> str:
    return ",".join(str(uid) for uid in uids)


def _received_at(head: bytes) -> datetime:
    """When the mail server got it, but never later than now."""
    when = imaplib.Internaldate2tuple(head)
    if when is None:
        return clock.now()
    return min(datetime.fromtimestamp(mktime(when), UTC), clock.now())


def _begin(box: BaseMailBox, mailbox_id: int) -> Beginning:
    """How far we came; from the start again when the folder was made anew (cases 42, 43)."""
    said = box.folder.status(box.folder.get(), ["UIDVALIDITY", "UIDNEXT"])
    with write() as session:
        mailbox = session.get_one(Mailbox, mailbox_id)
        if mailbox.uidvalidity != said["UIDVALIDITY"]:
            is_first = mailbox.uidvalidity is None
            if not is_first:
                logger.warning("the folder was made anew; reading it again", mailbox=mailbox.name)
                mailboxes.note_renewal(session, mailbox)
            is_empty_start = is_first and mailbox.start_at == StartAt.NOW
            mailbox.uidvalidity = said["UIDVALIDITY"]
            mailbox.last_uid = said["UIDNEXT"] - 1 if is_empty_start else 0
        return Beginning(uidvalidity=said["UIDVALIDITY"], last_uid=mailbox.last_uid, since=_since(mailbox))


def _since(mailbox: Mailbox) -> datetime | None:
    """The start of what we take, by the day (case 132)."""
    if mailbox.start_at == StartAt.ALL:
        return None
    days = mailbox.start_days if mailbox.start_at == StartAt.DAYS else 0
    return mailbox.started_at - timedelta(days=days)


def _uids_after(box: BaseMailBox, last_uid: int, since: datetime | None) -> list[int]:
    # `n:*` always names the last message, even where it is older than n.
    by_uid = f"UID {last_uid + 1}:*"
    attempts = [by_uid]
    if since is not None:
        attempts.insert(0, f"{by_uid} SINCE {since.day:02d}-{MONTHS[since.month - 1]}-{since.year}")
    return [uid for uid in _search(box, *attempts) if uid > last_uid]


def _search(box: BaseMailBox, *attempts: str) -> list[int]:
    """The first search the server understands: some stumble over a date (case 46). No charset is named."""
    for last, criteria in enumerate(attempts, start=1):
        try:
            return sorted(int(uid) for uid in box.uids(criteria, charset=None) if re.fullmatch(r"\d+", uid))
        except (ImapToolsError, imaplib.IMAP4.error) as error:
            # A broken connection is no refusal: it is for whoever reconnects.
            if isinstance(error, imaplib.IMAP4.abort) or last == len(attempts):
                raise
            logger.warning("the server refused a search; trying a simpler one", error=str(error))
    return []


def _held(mailbox_id: int, uidvalidity: int, uids: Sequence[int]) -> set[int]:
    held = select(RawMessage.uid).where(
        RawMessage.mailbox_id == mailbox_id, RawMessage.uidvalidity == uidvalidity, RawMessage.uid.in_(uids)
    )
    return {uid for uid in db.session.scalars(held) if uid is not None}


def _came_to(chunk: Sequence[int], failed: Sequence[int], last_uid: int) -> int:
    """Up to where everything is held: what failed is tried again."""
    return min(failed) - 1 if failed else max([last_uid, *chunk])


def _unfetched(failed: Sequence[int]) -> str:
    if not failed:
        return ""
    return _(
        "The server does not give us %(count)d mails (UID %(first)d and on).",
        count=len(failed),
        first=min(failed),
    )


def _remember(mailbox_id: int, uid: int, trouble: str) -> None:
    with write() as session:
        mailbox = session.get_one(Mailbox, mailbox_id)
        mailbox.last_uid, mailbox.fetched_at = max(uid, mailbox.last_uid), clock.now()
        mailbox.error = trouble


def _capabilities(box: BaseMailBox) -> set[bytes]:
    return {str(one).upper().encode() for one in box.client.capabilities}
