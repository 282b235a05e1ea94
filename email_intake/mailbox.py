"""The local mailbox: where outgoing mail goes while no SMTP server is configured."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from sqlalchemy import select

from email_intake.models import SUBJECT_LENGTH, LocalMail
from firstline.db import db, write

MOST = 100


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One delivered message, ready to be shown. `html` is our own rendering, never a stranger's."""

    id: int
    delivered_at: datetime
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]


def list_letters(*, recipient: str = "", limit: int = MOST) -> list[Letter]:
    """What was delivered, newest first, to this address where one is given."""
    found = select(LocalMail).order_by(LocalMail.id.desc()).limit(limit)
    if recipient:
        found = found.where(LocalMail.recipient == recipient.strip().casefold())
    return [_as_letter(mail) for mail in db.session.scalars(found)]


def find_letter(letter_id: int) -> Letter | None:
    """One delivered message, None when there is none with this id."""
    mail = db.session.get(LocalMail, letter_id)
    return _as_letter(mail) if mail else None


def deliver(raw: bytes, *, message_id: str, recipient: str, subject: str) -> None:
    """Put a message into the local mailbox; the same Message-ID arrives once."""
    with write() as session:
        if session.scalar(select(LocalMail.id).where(LocalMail.message_id == message_id)) is None:
            session.add(
                LocalMail(
                    message_id=message_id,
                    recipient=recipient.casefold(),
                    subject=subject[:SUBJECT_LENGTH],
                    raw=raw,
                )
            )


def _as_letter(mail: LocalMail) -> Letter:
    message = message_from_bytes(mail.raw, policy=policy.default)
    return Letter(
        id=mail.id,
        delivered_at=mail.delivered_at,
        sender=str(message["From"] or ""),
        recipient=mail.recipient,
        subject=mail.subject,
        text=_body(message, "plain"),
        html=_body(message, "html"),
        headers=tuple((name, str(value)) for name, value in message.items()),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""
