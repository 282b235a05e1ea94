"""What of a mail goes into an incident: its words, its files, and a note on what was left out."""

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select

from email_intake import addresses, dangerous, quote, remarks
from email_intake.found import Attached
from email_intake.hints import Hint
from email_intake.parse import ParsedMail
from email_intake.quote_marks import QUOTE_MARK
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.attachments import MOST_FILES, Upload, fingerprint
from incidents.intake import DESCRIPTION_LENGTH
from incidents.models import Attachment, Incident

ROOM_FOR_NOTES = 2000
LOGO_BYTES = 60_000
"""An inline picture up to this size that its sender sent before is decoration (case 99)."""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Words with their notes, files to keep, and what the sender should be told about them."""

    words: str
    uploads: tuple[Upload, ...] = ()
    hints: frozenset[Hint] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """The attachments of a mail by what becomes of them."""

    taken: tuple[Attached, ...]
    too_many_or_large: tuple[Attached, ...]
    held_back: tuple[Attached, ...]


def of_first(mail: ParsedMail, *, sender_id: int | None, notes: tuple[str, ...] = ()) -> Contents:
    """A first mail keeps what it quotes: it may be what the trouble is about."""
    parts = quote.split(with_our_marks(mail.marked_text))
    whole = "\n\n".join(part for part in (parts.new, parts.quoted) if part.strip()) or mail.text
    return _contents(mail, whole, sender_id, notes, longest=DESCRIPTION_LENGTH - ROOM_FOR_NOTES)


def of_reply(mail: ParsedMail, *, sender_id: int | None) -> Contents:
    """A reply says what is new in it."""
    return _contents(mail, new_words(mail), sender_id, (), longest=DESCRIPTION_LENGTH)


def new_words(mail: ParsedMail) -> str:
    """What the sender wrote now; the whole where nothing but a quote is there."""
    new = quote.split(with_our_marks(mail.marked_text)).new.strip()
    return new or mail.text or mail.subject or _("(no text)")


def with_our_marks(text: str) -> str:
    """The text with the beginning of our own letters marked, told by a signature (case 124)."""
    if "[ref:" not in text:
        return text
    return "\n".join(
        QUOTE_MARK + line if addresses.find_marker(line) is not None else line for line in text.split("\n")
    )


def _contents(
    mail: ParsedMail, words: str, sender_id: int | None, notes: tuple[str, ...], *, longest: int
) -> Contents:
    words = remarks.said(words)
    is_long = len(words) > longest
    found = _sort(mail, sender_id, most=MOST_FILES - is_long)
    uploads = tuple(Upload(one.name, one.content) for one in found.taken)
    if is_long:
        uploads = (*uploads, Upload("mail.txt", words.encode()))
        words = f"{words[:longest]}\n\n{_('[Cut here. The whole text is attached as mail.txt.]')}"
    words = "\n\n".join([words, *_notes_on(found), *notes])
    return Contents(words=words, uploads=uploads, hints=_hints(mail, found))


def _sort(mail: ParsedMail, sender_id: int | None, *, most: int) -> Sorted:
    limit = current_app.config["SETTINGS"].max_upload
    held = [one for one in mail.attachments if dangerous.why_held_back(one)]
    fine = [one for one in mail.attachments if one not in held]
    small = [one for one in fine if len(one.content) <= limit]
    wanted = [one for one in small if not _is_decoration(one, sender_id)]
    left = [one for one in fine if len(one.content) > limit]
    return Sorted(
        taken=tuple(wanted[:most]),
        too_many_or_large=tuple(left + wanted[most:]),
        held_back=tuple(held),
    )


def _is_decoration(one: Attached, sender_id: int | None) -> bool:
    if not one.is_inline or sender_id is None or len(one.content) > LOGO_BYTES:
        return False
    (digest,) = fingerprint([Upload(one.name, one.content)])
    sent = select(Attachment.id).join(Incident, Incident.id == Attachment.incident_id)
    before = sent.where(Incident.requester_id == sender_id, Attachment.digest == digest)
    return db.session.scalar(before.limit(1)) is not None


def _notes_on(found: Sorted) -> list[str]:
    notes = []
    if found.too_many_or_large:
        names = _names(found.too_many_or_large)
        notes.append(_("[Not attached here, kept with the original mail: %(names)s]", names=names))
    if found.held_back:
        names = _names(found.held_back)
        notes.append(
            _(
                "[Held back because such files can do harm, kept with the original mail: %(names)s]",
                names=names,
            )
        )
    return notes


def _hints(mail: ParsedMail, found: Sorted) -> frozenset[Hint]:
    limit = current_app.config["SETTINGS"].max_upload
    is_large = mail.whole_size > 0 or any(len(one.content) > limit for one in found.too_many_or_large)
    told = {
        Hint.ENCRYPTED: mail.is_encrypted,
        Hint.HELD_BACK: bool(found.held_back),
        Hint.TOO_LARGE: is_large,
    }
    return frozenset(hint for hint, applies in told.items() if applies)


def _names(attachments: tuple[Attached, ...]) -> str:
    shown = ", ".join(f"{one.name} ({len(one.content) // 1024} kB)" for one in attachments[:50])
    return shown if len(attachments) <= 50 else f"{shown}, …"
