"""Fetching from an IMAP mailbox: by UID, bytes first, flagged only after they are committed.

One process at a time holds the lease of a mailbox. IDLE wakes us; every wake-up and every time-out
searches by UID anyway, because IDLE says nothing of mail that came before it began.
"""

import imaplib
import os
import re
import secrets
import socket
import ssl
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import mktime
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from email_intake import spool
from email_intake.models import Mailbox, RawMessage
from email_intake.parse import CUT_HEADER
from email_intake.spool import Place
from firstline import clock, jobs, leases, log
from firstline.app import settings_of
from firstline.db import db, write

LEASE_FOR = timedelta(seconds=90)
IDLE_S = 10
TIMEOUT_S = 30
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 300.0
START_WITH = timedelta(days=1)
"""From a mailbox seen for the first time we take what came since then; older mail stays unread."""
BEGINNING = 1_000_000
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
FAILURES = (imaplib.IMAP4.error, ImapToolsError, OSError, SQLAlchemyError, ValueError)
logger = log.get(__name__)


@dataclass(frozen=True, kw_only=True)
class Account:
    """An IMAP folder and how to get in; `name` is safe to show."""

    host: str
    port: int
    username: str
    password: str
    folder: str
    is_tls: bool

    @classmethod
    def from_url(cls, url: str) -> "Account":
        parts = urlsplit(url)
        is_tls = parts.scheme == "imaps"
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or (993 if is_tls else 143),
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
            is_tls=is_tls,
        )

    @property
    def name(self) -> str:
        return f"{self.username}@{self.host}:{self.port}/{self.folder}"


def fetch_forever(app: Flask, stop: threading.Event) -> None:
    """Keep the configured mailbox empty of unseen mail until `stop` is set; failures back off."""
    url = settings_of(app).imap_url
    if url is None:
        return
    account, holder = Account.from_url(url), f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    wait_s = FIRST_WAIT_S
    while not stop.is_set():
        try:
            with app.app_context():
                mailbox_id = ensure_mailbox(account)
                if leases.hold(_lease(mailbox_id), holder, for_=LEASE_FOR):
                    stay_connected(account, mailbox_id, holder, stop)
            wait_s = FIRST_WAIT_S
        except FAILURES as error:
            logger.error("the mailbox cannot be read; trying again", mailbox=account.name, error=repr(error))
            _note_failure(app, account, error)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
        stop.wait(wait_s)


def stay_connected(account: Account, mailbox_id: int, holder: str, stop: threading.Event) -> None:
    """Fetch, wait for more, and so on, while the lease is ours."""
    try:
        with connect(account) as box:
            while not stop.is_set() and leases.hold(_lease(mailbox_id), holder, for_=LEASE_FOR):
                fetch_new(box, mailbox_id)
                db.session.remove()
                _await_news(box, stop)
    finally:
        leases.release(_lease(mailbox_id), holder)


def connect(account: Account) -> BaseMailBox:
    """A session with the folder selected; raises one of `FAILURES`."""
    if account.is_tls:
        context = ssl.create_default_context()
        box: BaseMailBox = MailBox(account.host, account.port, timeout=TIMEOUT_S, ssl_context=context)
    else:
        box = MailBoxUnencrypted(account.host, account.port, timeout=TIMEOUT_S)
    try:
        return box.login(account.username, account.password, initial_folder=account.folder)
    except FAILURES:
        box.client.shutdown()
        raise


def ensure_mailbox(account: Account) -> int:
    """The row that remembers how far this folder was read."""
    with write() as session:
        mailbox = session.scalar(select(Mailbox).where(Mailbox.name == account.name))
        if mailbox is None:
            mailbox = Mailbox(name=account.name)
            session.add(mailbox)
            session.flush()
        return mailbox.id


def fetch_new(box: BaseMailBox, mailbox_id: int) -> int:
    """Spool every message we do not hold yet, flag it, and remember how far we came."""
    uidvalidity = _uidvalidity(box)
    last_uid, since = _begin(mailbox_id, uidvalidity)
    fresh = [uid for uid in _uids_after(box, last_uid, since) if not _is_held(mailbox_id, uidvalidity, uid)]
    failed: list[int] = []
    for uid in fresh:
        try:
            _take(box, Place(mailbox_id=mailbox_id, uidvalidity=uidvalidity, uid=uid))
        except _NotThere as error:
            # One message the server will not give must not hold up the others.
            logger.error("a message could not be fetched", uid=uid, error=str(error))
            failed.append(uid)
    _remember(mailbox_id, max([last_uid, *(uid for uid in fresh if not failed or uid < min(failed))]))
    return len(fresh) - len(failed)


class _NotThere(Exception):
    """The server has no such message any more, or does not give it."""


def _take(box: BaseMailBox, place: Place) -> None:
    raw, received_at = _fetch(box, place.uid)
    raw_id = spool.store(raw, route=f"imap:{place.mailbox_id}", received_at=received_at, place=place)
    jobs.nudge(spool.TASK, raw_id)
    box.flag(str(place.uid), r"\Seen", True)


def _fetch(box: BaseMailBox, uid: int) -> tuple[bytes, datetime]:
    """The message, or the beginning of one too large to take whole (case 115)."""
    size, most = _size(box, uid), 2 * current_app.config["SETTINGS"].max_upload
    wanted = "BODY.PEEK[]" if size <= most else f"BODY.PEEK[]<0.{BEGINNING}>"
    status, answer = box.client.uid("FETCH", str(uid), f"(UID INTERNALDATE {wanted})")
    found = next((part for part in answer if isinstance(part, tuple) and len(part) == 2), None)
    if status != "OK" or found is None:
        raise _NotThere(f"{status} {answer!r}"[:300])
    head, raw = found
    return raw if size <= most else f"{CUT_HEADER}: {size}\r\n".encode() + raw, _received_at(head)


def _size(box: BaseMailBox, uid: int) -> int:
    _status, answer = box.client.uid("FETCH", str(uid), "(RFC822.SIZE)")
    said = next((match for part in answer if isinstance(part, bytes) and (match := SIZE.search(part))), None)
    return int(said[1]) if said else 0


def _received_at(head: bytes) -> datetime:
    """When the mail server got it, but never later than now."""
    when = imaplib.Internaldate2tuple(head)
    if when is None:
        return clock.now()
    return min(datetime.fromtimestamp(mktime(when), UTC), clock.now())


def _uidvalidity(box: BaseMailBox) -> int:
    return int(box.folder.status(box.folder.get(), ["UIDVALIDITY"])["UIDVALIDITY"])


def _begin(mailbox_id: int, uidvalidity: int) -> tuple[int, datetime]:
    """How far we came; from the start again when the folder was made anew (cases 42, 43)."""
    with write() as session:
        mailbox = session.get(Mailbox, mailbox_id)
        assert mailbox is not None, "the mailbox row was made before"
        if mailbox.uidvalidity != uidvalidity:
            if mailbox.uidvalidity is not None:
                logger.warning("the folder was made anew; reading it again", mailbox=mailbox.name)
            mailbox.uidvalidity, mailbox.last_uid = uidvalidity, 0
        return mailbox.last_uid, mailbox.started_at - START_WITH


def _uids_after(box: BaseMailBox, last_uid: int, since: datetime) -> list[int]:
    # `n:*` always names the last message, even where it is older than n.
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[
        since.month - 1
    ]
    by_uid = f"UID {last_uid + 1}:*"
    found = _search(box, f"{by_uid} SINCE {since.day:02d}-{month}-{since.year}", by_uid)
    return [uid for uid in found if uid > last_uid]


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


def _is_held(mailbox_id: int, uidvalidity: int, uid: int) -> bool:
    held = select(RawMessage.id).where(
        RawMessage.mailbox_id == mailbox_id, RawMessage.uidvalidity == uidvalidity, RawMessage.uid == uid
    )
    return db.session.scalar(held.limit(1)) is not None


def _remember(mailbox_id: int, uid: int) -> None:
    with write() as session:
        mailbox = session.get(Mailbox, mailbox_id)
        assert mailbox is not None, "the mailbox row was made before"
        mailbox.last_uid, mailbox.fetched_at, mailbox.error = max(uid, mailbox.last_uid), clock.now(), ""


def _await_news(box: BaseMailBox, stop: threading.Event) -> None:
    if b"IDLE" in b" ".join(_capabilities(box)):
        box.idle.wait(timeout=IDLE_S)
    else:
        stop.wait(IDLE_S)
        box.client.noop()


def _capabilities(box: BaseMailBox) -> list[bytes]:
    return [str(one).upper().encode() for one in box.client.capabilities]


def _note_failure(app: Flask, account: Account, error: Exception) -> None:
    try:
        with app.app_context(), write() as session:
            mailbox = session.scalar(select(Mailbox).where(Mailbox.name == account.name))
            if mailbox is not None:
                mailbox.error = f"{clock.now():%Y-%m-%d %H:%M} {type(error).__name__}: {error}"[:2000]
    except SQLAlchemyError as failure:
        logger.error("the failure itself could not be noted", error=str(failure))


def _lease(mailbox_id: int) -> str:
    return f"imap:{mailbox_id}"
