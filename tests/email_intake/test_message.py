"""A message of ours is the library's, byte for byte but for its boundaries."""

import re
from email import message_from_bytes, policy

import flask_mail
import pytest

from email_intake import transport
from email_intake.message import Message

BOUNDARY = re.compile(rb'(?<=boundary=")[^"]+')


def written(kind, **told):
    message = kind(
        recipients=[("Jürgen Müller-Lüdenscheidt", "erin@example.com")],
        sender=("Service Desk", "helpdesk@example.com"),
        reply_to="helpdesk+abc@example.com",
        date=1_700_000_000,
        charset="utf-8",
        extra_headers={"References": " ".join(f"<{one}.abcdefghijklmnop@example.com>" for one in range(8))},
        **told,
    )
    message.msgId = "<a@example.com>"
    return message.as_bytes()


def named_alike(raw):
    for place, boundary in enumerate(BOUNDARY.findall(raw)):
        raw = raw.replace(boundary, f"part-{place}".encode())
    return re.sub(rb"\r\n boundary=| boundary=", b" boundary=", raw)


@pytest.mark.parametrize(
    "told",
    [
        {"subject": "Re: VPN", "body": "Hällo\n" * 30, "html": "<p>Hällo</p>" * 60},
        {
            "subject": "Der Drucker druckt nur noch leere Seiten " * 4,
            "body": "kurz",
            "html": "<p>" + "x" * 2_000,
        },
        {"subject": "only words", "body": "plain\n"},
        {"subject": "请帮忙：无法登录 " * 12, "body": "--\n--=\n", "html": "<p>--</p>"},
    ],
    ids=lambda told: told["subject"][:8],
)
def test_it_is_the_letter_that_the_library_writes_but_for_its_boundaries(app, told):
    transport.register()
    assert named_alike(written(Message, **told)) == named_alike(written(flask_mail.Message, **told))


def test_two_letters_have_boundaries_of_their_own(app):
    transport.register()
    letters = [message_from_bytes(written(Message, body="a", html="b"), policy=policy.SMTP) for _ in range(2)]
    boundaries = [part.get_boundary() for letter in letters for part in letter.walk() if part.is_multipart()]
    assert len(set(boundaries)) == len(boundaries) == 4
