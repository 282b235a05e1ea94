"""For any bytes: one of four outcomes, nothing raised, and twice changes nothing."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from sqlalchemy import func, select

from email_intake import guard, process, quote, spool
from email_intake.models import Outcome, RawMessage
from email_intake.parse import parse
from firstline.app import create_core
from firstline.db import db
from firstline.settings import Settings
from incidents.models import Entry, Incident
from tests.email_intake.conftest import MODELS

FOUR = {Outcome.OPENED, Outcome.APPENDED, Outcome.IGNORED, Outcome.QUARANTINED}
NAMES = [
    b"From", b"To", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"Content-Type", b"Sender", b"Precedence",
    b"Content-Transfer-Encoding", b"Content-Disposition", b"Auto-Submitted", b"Return-Path", b"MIME-Version",
]  # fmt: skip
PIECES = [
    b"erin@staff.example", b"<", b">", b'"', b"(", b",", b";", b"=?utf-8?B?w7w=?=", b"=?x?Q?=FF?=", b"\xff", b"\0", b"\r",
    b"\n", b"\n ", b"multipart/mixed; boundary=b", b"multipart/alternative; boundary=\"b\"", b"text/html; charset=idna",
    b"message/rfc822", b"base64", b"quoted-printable", b"x-uuencode", b"no", b"auto-replied", b"<p>hi</p>", b"--b",
    b"--b--", b"\n\n", b"begin 644 x", b"attachment; filename*0*=utf-8''%ff", b"> quoted", b"On 1 May x@y.zz wrote:",
    b"charset*=", b"name*1=", b"[", b"]", b"@", b"multipart/report; report-type=delivery-status; boundary=b",
]  # fmt: skip
pieces = strategies.lists(strategies.sampled_from(PIECES) | strategies.binary(max_size=12), max_size=10).map(
    b" ".join
)
header = strategies.tuples(strategies.sampled_from(NAMES), pieces).map(lambda pair: pair[0] + b": " + pair[1])
body = strategies.lists(pieces | header, max_size=10).map(b"\n".join)
mails = strategies.tuples(strategies.lists(header, max_size=8).map(b"\n".join), body).map(b"\n\n".join)
anything = strategies.binary(max_size=400) | mails


@pytest.fixture(scope="module")
def desk_app():
    """One database for all examples: what they leave behind is part of the trial."""
    with TemporaryDirectory() as folder:
        environ = {"FIRSTLINE_DATA_DIR": folder, "FIRSTLINE_SECRET_KEY": "a secret only the tests know"}
        app = create_core(Settings.from_environ(environ), models=MODELS, TESTING=True, JOBS_INLINE=True)
        with app.app_context():
            db.create_all()
            yield app
            db.session.remove()
            db.engine.dispose()
        assert Path(folder).exists()


def counts():
    db.session.rollback()
    return [
        db.session.scalar(select(func.count()).select_from(model)) for model in (RawMessage, Incident, Entry)
    ]


@given(raw=anything)
@settings(max_examples=400, deadline=None)
def test_parsing_and_quoting_never_raise(raw):
    said = parse(raw)
    parts = quote.split(said.marked_text)
    assert isinstance(parts.new, str)
    assert "\0" not in said.text and "\n" not in said.subject
    said.text.encode()
    said.subject.encode()


@given(raw=anything)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_get_one_of_four_outcomes_and_twice_changes_nothing(desk_app, raw):
    raw_id = spool.store(raw, route="test")
    process.process(raw_id)
    before = counts()
    row = db.session.get(RawMessage, raw_id)
    assert (row.outcome in FOUR, row.error) == (True, "")
    assert guard.judge(process.read_again(row)) is not None
    assert spool.store(raw, route="test") == raw_id
    process.process(raw_id)
    assert counts() == before
