"""One leaf of a message: its bytes, its file name and its charset, as far as they can be read."""

import binascii
import quopri
import re
from base64 import b64decode
from email.message import Message
from string import ascii_letters, digits

from email_intake import charsets
from email_intake.headers import Head, decode_words, one_line, payload_of
from firstline import files

EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/svg+xml": "svg",
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/html": "html",
    "text/plain": "txt",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/xml": "xml",
    "text/csv": "csv",
    "application/pgp-signature": "asc",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-signature": "p7s",
    "message/delivery-status": "txt",
}
FOOTER = re.compile(
    rb"^(?:(?:_{5,}|-{5,}|-- ?|={5,})[ \t]*\r?$|(?:(?<==\n)|(?<==\r\n))(?=[^\n]*\S[ \t]+\S))", re.MULTILINE
)
"""The rule above what others add, or words below the end: no line of base64 looks like that."""
BETWEEN_TWO_WORDS = re.compile(rb"\S(?=[ \t]+\S)")
FILE_NAME = re.compile(r"\A[^:?&=%]{1,100}\.[A-Za-z0-9]{1,5}\Z")
KIND = re.compile(r"\s*([\w!#$&^.+-]+/[\w!#$&^.+-]+)")
UUENCODED = frozenset({"x-uuencode", "uuencode", "uue", "x-uue"})
NOT_BASE64 = bytes(set(range(256)) - set(f"{ascii_letters}{digits}+/".encode()))


def content_of(part: Message, defects: list[str]) -> bytes:
    """The decoded bytes of a leaf, as far as they can be decoded (case 107)."""
    payload = payload_of(part)
    if isinstance(payload, list):
        return b"\n".join(bytes_of(inner, defects) for inner in payload if isinstance(inner, Message))
    encoding = encoding_of(part)
    text = str(payload or "")
    raw = text.encode("ascii", "surrogateescape") if _is_wire(text) else text.encode()
    if encoding == "base64":
        return from_base64(raw, defects)
    if encoding == "quoted-printable":
        return quopri.decodestring(raw)
    if encoding not in UUENCODED:
        return raw
    try:
        content = part.get_payload(decode=True)
    except (ValueError, binascii.Error, LookupError, AssertionError, UnicodeError):
        defects.append(f"broken {encoding or 'encoding'}")
        return raw
    return content if isinstance(content, bytes) else raw


def kind_of(part: Message) -> str:
    """The media type, without the remarks and other headers that some write behind it on the same line."""
    match = KIND.match(str(part.get("content-type", "")))
    return match[1].lower() if match else part.get_content_type()


def encoding_of(part: Message) -> str:
    """How the bytes are written, without the parameters and remarks that some put there."""
    match = re.match(r"\s*([\w-]+)", str(part.get("content-transfer-encoding", "")))
    return match[1].lower() if match else ""


def name_of(part: Message) -> str:
    """The file name, decoded whichever way it was written, without path and controls; may be empty."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        try:
            said = _readable(part, header).get_params([], header)
        except (ValueError, LookupError, UnicodeError, TypeError):
            continue
        values = [value for key, value in said if key.lower() == parameter]
        # Where it is said twice, the plain one is for programs that cannot read the other (RFC 6266, 4.3).
        values.sort(key=lambda value: not isinstance(value, tuple))
        name = clean_name(_parameter(values[0])) if values else ""
        if name:
            return name
    return ""


def place_name_of(part: Message) -> str:
    """What a file without a name is called where it is said to come from, or in its description."""
    head = Head.of(part)
    said = (clean_name(head.text(field)) for field in ("content-location", "content-description"))
    return next((one for one in said if FILE_NAME.match(one)), "")


def _readable(part: Message, header: str) -> Message:
    """The one header with its raw 8-bit characters decoded; `email` would replace them."""
    holder = Message()
    holder[header] = Head.of(part).raw(header)
    return holder


def _parameter(value: object) -> str:
    if isinstance(value, tuple):
        charset, _language, text = value
        raw = str(text).encode("latin-1", "replace")
        return charsets.decode(raw, charset)[0]
    text = str(value or "")
    if not text.isascii() and _is_wire(text):
        text = charsets.decode(text.encode("ascii", "surrogateescape"))[0]
    return decode_words(text)


def clean_name(name: str) -> str:
    base = one_line(name).replace("\\", "/").rpartition("/")[2].strip(' ."')
    stem, dot, ending = base.rpartition(".")
    return base if len(base) <= 120 else f"{(stem or base)[:108]}{dot}{ending[:11]}"


def _is_wire(text: str) -> bool:
    try:
        text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def from_base64(raw: bytes, defects: list[str]) -> bytes:
    """The bytes; what a list or a scanner wrote below them stays as it is."""
    if _is_prose(raw):
        defects.append("not really base64")
        return raw
    footer = FOOTER.search(raw)
    packed = raw[: footer.start()] if footer else raw
    decoded = b"".join(_decoded(piece, defects) for piece in packed.split(b"="))
    return decoded + b"\n" + raw[footer.start() :].strip() if footer else decoded


def _is_prose(raw: bytes) -> bool:
    """Whether these are words that were never encoded: lines of base64 have no gaps."""
    some = raw[:2000].strip().partition(b"=")[0]
    return len(BETWEEN_TWO_WORDS.findall(some)) * 12 > len(some)


def _decoded(piece: bytes, defects: list[str]) -> bytes:
    clean = piece.translate(None, NOT_BASE64)
    if len(clean) % 4 == 1:
        defects.append("broken base64")
        clean = clean[:-1]
    return b64decode(clean + b"=" * (-len(clean) % 4))


def charset_of(part: Message) -> str | None:
    try:
        value = part.get_param("charset")
    except (ValueError, LookupError, UnicodeError, TypeError):
        return None
    if isinstance(value, tuple):
        value = value[2]
    return str(value) if value else None


def bytes_of(message: Message, defects: list[str]) -> bytes:
    try:
        return message.as_bytes()
    except (ValueError, LookupError, UnicodeError, TypeError, AttributeError, KeyError, IndexError):
        defects.append("forwarded message could not be written out whole")
        head = "\r\n".join(f"{name}: {value}" for name, value in message.raw_items())
        return head.encode("utf-8", "replace")


def reflowed(part: Message, text: str) -> str:
    """RFC 3676: lines that end in a blank go on in the next one; quotes and signatures stay."""
    if str(part.get_param("format", "") or "").lower() != "flowed":
        return text
    delete_space = str(part.get_param("delsp", "") or "").lower() == "yes"
    lines: list[list[str]] = []
    flows = False
    for line in text.replace("\r\n", "\n").split("\n"):
        unstuffed = line[1:] if line.startswith(" ") else line
        if flows and not line.startswith(">") and line != "-- ":
            lines[-1].append(unstuffed)
        else:
            lines.append([unstuffed])
        flows = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(_joined(pieces, delete_space=delete_space) for pieces in lines)


def _joined(pieces: list[str], *, delete_space: bool) -> str:
    if not delete_space:
        return "".join(pieces)
    return "".join([*(piece[:-1] for piece in pieces[:-1]), pieces[-1]])


def from_uu(lines: str) -> bytes | None:
    try:
        return b"".join(_uu_line(line) for line in lines.encode("ascii", "replace").splitlines())
    except binascii.Error:
        return None


def _uu_line(line: bytes) -> bytes:
    # Some writers put garbage after the bytes that the first character counts.
    return binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3])


def extension_of(media_type: str, content: bytes) -> str:
    """How a file without a name ends."""
    sniffed = files.sniff(content)
    for kind in (media_type, sniffed):
        if kind in EXTENSIONS:
            return EXTENSIONS[kind]
    subtype = (sniffed if sniffed != files.UNKNOWN else media_type).rpartition("/")[2]
    short = re.sub(r"[^a-z0-9]", "", subtype.lower().removeprefix("x-"))
    return short if 0 < len(short) <= 5 else "bin"
