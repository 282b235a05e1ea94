"""The mail channel's ground: an app with its tables, and short ways to send and to look."""

from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest
from flask import Flask
from sqlalchemy import select

import email_intake
import incidents
from email_intake import process, spool
from email_intake.models import RawMessage
from firstline.app import create_core
from firstline.db import db
from firstline.settings import Settings
from tests import servers
from tests.conftest import empty_again

MODELS = ("firstline.leases", *incidents.MODELS, *email_intake.MODELS)
DOVECOT = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password=pw
}}
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
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """A core app with the mail channel's tables and tasks; nudges wait for the test."""
    app = create_core(settings, models=MODELS, TESTING=True, JOBS_INLINE=True)
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        empty_again()
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


@pytest.fixture(scope="session")
def dovecot() -> Iterator[int]:
    """A real IMAP server with empty mailboxes for every user name; yields its port."""
    binary = next((path for path in ("/usr/sbin/dovecot", "/usr/bin/dovecot") if Path(path).exists()), None)
    if binary is None:
        servers.missing("dovecot", "dovecot-imapd")
    with servers.server_folder() as folder:
        port, uid = servers.free_port(), 65534
        (folder / "mail").mkdir()
        (folder / "mail").chmod(0o777)
        config = folder / "dovecot.conf"
        config.write_text(DOVECOT.format(folder=folder, port=port, uid=uid, user="nobody"))
        process = Popen([binary, "-F", "-c", str(config)], stdout=DEVNULL, stderr=DEVNULL)
        try:
            servers.wait_until(lambda: servers.listens(port), "dovecot's start")
            yield port
        finally:
            process.terminate()
            process.wait(10)
