"""What a part meant where it says something else: a boundary nobody named or used twice, HTML called plain text, a file elsewhere."""

import re
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message

from email_intake import bounds, remarks

SEPARATOR = re.compile(
    rb"^--(?P<name>[^\s\"][^\r\n\"]{0,68}?)[ \t]*\r?\n(?:content-|mime-version)", re.MULTILINE | re.IGNORECASE
)
BEGINS_AS_HTML = re.compile(
    r"\A\s*<(?:!doctype\s+html|(?:html|head|body|div|p|table|span|font|meta|style)\b)[^<>]*>", re.IGNORECASE
)
ENDS_AS_HTML = re.compile(r"</(?:html|body|div|p|table|span|font)>\s*\Z", re.IGNORECASE)
TAG = re.compile(r"<[a-z!/]", re.IGNORECASE)
MULTIPART = re.compile(r"\A\s*multipart/|\bboundary\s*(?:\*[\d*]*)?=", re.IGNORECASE)
TORN = MissingHeaderBodySeparatorDefect
PARAMETER = re.compile(r"[\w-]{1,40}\*?\d*\*?[ \t]*=[ \t]*(?:\"[^\"]*\"|[^\s\";]*)[ \t]*(?:;.*)?")
MAY_BE_HEADER = re.compile(r"[ \t]|[!-9;-~]{1,80}[ \t]*:|" + PARAMETER.pattern + r"\Z")
WHERE = ("url", "site", "server", "directory")


def claims_parts(part: Message) -> bool:
    """Whether a leaf says that it has parts: a multipart whose boundary is never there, or a boundary where none belongs."""
    said = () if part.is_multipart() else part.get_all("content-type", ())
    return any(MULTIPART.search(str(one)) for one in said)


def with_its_boundary(part: Message, content: bytes) -> Message | None:
    """The part taken apart at the boundary that its content shows; None where it shows none (case 90)."""
    found = SEPARATOR.search(content)
    if found is None:
        return None
    kind = part.get_content_type() if part.get_content_maintype() == "multipart" else "multipart/mixed"
    # The name is not always ASCII, and `email` reads no other.
    plain = re.sub(
        rb"(?m)^--%s(?=(?:--)?[ \t]*\r?$)" % re.escape(found["name"]), b"--firstline-part", content
    )
    head = b'Content-Type: %s; boundary="firstline-part"\n\n' % kind.encode("ascii", "replace")
    again = bounds.message_of(head + plain)
    return again if again.is_multipart() else None


def with_its_head(part: Message) -> Message | None:
    """The part with the parameters that stand unfolded in its head, which end it for Python; None where there are none."""
    payload = vars(part)["_payload"]
    if not isinstance(payload, str) or not any(isinstance(one, TORN) for one in part.defects):
        return None
    head, gap, _rest = payload.replace("\r\n", "\n").partition("\n\n")
    lines = head.split("\n")
    if not gap or not PARAMETER.fullmatch(lines[0]) or not all(map(MAY_BE_HEADER.match, lines)):
        return None
    above = "".join(f"{name}: {value}\n" for name, value in part.raw_items())
    return bounds.message_of(f"{above} {payload}".encode("ascii", "surrogateescape"))


def after_its_end(part: Message) -> list[Message]:
    """Parts that stand below the last boundary, as where a part inside used the same one."""
    name, rest = part.get_boundary(), part.epilogue
    if not name or not rest or f"--{name}\n" not in rest.replace("\r\n", "\n"):
        return []
    head = b'Content-Type: multipart/mixed; boundary="%s"\n\n' % name.encode("ascii", "replace")
    again = bounds.message_of(head + rest.encode("ascii", "surrogateescape"))
    return [one for one in again.get_payload() if isinstance(one, Message)] if again.is_multipart() else []


def has_tags(html: str) -> bool:
    """Whether there is any markup but what stands for single letters."""
    return TAG.search(html) is not None


def is_html(text: str) -> bool:
    """Whether a text is HTML from its first character to its last: prose that shows a tag is not."""
    return BEGINS_AS_HTML.match(text) is not None and ENDS_AS_HTML.search(text) is not None


def elsewhere(part: Message) -> str:
    """A sentence in place of a file that is not in the mail (RFC 2046, 5.2.3), and where it is said to be."""
    said = [str(part.get_param(name) or "") for name in WHERE]
    where = ", ".join(one for one in said if one) or str(part.get_param("access-type") or "an unnamed place")
    return remarks.ELSEWHERE % {"where": where}
