"""The parts of a message: its text in reading order and what is attached. Broken parts become defects."""

import re
from email.message import Message
from html import unescape
from typing import TypedDict

from email_intake import (
    bounds,
    calendars,
    charsets,
    markup,
    mending,
    packed,
    remarks,
    signature,
    tnef,
    wrapped,
)
from email_intake.found import Attached, Body
from email_intake.headers import Head, normalise_id, payload_of
from email_intake.leaves import (
    bytes_of,
    charset_of,
    clean_name,
    content_of,
    from_base64,
    kind_of,
    name_of,
    place_name_of,
    reflowed,
)
from email_intake.line import SIGNED
from email_intake.markup import to_text
from firstline import files

MOST_PARTS = 1000
MOST_DEPTH = 50
MOST_NAME = 400
EMPTY_PLAIN = re.compile(
    r"\A(?:\W*(?:this (?:e-?mail|message)|your (?:e-?mail|mail)? ?(?:client|program|reader)).{0,120}\bhtml\b.{0,120}|"
    r"(?:\s*\[(?:image\b|cid:|[\w .-]{1,100}\.(?:png|gif|jpe?g|bmp)\])[^\[\]]{0,200}\]?)+\s*)\Z",
    re.IGNORECASE | re.DOTALL,
)
"""A plain version that says nothing: that there is an HTML one, or where in it pictures stand."""
TEXTS = frozenset(
    {"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-amp-html"}
)
PACKED_TEXTS = frozenset({"text/calendar", "text/rtf"})
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]+")
PICTURE_PLACE = re.compile(r"\[cid:([^\]@\s]{1,100})(?:@[^\]\s]{1,100})?\]")


def read(message: Message) -> Body:
    """Walk over all parts. Raises only what the parser's own limits raise (`RecursionError`)."""
    body = Body()
    _visit(message, body, depth=0)
    _take_packed(body)
    return body


def _visit(part: Message, body: Body, *, depth: int) -> None:
    body.parts += 1
    if depth > MOST_DEPTH or body.parts > MOST_PARTS:
        if "too many parts" not in body.defects:
            body.defects.append("too many parts")
        return
    if part.defects and (whole := mending.with_its_head(part)) is not None:
        body.defects.append("a line in the headers without a name")
        part = whole
    kind = kind_of(part)
    mended = mending.with_its_boundary(part, content_of(part, [])) if mending.claims_parts(part) else None
    if mended is not None:
        body.defects.append("a boundary that the header does not name")
        _visit(mended, body, depth=depth + 1)
    elif kind == "message/external-body":
        body.texts.append(mending.elsewhere(part))
        body.attach(name_of(part) or "elsewhere.txt", kind, content_of(part, body.defects))
    elif part.is_multipart() and not kind.startswith("message/"):
        _visit_children(part, kind, body, depth)
    elif kind in {"message/rfc822", "message/global", "message/news"}:
        _attach_message(part, body)
    else:
        _visit_leaf(part, kind, body, depth)


def _visit_children(part: Message, kind: str, body: Body, depth: int) -> None:
    children = [child for child in part.get_payload() if isinstance(child, Message)]
    if kind == "multipart/alternative":
        _visit_alternative(children, body, depth)
    elif kind == "multipart/encrypted":
        body.is_encrypted = True
        body.texts.append(remarks.ENCRYPTED)
        for child in children:
            _attach(child, body)
    else:
        for child in (*children, *mending.after_its_end(part)):
            _visit(child, body, depth=depth + 1)


def _visit_alternative(children: list[Message], body: Body, depth: int) -> None:
    """Take the version with content (case 95): plain if it says as much, else the richest."""
    tried = []
    for child in children:
        version = Body(parts=body.parts)
        _visit(child, version, depth=depth + 1)
        body.parts = version.parts
        tried.append(version)
    chosen = _choose(tried)
    for version in tried:
        body.attachments.extend(_not_yet(version.attachments, body.attachments))
        body.defects.extend(version.defects)
        body.is_encrypted |= version.is_encrypted
        body.html = body.html or version.html
        body.calendar = body.calendar or version.calendar
    if chosen is not None:
        body.texts.extend(_with_signature_marks(chosen, tried))


def _choose(versions: list[Body]) -> Body | None:
    said = [version for version in versions if version.text.strip()]
    plain = next((v for v in said if not v.html and not EMPTY_PLAIN.match(v.text[:400])), None)
    rich = next((version for version in reversed(said) if version.html), None)
    if plain is None or rich is None:
        return plain or rich or (said[0] if said else None)
    return rich if len(rich.text) > 200 and len(plain.text) * 10 < len(rich.text) else plain


def _with_signature_marks(chosen: Body, versions: list[Body]) -> list[str]:
    """Its texts; where another version says what is signature, it says so of the same words here."""
    rich = next((v for v in versions if v is not chosen and any(SIGNED in text for text in v.texts)), None)
    return chosen.texts if rich is None else [signature.carried_over(rich.text, chosen.text)]


def _not_yet(attachments: list[Attached], known: list[Attached]) -> list[Attached]:
    held = {(one.name, one.content) for one in known}
    return [one for one in attachments if (one.name, one.content) not in held]


def _visit_leaf(part: Message, kind: str, body: Body, depth: int) -> None:
    content = content_of(part, body.defects)
    name = name_of(part)
    if kind.startswith("text/") and charsets.is_binary(content, charset_of(part)):
        kind = files.sniff(content)
    if kind in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
        _unwrap(part, content, body, depth)
    if kind == "text/calendar":
        _take_calendar(part, content, body)
    if kind in {"application/ms-tnef", "application/vnd.ms-tnef"} or name.lower() == "winmail.dat":
        _take_tnef(name or "winmail.dat", kind, content, body)
    elif _is_text(part, kind, name, content, body, is_root=depth == 0):
        _take_text(part, kind, content, body)
    elif content or name or kind != "text/plain":
        body.attach(name or place_name_of(part), kind, content, **_place_of(part))


def _take_calendar(part: Message, content: bytes, body: Body) -> None:
    calendar = charsets.decode(content, charset_of(part))[0]
    body.calendar = calendars.read(calendar, str(part.get_param("method", "")))
    body.texts.append(calendars.summarise(calendar))


def _unwrap(part: Message, content: bytes, body: Body, depth: int) -> None:
    """S/MIME: what is signed is read, what is sealed cannot be (cases 103, 104)."""
    signed = wrapped.content_of_signed(content)
    if signed is not None:
        _visit(bounds.message_of(signed), body, depth=depth + 1)
    elif "signed" not in str(part.get_param("smime-type", "")):
        body.is_encrypted = True
        body.texts.append(remarks.ENCRYPTED)


def _place_of(part: Message) -> "Place":
    """Whether the HTML shows this file in its place, and by which name."""
    cid = normalise_id(Head.of(part).raw("content-id"))
    return {"cid": cid, "is_inline": bool(cid) and part.get_content_disposition() != "attachment"}


class Place(TypedDict):
    """What `_place_of` says, as arguments of `Body.attach`."""

    cid: str
    is_inline: bool


def _take_tnef(name: str, kind: str, content: bytes, body: Body) -> None:
    """Outlook's own packing: its text where the mail has none, its files; else the file as it came."""
    inside = tnef.unpack(content)
    if inside is None or not (inside.text or inside.html or inside.files):
        body.texts.append(remarks.TNEF)
        body.attach(name, kind, content)
        return
    if not body.text.strip():
        body.texts.append(inside.text or to_text(inside.html))
    body.html = body.html or inside.html
    for position, (inner, its) in enumerate(inside.files, start=1):
        body.attach(clean_name(inner) or f"attachment-{position}", files.sniff(its), its)


def _is_text(part: Message, kind: str, name: str, content: bytes, body: Body, *, is_root: bool) -> bool:
    if part.get_content_disposition() == "attachment":
        return False
    if part.get_content_maintype() == "multipart":
        return True
    if is_root and not name and kind not in TEXTS | PACKED_TEXTS:
        # The whole mail claims to be a file; if it reads as text, it is the message (case 87).
        return charsets.is_readable(content)
    if kind not in TEXTS:
        return kind in {"text", "text/unknown", "application/plain"} and not name
    return not name or is_root or (not body.texts and part.get_content_disposition() is None)


def _take_text(part: Message, kind: str, content: bytes, body: Body) -> None:
    if kind == "text/x-amp-html":
        return
    if kind == "text/html":
        html, defect = markup.decode_html(content, charset_of(part))
        # Some programs call plain text HTML: read as such, it would be one paragraph.
        text = _take_html(html, body) if mending.has_tags(html) else unescape(html)
    else:
        text, defect = charsets.decode(content, charset_of(part))
        if mending.is_html(text):
            text = _take_html(text, body)
        # Outlook's name for a picture, without the part that only it can use.
        text = PICTURE_PLACE.sub(r"[\1]", text)
        if kind in {"text/enriched", "text/richtext"}:
            # RFC 1896: a doubled bracket is one that was written, a parameter is not shown.
            text = re.sub(r"(<)<|<param>[^<>]{0,60}</param>|<[^<>]{1,60}>", r"\1", text, flags=re.IGNORECASE)
        text = reflowed(part, text)
    if defect:
        body.defects.append(defect)
    clean = CONTROLS.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if kind != "text/html" or not body.says(clean):
        body.texts.append(clean)


def _take_html(html: str, body: Body) -> str:
    body.html = body.html or html
    for media_type, picture in packed.pictures_in(html):
        body.attach("", media_type, picture)
    return to_text(html)


def _attach(part: Message, body: Body) -> None:
    content = content_of(part, body.defects)
    body.attach(name_of(part), kind_of(part), content, **_place_of(part))


def _attach_message(part: Message, body: Body) -> None:
    """A forwarded message stays a file of its own (case 105)."""
    payload = payload_of(part)
    inner = payload[0] if isinstance(payload, list) and payload else None
    if not isinstance(inner, Message):
        content = content_of(part, body.defects)
        body.attach(name_of(part) or "message.eml", "message/rfc822", content)
        return
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    content = bytes_of(inner, body.defects)
    if encoding == "base64":
        content = from_base64(content, body.defects)
    subject = clean_name(Head.of(inner).text("subject"))[:80]
    body.attach(name_of(part) or f"{subject or 'message'}.eml", "message/rfc822", content)


def _take_packed(body: Body) -> None:
    """Take out of the texts what is no words."""
    for at, text in enumerate(body.texts):
        for one in (*packed.files_in(text), *packed.armour_in(text)):
            body.is_encrypted |= one.is_sealed
            body.attach(one.name, one.media_type or files.sniff(one.content), one.content)
            instead = remarks.ENCRYPTED if one.is_sealed else one.instead
            body.texts[at] = body.texts[at].replace(one.whole, instead).strip("\n")
