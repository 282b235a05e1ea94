"""However many headers a mail has, and however long: it is read, what decides counts, nothing is lost."""

import re
from pathlib import Path

import pytest

import email_intake
from email_intake import bounds, process
from email_intake.headers import Head
from email_intake.models import Outcome
from email_intake.parse import parse

BASE = b"To: helpdesk@example.com\nSubject: VPN\nMessage-ID: <v@example.com>\nDate: Mon, 2 Nov 2026 09:00:00 +0000\n"
FROM = b"From: erin@example.com\n"
MANY = b"".join(b"X-Trace-%d: hop\n of %d\n" % (number, number) for number in range(20_000))
ASKED = re.compile(r"""\b(?:raw|all|token|text|addresses|ids)\(((?:"[a-z-]+"(?:, )?)+)\)""")
LISTED = re.compile(r"""(?:_HEADERS|MARKERS)\b[^(]{0,20}\(([^)]+)\)""")


def test_a_mail_of_twenty_thousand_headers_opens_and_says_so(take):
    row = take(BASE + MANY + FROM + b"\nNo connection.\n")
    assert row.outcome == Outcome.OPENED
    assert row.incident.description.startswith("No connection.\n\n[This mail has more headers than we read")
    assert bounds.TOO_MANY in row.defects
    assert len(process.read_again(row).head.fields) <= bounds.MOST_FIELDS + 20


@pytest.mark.parametrize(
    ("last", "outcome"),
    [
        (b"Auto-Submitted: auto-replied\n", Outcome.IGNORED),
        (FROM, Outcome.QUARANTINED),
        (b"X-Spam-Flag: YES\n", Outcome.QUARANTINED),
    ],
)
def test_what_decides_is_read_below_all_others(last, outcome, take):
    assert take(FROM + BASE + MANY + last + b"\nNo connection.\n").outcome == outcome


@pytest.mark.parametrize("name", [b"X-Long", b"To", b"References"])
def test_one_endless_header_leaves_the_mail_as_it_is(name):
    said = parse(FROM + BASE + name + b": " + b"a@b.example,\n " * 100_000 + b"\n\nNo connection.\n")
    assert (said.sender.address, said.text) == ("erin@example.com", "No connection.")


@pytest.mark.parametrize("kind", [b"Content-Type: text/plain; ", b"Content-Disposition: inline; "])
def test_what_a_part_says_of_itself_is_read_from_its_beginning(kind):
    part = b"--q\n" + kind + b"a*1=b;\n " * 100_000 + b"\n\nNo connection.\n--q--\n"
    said = parse(FROM + BASE + b"Content-Type: multipart/mixed; boundary=q\n\n" + part)
    assert said.text == "No connection."
    message = bounds.message_of(kind + b"a=b;\n " * 10_000 + b"\n\nx")
    assert len(message.raw_items().__next__()[1]) == bounds.LONGEST_OF_CONTENT


def test_a_usual_mail_is_not_touched():
    defects = []
    head = b"\n".join(b"Received: from a%d" % number for number in range(bounds.MOST_FIELDS))
    assert bounds.fewer(head, defects) is head
    assert not defects


def test_every_header_that_is_asked_for_is_read_wherever_it_stands():
    source = "\n".join(one.read_text() for one in Path(email_intake.__file__).parent.glob("*.py"))
    named = {
        name
        for match in (*ASKED.finditer(source), *LISTED.finditer(source))
        for name in re.findall(r'"([a-z-]+)"', match[1])
    }
    assert {"auto-submitted", "list-id", "x-challenge", "x-autoreply", "reply-to"} <= named
    assert {one.encode() for one in named if one not in PART_ONLY} <= bounds.DECIDES


PART_ONLY = {"content-id", "content-location", "content-description"}
"""Asked of a part, whose fields are not counted."""


def test_the_charset_of_a_mail_is_looked_for_once(monkeypatch):
    looked = []
    monkeypatch.setattr("email_intake.headers._charset_of", lambda message: looked.append(1))
    fields = b"".join(b"X-Trace-%d: \xe4\n" % number for number in range(500))
    assert len(Head.of(bounds.message_of(fields + b"\n")).fields) == 500
    assert len(looked) == 1
