"""Mails for the soak: mixed as people and machines send them, each with what must become of it.

Most are new reports; among them come replies to reports, answers of machines, bounces and second copies. What
a mail of each kind is about is the report some numbers before it, so that both are on their way together.
"""

import random
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum

SENDERS = 400
ABOUT_BEFORE = 40
TROUBLES = (
    "VPN drops every few minutes",
    "Der Drucker im dritten Stock druckt nur leere Seiten",
    "Outlook asks for my password again and again",
    "Le téléphone ne synchronise plus le calendrier",
    "请帮忙：无法登录",
    "Laptop very slow since the update",
)


class Sort(StrEnum):
    """What a mail of the soak is."""

    REPORT = "report"
    REPLY = "reply"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    DOUBLE = "double"


CYCLE = (
    *(Sort.REPORT,) * 10,
    *(Sort.REPLY,) * 4,
    *(Sort.AUTOMATIC,) * 2,
    Sort.BOUNCE,
    *(Sort.DOUBLE,) * 3,
)
"""Of twenty mails, what each is; the first numbers are reports, for the others need one to be about."""


@dataclass(frozen=True)
class Expected:
    """The outcome of a mail, and the number of the report whose incident it belongs to; None is none."""

    outcome: str
    about: int | None


def sort_of(number: int) -> Sort:
    """What the mail of this number is."""
    return Sort.REPORT if number < ABOUT_BEFORE + len(CYCLE) else CYCLE[number % len(CYCLE)]


def about(number: int) -> int:
    """The report that a mail of another sort is about."""
    start = (number - ABOUT_BEFORE) // len(CYCLE) * len(CYCLE)
    return start + number % len(CYCLE) % 10


def expected(number: int) -> Expected:
    """What must become of it. Of a report and its second copy either may come first; the other is ignored."""
    sort = sort_of(number)
    if sort == Sort.REPORT:
        return Expected("opened", number)
    if sort == Sort.REPLY:
        return Expected("appended", about(number))
    if sort == Sort.DOUBLE:
        return Expected("ignored", about(number))
    return Expected("ignored", None)


def marker(number: int) -> str:
    """What stands once in the text of this mail, and nowhere else."""
    return f"soak-{number:05d}-x"


def make(number: int, to: str) -> bytes:
    """The mail of this number; the same bytes each time."""
    match sort_of(number):
        case Sort.REPORT:
            return _report(number, to)
        case Sort.REPLY:
            return _reply(number, to)
        case Sort.DOUBLE:
            # As a second route brings it: another trace above, the same mail.
            return b"Received: from elsewhere by here\n" + _report(about(number), to)
        case _:
            return _from_a_machine(number, to)


def _reply(number: int, to: str) -> bytes:
    """The same person writes on, by the Message-ID of what they sent."""
    first = about(number)
    mail = EmailMessage()
    mail["From"], mail["To"] = _person(first), to
    mail["Subject"] = "Re: still the same"
    mail["Message-ID"] = f"<soak-{number}@customer.example>"
    mail["In-Reply-To"] = f"<soak-{first}@customer.example>"
    mail.set_content(f"It happens in the other room, too. Reference: {marker(number)}\n")
    return mail.as_bytes()


def _from_a_machine(number: int, to: str) -> bytes:
    """An answer of a machine to nothing of ours, or a bounce that names nothing of ours."""
    mail = EmailMessage()
    mail["To"], mail["Message-ID"] = to, f"<soak-{number}@customer.example>"
    if sort_of(number) == Sort.BOUNCE:
        mail["From"], mail["Subject"] = (
            "MAILER-DAEMON@customer.example",
            "Undelivered Mail Returned to Sender",
        )
        mail["Return-Path"] = "<>"
    else:
        mail["From"], mail["Subject"] = "away@customer.example", "Out of office"
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(f"This was written by a machine. Reference: {marker(number)}\n")
    return mail.as_bytes()


def _person(number: int) -> str:
    return f"Person {number % SENDERS} <person{number % SENDERS}@customer.example>"


def _report(number: int, to: str) -> bytes:
    """Text, HTML or both, with attachments, odd charsets and broken parts; always from a person."""
    chance = random.Random(number)
    trouble = chance.choice(TROUBLES)
    mail = EmailMessage()
    mail["From"] = _person(number)
    mail["To"], mail["Subject"] = to, f"{trouble} ({number})"
    mail["Message-ID"] = f"<soak-{number}@customer.example>"
    text = f"{trouble}.\n\nIt happens since {chance.randrange(1, 9)} days. Reference: {marker(number)}\n"
    mail.set_content(text)
    if chance.random() < 0.5:
        mail.add_alternative(f"<p>{trouble}</p><p>Reference: {marker(number)}</p>", subtype="html")
    if chance.random() < 0.15:
        mail.add_attachment(chance.randbytes(30_000), maintype="image", subtype="png", filename="shot.png")
    for depth, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{number}_{depth}")
    return _damaged(mail.as_bytes(), chance.random())


def _damaged(raw: bytes, fate: float) -> bytes:
    if fate < 0.05:
        return raw.replace(b'charset="utf-8"', b'charset="x-klingon"')
    if fate < 0.1:
        return raw.replace(b"MIME-Version: 1.0", b"MIME-Version: 1.0\nX-Broken line without a colon", 1)
    return raw
