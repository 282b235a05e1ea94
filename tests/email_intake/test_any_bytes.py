"""For any bytes: one of four outcomes, nothing raised, and twice changes nothing."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies
from sqlalchemy import func, select

from email_intake import guard, process, quote, spool, wrapped
from email_intake.line import SIGNED
from email_intake.models import Outcome, RawMessage
from email_intake.parse import parse
from email_intake.quote_marks import QUOTE_MARK
from firstline.app import create_core
from firstline.db import db
from firstline.settings import Settings
from incidents.models import Entry, Incident
from tests import ground
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
CORPUS = [path.read_bytes()[:20_000] for path in sorted(Path(__file__).with_name("corpus").rglob("*.eml"))]
KINDS = [
    b"text/plain", b"text/html; charset=gb2312", b"multipart/mixed", b"multipart/alternative", b"multipart/related",
    b"multipart/report; report-type=delivery-status", b"multipart/signed", b"multipart/encrypted", b"message/rfc822",
    b"message/delivery-status", b"application/ms-outlook", b"text/calendar; method=REQUEST", b"image/png; name=\"=?x?B?=\"", b"",
]  # fmt: skip


@strategies.composite
def mutated(draw):
    """A mail of the corpus with pieces cut out, doubled, swapped or written over."""
    raw = draw(strategies.sampled_from(CORPUS))
    for _change in range(draw(strategies.integers(1, 5))):
        start = draw(strategies.integers(0, max(0, len(raw) - 1)))
        end = min(len(raw), start + draw(strategies.integers(0, 200)))
        how = draw(strategies.sampled_from(["cut", "double", "over", "move"]))
        piece = raw[start:end]
        into = {
            "cut": b"",
            "double": piece * 2,
            "over": draw(strategies.binary(max_size=20)),
            "move": piece[::-1],
        }
        raw = raw[:start] + into[how] + raw[end:]
    return raw


@strategies.composite
def nested(draw, depth=0):
    """Parts in parts, with boundaries that may be missing, shared or never closed."""
    kind = draw(strategies.sampled_from(KINDS))
    if not kind.startswith((b"multipart", b"message/rfc822")) or depth > 4:
        return b"Content-Type: " + kind + b"\n" + draw(header) + b"\n\n" + draw(body)
    boundary = draw(strategies.sampled_from([b"b", b"b%d" % depth, b"b b", b""]))
    parts = draw(strategies.lists(nested(depth=depth + 1), max_size=3))
    ending = draw(strategies.sampled_from([b"--", b"", b"-"]))
    inside = b"".join(b"--" + boundary + b"\n" + part + b"\n" for part in parts)
    return (
        b"Content-Type: "
        + kind
        + b'; boundary="'
        + boundary
        + b'"\n\n'
        + inside
        + b"--"
        + boundary
        + ending
        + b"\n"
    )


structured = strategies.tuples(strategies.lists(header, max_size=5).map(b"\n".join), nested()).map(b"\n".join)
anything = strategies.binary(max_size=400) | mails | mutated() | structured


@pytest.fixture(scope="module")
def desk_app():
    """One database for all examples: what they leave behind is part of the trial."""
    with TemporaryDirectory() as folder:
        environ = {"FIRSTLINE_DATA_DIR": folder, "FIRSTLINE_SECRET_KEY": "a secret only the tests know"}
        app = create_core(Settings.from_environ(environ), models=MODELS, TESTING=True, JOBS_INLINE=True)
        with app.app_context():
            ground.lay()
            yield app
            db.session.remove()
            db.engine.dispose()
        assert Path(folder).exists()


def counts():
    db.session.rollback()
    return [
        db.session.scalar(select(func.count()).select_from(model)) for model in (RawMessage, Incident, Entry)
    ]


@given(raw=strategies.binary(max_size=200))
@example(raw=b"\xa0\x80" * 20)
@example(raw=b"\x04\xff")
def test_a_signature_around_words_is_opened_or_not_but_never_breaks(raw):
    assert isinstance(wrapped.content_of_signed(wrapped.SIGNED + wrapped.DATA + raw), bytes | None)


@given(raw=anything)
@example(raw=b"Content-type:charset=\0\n\n\0\x80")
@example(raw=b"Subject: \x80\nContent-Type: text/plain; charset=idna\n\n\x80")
@example(raw=b"Subject: \x80\nContent-Type: text/plain; charset=\0\n\n\x80")
@settings(max_examples=400, deadline=None)
def test_parsing_and_quoting_never_raise(raw):
    said = parse(raw)
    parts = quote.split(said.marked_text)
    assert isinstance(parts.new, str)
    assert "\0" not in said.text and "\n" not in said.subject
    said.text.encode()
    said.subject.encode()


@given(raw=anything)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


WORDS = strategies.text("abcdefghij KLM.,!äé", min_size=1, max_size=40).filter(
    lambda line: line.strip(" .,!")
)
OLD = ["We have your message.", "Hello Erin,", "", "Please restart it."]
QUOTES = {
    "gmail": [
        "",
        "On Mon, 2 Nov 2026 at 09:10, Desk <desk@example.com> wrote:",
        *(f"> {line}" for line in OLD),
    ],
    "german": ["", "Am 02.11.26 um 09:10 schrieb Desk:", *(f"> {line}" for line in OLD)],
    "bare": ["", *(f"> {line}" for line in OLD)],
    "outlook": ["", "-----Original Message-----", "From: Desk", "Sent: Monday", "", *OLD],
    "marked": ["", QUOTE_MARK, *OLD],
    "none": [],
}
SIGNATURES = [
    [],
    ["-- ", "Erin Example", "Room 4"],
    ["Sent from my iPhone"],
    [f"{SIGNED}Kind regards", SIGNED, f"{SIGNED}Erin Example"],
    ["--", f"{SIGNED}I have tried it all again and again.", f"{SIGNED}Erin Example"],
]


@given(
    above=strategies.lists(WORDS, min_size=1, max_size=8),
    style=strategies.sampled_from(sorted(QUOTES)),
    below=strategies.lists(WORDS, max_size=4),
    signature=strategies.sampled_from(SIGNATURES),
)
@settings(max_examples=400, deadline=None)
def test_no_line_that_was_written_anew_is_lost(above, style, below, signature):
    """Wherever it stands: the parts together hold every line, and what was new is never called a quote."""
    is_prefixed = any(line.startswith(">") for line in QUOTES[style])
    answered = below if is_prefixed else []
    parts = quote.split("\n".join([*above, *signature, *QUOTES[style], *answered]))
    whole = "\n".join([parts.new, parts.signature, parts.quoted])
    lines = {line.strip() for line in whole.splitlines()}
    written = [line.replace(SIGNED, "") for line in [*above, *answered, *signature, *QUOTES[style]]]
    assert {line.strip() for line in written} - {"", QUOTE_MARK} <= lines
    kept = {line.strip() for line in [*parts.new.splitlines(), *parts.signature.splitlines()]}
    assert {line.strip() for line in [*above, *answered]} <= kept


@given(
    text=strategies.text(max_size=400)
    | strategies.lists(
        WORDS
        | WORDS.map(lambda line: SIGNED + line)
        | strategies.sampled_from([line for quoted in QUOTES.values() for line in quoted])
    ).map("\n".join)
)
@settings(max_examples=400, deadline=None)
def test_the_parts_together_are_the_whole(text):
    parts = quote.split(text)
    whole = {line.strip() for line in quote.plain(text).splitlines()}
    held = {line.strip() for part in (parts.new, parts.signature, parts.quoted) for line in part.splitlines()}
    assert whole - {""} == held - {""}
