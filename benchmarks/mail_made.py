"""Mails for the soak: mixed as people and machines send them, each with a marker of its own."""

import random
from email.message import EmailMessage

SENDERS = 400
TROUBLES = (
    "VPN drops every few minutes",
    "Der Drucker im dritten Stock druckt nur leere Seiten",
    "Outlook asks for my password again and again",
    "Le téléphone ne synchronise plus le calendrier",
    "请帮忙：无法登录",
    "Laptop very slow since the update",
)


def marker(number: int) -> str:
    """What stands once in the text of this mail, and nowhere else."""
    return f"soak-{number:05d}-x"


def make(number: int, to: str) -> bytes:
    """Text, HTML or both, with attachments, odd charsets and broken parts; always from a person."""
    chance = random.Random(number)
    trouble = chance.choice(TROUBLES)
    mail = EmailMessage()
    mail["From"] = f"Person {number % SENDERS} <person{number % SENDERS}@customer.example>"
    mail["To"], mail["Subject"] = to, f"{trouble} ({number})"
    mail["Message-ID"] = f"<soak-{number}@customer.example>"
    text = f"{trouble}.\n\nIt happens since {chance.randrange(1, 9)} days. Reference: {marker(number)}\n"
    mail.set_content(text)
    if chance.random() < 0.5:
        mail.add_alternative(f"<p>{trouble}</p><p>Reference: {marker(number)}</p>", subtype="html")
    if chance.random() < 0.15:
        mail.add_attachment(chance.randbytes(30_000), maintype="image", subtype="png", filename="shot.png")
    return _damaged(mail.as_bytes(), chance.random())


def _damaged(raw: bytes, fate: float) -> bytes:
    if fate < 0.05:
        return raw.replace(b'charset="utf-8"', b'charset="x-klingon"')
    if fate < 0.1:
        return raw.replace(b"MIME-Version: 1.0", b"MIME-Version: 1.0\nX-Broken line without a colon", 1)
    return raw
