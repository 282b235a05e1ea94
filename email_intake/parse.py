"""Bytes to `ParsedMail`. Never raises: what cannot be read becomes a defect and a reduced message."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from hashlib import sha256

from email_intake import body as bodies
from email_intake import bounds, charsets, quote, remarks, repair
from email_intake.calendars import Calendar
from email_intake.found import Attached, Body
from email_intake.headers import PLAUSIBLE, Address, Head, normalise_id, one_line

MOST_REFERENCES = 100
MOST_RECIPIENTS = 40
REDUCED_TEXT = 20_000
CUT_HEADER = "X-Firstline-Cut"
"""Set by us above the beginning of a mail too large to fetch: its whole size in bytes (case 115)."""
# Headers each stop on the way adds: two copies of one mail differ only in these (case 30).
TRACE = frozenset(
    "received return-path delivered-to x-original-to envelope-to authentication-results dkim-signature arc-seal "
    "arc-message-signature arc-authentication-results received-spf x-received x-spam-status x-spam-score "
    "x-spam-level x-spam-checker-version x-virus-scanned x-uid x-keywords status x-status x-mozilla-status "
    "x-mozilla-status2 x-google-smtp-source x-gm-message-state".split()
)
PREFIX = re.compile(
    r"\A\s*(?:(?:re|aw|sv|rv|antw|antwort|fw|fwd|wg|tr|vs|odp\.?|réf|doorst|res|rif|ynt|vl|enc|回复|答复|转发|回覆|轉寄|w\.)"
    r"\s*(?:\[\d{1,3}\])?\s*[:\uff1a]\s*)+",
    re.IGNORECASE,
)

OUR_TAG = re.compile(r"\[INC-\d{1,9}-[0-9a-f]{10}\]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class ParsedMail:
    """A message as far as it could be read. `text` is whole; `quote.split` says what is new.

    `whole_size` is above 0 where only the beginning of a very large mail was fetched.
    """

    head: Head
    sender: Address | None = None
    senders: int = 0
    reply_to: Address | None = None
    recipients: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()
    subject: str = ""
    title: str = ""
    text: str = ""
    marked_text: str = ""
    html: str = ""
    attachments: tuple[Attached, ...] = ()
    message_id: str = ""
    references: tuple[str, ...] = ()
    content_type: str = "text/plain"
    report_type: str = ""
    claimed_at: datetime | None = None
    fingerprint: str = ""
    is_encrypted: bool = False
    calendar: Calendar | None = None
    whole_size: int = 0
    defects: tuple[str, ...] = ()
    returned: str = field(default="", repr=False)


def parse(raw: bytes, *, envelope_from: str | None = None, envelope_to: tuple[str, ...] = ()) -> ParsedMail:
    """Read one raw message; the envelope helps where the headers do not say."""
    defects: list[str] = []
    repaired = repair.repaired(raw, defects)
    message, body = _structure(repaired, defects)
    head = Head.of(message)
    sender, senders = _sender(head, envelope_from, defects)
    whole_size = _whole_size(head, body)
    if bounds.TOO_MANY in defects:
        body.texts.append(remarks.MANY_HEADERS)
    marked = _marked_text(body, head)
    text = quote.plain(marked)
    subject = head.text("subject")
    content_type, report_type = _types(message)
    return ParsedMail(
        head=head,
        sender=sender,
        senders=senders,
        reply_to=next((one for one in head.addresses("reply-to") if "@" in one.address), None),
        recipients=tuple(head.addresses("to") + head.addresses("cc")),
        delivered_to=_delivered_to(head, envelope_to),
        subject=subject,
        title=_title(subject, marked),
        text=text,
        marked_text=marked,
        html=body.html,
        attachments=tuple(body.attachments),
        message_id=normalise_id(head.raw("message-id")),
        references=tuple(_references(head)),
        content_type=content_type,
        report_type=report_type,
        claimed_at=_claimed_at(head, defects),
        fingerprint=fingerprint(raw),
        is_encrypted=body.is_encrypted,
        calendar=body.calendar,
        whole_size=whole_size,
        defects=tuple(dict.fromkeys(defects + body.defects)),
        returned=_returned(content_type, body),
    )


def fingerprint(raw: bytes) -> str:
    """The content without what the way here added: the same for every copy of one mail."""
    head, gap, rest = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    unfolded = re.sub(rb"\n[ \t]+", b" ", head)
    kept = [
        line
        for line in unfolded.split(b"\n")
        if line.partition(b":")[0].strip().lower().decode("ascii", "replace") not in TRACE
        and not line.startswith(b"From ")
    ]
    return sha256(b"\n".join(kept) + gap + rest.rstrip(b"\n")).hexdigest()


def _structure(raw: bytes, defects: list[str]) -> tuple[Message, Body]:
    try:
        message = bounds.message_of(raw)
        return message, bodies.read(message)
    except (
        RecursionError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        IndexError,
    ) as error:
        defects.append(f"structure could not be read ({type(error).__name__})")
        return _reduced(raw)


def _reduced(raw: bytes) -> tuple[Message, Body]:
    """Headers and the beginning of the raw text, for a message nobody could take apart."""
    head, _gap, rest = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    plain = re.sub(rb"(?im)^content-(?:type|transfer-encoding)[ \t]*:.*\n(?:[ \t].*\n)*", b"", head + b"\n")
    readable = [line for line in rest[: REDUCED_TEXT * 5].split(b"\n") if not _is_machinery(line)]
    text = charsets.decode(b"\n".join(readable))[0].replace("\0", "")
    return bounds.message_of(plain + b"\n"), Body(texts=[text[:REDUCED_TEXT].strip()])


def _is_machinery(line: bytes) -> bool:
    return line.startswith(b"--") or line.lower().startswith((b"content-", b"mime-version"))


def _sender(head: Head, envelope_from: str | None, defects: list[str]) -> tuple[Address | None, int]:
    stated = head.all("from")
    for name in ("from", "sender", "reply-to"):
        found = [one for one in head.addresses(name) if one.address.strip("<>")]
        chosen = next((one for one in found if "@" in one.address), found[0] if found else None)
        if chosen is None and head.raw(name):
            match = PLAUSIBLE.search(head.raw(name)[:20_000])
            chosen = Address("", match[0].lower()) if match else None
        if chosen is not None:
            if name != "from":
                defects.append("no usable From")
            return _local(chosen), len(stated)
    envelope = envelope_from if envelope_from is not None else head.raw("return-path").strip("<> ")
    if envelope and "@" in envelope and not stated:
        defects.append("no usable From")
        return Address("", envelope.lower()), len(stated)
    return None, len(stated)


def _local(sender: Address) -> Address:
    """A sender without a domain is a program on some machine (case 10)."""
    return sender if "@" in sender.address else Address(sender.name, f"{sender.address}@localhost")


def _delivered_to(head: Head, envelope_to: tuple[str, ...]) -> tuple[str, ...]:
    named = [
        one.address
        for field in ("delivered-to", "x-original-to", "envelope-to")
        for one in head.addresses(field)
    ]
    return tuple(dict.fromkeys([address.lower() for address in envelope_to] + named))


def _whole_size(head: Head, body: Body) -> int:
    """How large the mail is of which this is the beginning; its last file is cut and left out."""
    size = head.token(CUT_HEADER.lower())
    if not size.isdecimal():
        return 0
    body.attachments = body.attachments[:-1]
    body.texts.append(remarks.CUT % {"size": int(size) // 1_000_000})
    return int(size)


def _marked_text(body: Body, head: Head) -> str:
    if body.text.strip():
        return quote.without_double_gaps(body.text) if _is_outlook(head) else body.text
    count = len(body.attachments)
    if count:
        return remarks.ONLY_A_FILE if count == 1 else remarks.ONLY_FILES % {"count": count}
    return ""


def _is_outlook(head: Head) -> bool:
    return "outlook" in (head.raw("x-mailer") + head.raw("user-agent")).lower()


def bare_subject(subject: str) -> str:
    """A subject without the prefixes of answers and our own signed tag."""
    return " ".join(PREFIX.sub("", OUR_TAG.sub(" ", PREFIX.sub("", subject))).split())


def _title(subject: str, marked: str) -> str:
    bare = bare_subject(subject)
    if bare:
        return bare
    new = quote.split(marked).new
    return next((one_line(line) for line in new.splitlines() if line.strip()), "") or remarks.NO_SUBJECT


def _references(head: Head) -> list[str]:
    """What this answers, nearest first."""
    nearest = head.ids("in-reply-to")
    chain = list(reversed(head.ids("references")))[:MOST_REFERENCES]
    return list(dict.fromkeys(nearest + chain))


def _types(message: Message) -> tuple[str, str]:
    try:
        return message.get_content_type(), str(message.get_param("report-type", "") or "").lower()
    except (ValueError, LookupError, TypeError):
        return "text/plain", ""


def _claimed_at(head: Head, defects: list[str]) -> datetime | None:
    if not head.raw("date"):
        return None
    try:
        claimed = parsedate_to_datetime(head.raw("date"))
        return claimed.astimezone(UTC) if claimed.tzinfo else claimed.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        defects.append("no usable Date")
        return None


def _returned(content_type: str, body: Body) -> str:
    """The text of a report and of the message it returns, to look for our own Message-IDs in."""
    if content_type != "multipart/report":
        return body.text[:REDUCED_TEXT]
    kinds = ("message/", "text/rfc822-headers")
    parts = [one.content[:REDUCED_TEXT] for one in body.attachments if one.media_type.startswith(kinds)]
    return "\n".join([body.text[:REDUCED_TEXT], *(charsets.decode(part)[0] for part in parts)])
