"""The mail channel's ground: an app with its tables, and short ways to send and to look."""

import imaplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest
from flask import Flask
from sqlalchemy import select

import email_intake
import incidents
from email_intake import imap, process, spool
from email_intake.connection import Account, connect
from email_intake.models import Mailbox, RawMessage, Security
from firstline import secrets
from firstline.app import create_core
from firstline.db import db, write
from firstline.settings import Settings
from tests import certificates, ground, servers

MODELS = ("firstline.leases", *incidents.MODELS, *email_intake.MODELS)
DOVECOT = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
default_internal_user = {user}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%u
{passdb}
userdb {{
  driver = static
  args = uid={uid} gid={uid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""
PASSWORD = """
passdb {
  driver = static
  args = password=pw
}
"""
OAUTH2 = """
auth_mechanisms = xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.ext
}}
"""


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """A core app with the mail channel's tables and tasks; nudges wait for the test."""
    app = create_core(settings, models=MODELS, TESTING=True, JOBS_INLINE=True)
    with app.app_context():
        ground.lay()
        yield app
        db.session.remove()
        ground.empty_again()
        db.engine.dispose()


@pytest.fixture
def take(app: Flask, desk: object) -> Callable[..., RawMessage]:
    """Take a raw message through the whole pipeline and return its row."""

    def through(raw: bytes | str, **envelope: object) -> RawMessage:
        content = raw.encode() if isinstance(raw, str) else raw
        raw_id = spool.store(content, route=envelope.pop("route", "test"), **envelope)
        process.process(raw_id)
        db.session.rollback()
        return db.session.scalars(select(RawMessage).where(RawMessage.id == raw_id)).one()

    return through


@dataclass(frozen=True)
class Imap:
    """A running dovecot: its port for plain text and STARTTLS, the one for TLS, and the authority of its certificate."""

    port: int
    tls_port: int = 0
    authority: Path | None = None


@pytest.fixture(scope="session")
def dovecot() -> Iterator[int]:
    """A real IMAP server with empty mailboxes for every user name; yields its port."""
    with run_dovecot() as imap:
        yield imap.port


@pytest.fixture(scope="session")
def dovecot_tls() -> Iterator[Imap]:
    """The same with a certificate of its own making, valid for localhost."""
    with run_dovecot(with_tls=True) as imap:
        yield imap


@contextmanager
def run_dovecot(*, with_tls: bool = False, tokeninfo: str = "") -> Iterator[Imap]:
    """`tokeninfo`: XOAUTH2 is the only way in, and this address says whether a token is good."""
    binary = next((path for path in ("/usr/sbin/dovecot", "/usr/bin/dovecot") if Path(path).exists()), None)
    if binary is None:
        servers.missing("dovecot", "dovecot-imapd")
    with servers.server_folder() as folder:
        cert, key = certificates.make(folder, "localhost") if with_tls else (None, None)
        imap = Imap(servers.free_port(), servers.free_port() if with_tls else 0, cert)
        (folder / "mail").mkdir()
        (folder / "mail").chmod(0o777)
        (folder / "oauth2.ext").write_text(
            f"tokeninfo_url = {tokeninfo}\nusername_attribute = username\nactive_attribute = active\n"
            "active_value = true\n"
        )
        config = folder / "dovecot.conf"
        config.write_text(
            DOVECOT.format(
                folder=folder,
                port=imap.port,
                tls_port=imap.tls_port,
                ssl="yes" if with_tls else "no",
                certificate=f"ssl_cert = <{cert}\nssl_key = <{key}" if with_tls else "",
                passdb=OAUTH2.format(folder=folder) if tokeninfo else PASSWORD,
                uid=65534,
                user="nobody",
            )
        )
        process = Popen([binary, "-F", "-c", str(config)], stdout=DEVNULL, stderr=DEVNULL)
        try:
            servers.wait_until(lambda: servers.listens(imap.port), "dovecot's start")
            yield imap
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
def account(dovecot, request):
    """An empty mailbox of its own on a real dovecot."""
    user = f"u{abs(hash(request.node.name))}"
    return Account(host="127.0.0.1", port=dovecot, username=user, secret="pw", security=Security.NONE)


@pytest.fixture
def client(account):
    box = imaplib.IMAP4(account.host, account.port)
    box.login(account.username, account.secret)
    yield box
    box.logout()


@pytest.fixture
def mailbox(app, account):
    """The row of that mailbox, as an administrator would have made it."""
    with write() as session:
        row = Mailbox(
            name="first",
            host=account.host,
            port=account.port,
            username=account.username,
            security=account.security,
            secret=secrets.encrypt(account.secret),
        )
        session.add(row)
    return row


@pytest.fixture
def fetch(app, desk, account, mailbox):
    def once():
        with connect(account) as box:
            return imap.fetch_new(box, mailbox.id)

    return once
