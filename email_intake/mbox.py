"""An mbox as another desk's archive of mail: each conversation is one incident, its answers what was said."""

import mailbox
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from email_intake import quote
from email_intake.parse import ParsedMail, parse
from firstline.i18n import gettext as _
from incidents.attachments import Upload
from incidents.models import Channel, State
from incidents.moving.records import Author, Case, Record, Said, Unreadable


@dataclass(frozen=True)
class _Seen:
    """Where a mail lies in the box, and when it was written."""

    key: str
    at: datetime


def read(path: Path, *, state: State = State.CLOSED) -> Iterator[Record]:
    """Conversations in the order of their first mail; all end in `state`.

    The heads are read first, and then one conversation after the other, so that a large box needs no
    more memory than its longest conversation.
    """
    box = mailbox.mbox(path, create=False)
    try:
        conversations: dict[str, list[_Seen]] = {}
        yield from _sort(box, conversations)
        for root, seen in conversations.items():
            mails = [(one, parse(box.get_bytes(one.key))) for one in sorted(seen, key=lambda one: one.at)]
            yield _case(root, mails, state)
    finally:
        box.close()


def _sort(box: mailbox.mbox, conversations: dict[str, list[_Seen]]) -> Iterator[Record]:
    """Put each mail to the conversation it names; yields those that cannot be taken in."""
    root_of: dict[str, str] = {}
    for key in box.keys():  # noqa: SIM118 - iterating the box itself would read every message whole
        head = parse(_head(box.get_bytes(key)))
        if head.sender is None or head.claimed_at is None:
            yield Unreadable(place=_place(key), why=_("It does not say from whom or when it is."))
            continue
        own = head.message_id or f"{head.sender.address} {head.claimed_at.isoformat()}"
        root = next((root_of[one] for one in head.references if one in root_of), own)
        root_of[own] = root
        if all(one.at != head.claimed_at for one in conversations.get(root, ())):
            conversations.setdefault(root, []).append(_Seen(key, head.claimed_at))


def _head(raw: bytes) -> bytes:
    end = min((at for at in (raw.find(b"\n\n"), raw.find(b"\r\n\r\n")) if at >= 0), default=len(raw))
    return raw[:end] + b"\n\n"


def _case(root: str, mails: Sequence[tuple[_Seen, ParsedMail]], state: State) -> Case:
    (first, mail), *answers = mails
    return Case(
        place=_place(first.key), key=root[:200], title=mail.title or mail.subject, text=mail.text, by=_author(mail),
        at=first.at, state=state, channel=Channel.MAIL, ended_at=mails[-1][0].at, files=_files(mail),
        said=[
            Said(at=seen.at, text=quote.split(one.marked_text).new or one.text, by=_author(one), files=_files(one))
            for seen, one in answers
        ],
    )  # fmt: skip


def _author(mail: ParsedMail) -> Author:
    sender = mail.sender
    return Author(email=sender.address.casefold(), name=sender.name) if sender else Author(email="")


def _files(mail: ParsedMail) -> list[Upload]:
    return [Upload(one.name, one.content) for one in mail.attachments if not one.is_inline]


def _place(key: str) -> str:
    return _("message %(n)s", n=int(key) + 1)
