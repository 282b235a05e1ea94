"""Every active mailbox has a thread that keeps it empty of unseen mail; the table is followed as it changes.

One process at a time holds the lease of a mailbox, so two intakes never fetch the same one.
"""

import os
import secrets
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from email_intake import imap, mailboxes
from email_intake.connection import FAILURES, PROBLEMS, Account, connect, explain
from email_intake.models import Mailbox
from firstline import leases, log
from firstline.app import settings_of
from firstline.db import db, write
from firstline.secrets import Unreadable

LEASE_FOR = timedelta(seconds=90)
LOOK_EVERY_S = 2.0
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 300.0
FINISH_WITHIN_S = 5.0
logger = log.get(__name__)


@dataclass(frozen=True)
class Fetcher:
    """The thread of one mailbox, and with which account it was started."""

    account: Account
    thread: threading.Thread
    stop: threading.Event


def fetch_forever(app: Flask, stop: threading.Event) -> None:
    """Fetch from every active mailbox until `stop` is set; what is added, changed or paused is followed."""
    fetchers: dict[int, Fetcher] = {}
    try:
        with app.app_context():
            mailboxes.seed(settings_of(app))
        while not stop.is_set():
            _follow(app, fetchers)
            stop.wait(LOOK_EVERY_S)
    finally:
        for fetcher in fetchers.values():
            fetcher.stop.set()
        for fetcher in fetchers.values():
            fetcher.thread.join(FINISH_WITHIN_S)


def _follow(app: Flask, fetchers: dict[int, Fetcher]) -> None:
    try:
        wanted = _wanted(app)
    except SQLAlchemyError as error:
        logger.error("the mailboxes cannot be looked up; trying again", error=str(error))
        return
    for mailbox_id, fetcher in list(fetchers.items()):
        if wanted.get(mailbox_id) != fetcher.account or not fetcher.thread.is_alive():
            fetcher.stop.set()
            del fetchers[mailbox_id]
    for mailbox_id, account in wanted.items():
        if mailbox_id not in fetchers:
            fetchers[mailbox_id] = _start(app, mailbox_id, account)


def _wanted(app: Flask) -> dict[int, Account]:
    found: dict[int, Account] = {}
    with app.app_context():
        for mailbox in db.session.scalars(select(Mailbox).where(Mailbox.is_active)).all():
            try:
                found[mailbox.id] = mailboxes.account_of(mailbox)
            except Unreadable as error:
                if not mailbox.error:
                    _note_failure(mailbox.id, Account(host="", port=0, username=""), error)
    return found


def _start(app: Flask, mailbox_id: int, account: Account) -> Fetcher:
    stop = threading.Event()
    if account.is_readable_by_others:
        logger.warning("password and mail of a mailbox cross the network in the clear", mailbox=account.name)
    name = f"imap-{mailbox_id}"
    thread = threading.Thread(target=_fetch, args=[app, mailbox_id, account, stop], name=name, daemon=True)
    thread.start()
    return Fetcher(account, thread, stop)


def _fetch(app: Flask, mailbox_id: int, account: Account, stop: threading.Event) -> None:
    """Stay connected while the lease is ours; failures back off."""
    holder, wait_s = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}", FIRST_WAIT_S
    while not stop.is_set():
        with app.app_context():
            try:
                leases.bury(lease_of(mailbox_id))
                if leases.hold(lease_of(mailbox_id), holder, for_=LEASE_FOR):
                    stay_connected(account, mailbox_id, holder, stop)
                wait_s = FIRST_WAIT_S
            except PROBLEMS as error:
                logger.error(
                    "a mailbox cannot be read; trying again", mailbox=account.name, error=repr(error)
                )
                _note_failure(mailbox_id, account, error)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
        stop.wait(wait_s)


def stay_connected(account: Account, mailbox_id: int, holder: str, stop: threading.Event) -> None:
    """Fetch, wait for more, and so on, while the lease is ours; raises one of `PROBLEMS`."""
    try:
        box = connect(account)
        try:
            while not stop.is_set() and leases.hold(lease_of(mailbox_id), holder, for_=LEASE_FOR):
                imap.fetch_new(box, mailbox_id)
                db.session.remove()
                imap.await_news(box, stop)
        finally:
            with suppress(*FAILURES):
                box.logout()
    finally:
        leases.release(lease_of(mailbox_id), holder)


def lease_of(mailbox_id: int) -> str:
    return f"imap:{mailbox_id}"


def _note_failure(mailbox_id: int, account: Account, error: Exception) -> None:
    try:
        with write() as session:
            mailbox = session.get(Mailbox, mailbox_id)
            if mailbox is not None:
                mailbox.error = explain(error, account)[:2000]
    except SQLAlchemyError as failure:
        logger.error("the failure itself could not be noted", error=str(failure))
