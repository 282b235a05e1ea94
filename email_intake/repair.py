"""The bytes of a mail before they are parsed: what would make Python take headers for the body (cases 80, 81)."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from email_intake import bounds, charsets

HEADER_LINE = re.compile(rb"[!-9;-~]{1,80}[ \t]*:")
GOES_ON = re.compile(rb"\s*" + HEADER_LINE.pattern)
BLANK_BEFORE_COLON = re.compile(rb"\A([!-9;-~]{1,80})[ \t]+:")
GAP = re.compile(rb"\r?\n[ \t]*\r?\n")
OF_CONTENT = re.compile(
    rb"^(?:content-(?:type|transfer-encoding)|mime-version)[ \t]*:", re.IGNORECASE | re.MULTILINE
)
AUTHOR = re.compile(rb"^(?:from|sender|reply-to)[ \t]*:", re.IGNORECASE | re.MULTILINE)
VOUCHED = re.compile(rb"^authentication-results[ \t]*:", re.IGNORECASE | re.MULTILINE)
MBOX_LINE = re.compile(rb">?From (?![ \t]*:)")
KNOWN_HEADER = re.compile(
    rb"(?im)^(?:from|to|cc|subject|date|message-id|content-type|content-transfer-encoding|mime-version|reply-to|"
    rb"in-reply-to|references|received|return-path|x-[\w-]+)[ \t]*:"
)


def repaired(raw: bytes, defects: list[str]) -> bytes:
    """Undo it; what was found goes to the defects."""
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        # A whole mail that an editor saved in its own charset.
        raw = charsets.decode(raw)[0].encode("utf-8", "replace")
    raw = raw.removeprefix(BOM_UTF8).lstrip(b"\r\n")
    if MBOX_LINE.match(raw):
        raw = raw.partition(b"\n")[2]
    if b"\n" not in raw[:100_000] and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    raw = _without_gap(raw)
    gap = GAP.search(raw)
    whole = raw[: gap.start()] if gap else raw
    head = bounds.fewer(whole, defects)
    raw = head + raw[len(whole) :] if head is not whole else raw
    lines = [BLANK_BEFORE_COLON.sub(rb"\1:", line) for line in head.split(b"\n")]
    bad = [i for i, line in enumerate(lines) if _is_stray(line) and i > 0]
    if not bad or not KNOWN_HEADER.search(b"\n".join(lines[bad[0] :])):
        return b"\n".join(lines) + raw[len(head) :]
    defects.append("a line in the headers without a name")
    for i in bad:
        lines[i] = _folded(lines[i], lines[i - 1])
    return b"\n".join(lines) + raw[len(head) :]


def _without_gap(raw: bytes) -> bytes:
    """Join headers that an empty line cuts in two: where nobody is named above it and somebody below, or where
    what the content is follows at once, and nothing said so.

    No author from below what a mail server said of the sender: it did not see this one.
    """
    gap = GAP.search(raw)
    if gap is None or GOES_ON.match(raw, gap.end()) is None:
        return raw
    head, rest = raw[: gap.end()], raw[gap.end() :].lstrip()
    end = GAP.search(rest)
    below = rest[: end.start()] if end else rest
    if not (_names_the_author(head, below) or _names_the_content(head, below)):
        return raw
    return raw if any(_is_stray(line) for line in below.split(b"\n")) else raw[: gap.start()] + b"\n" + rest


def _names_the_author(head: bytes, below: bytes) -> bool:
    return not (AUTHOR.search(head) or VOUCHED.search(head)) and AUTHOR.search(below) is not None


def _names_the_content(head: bytes, below: bytes) -> bool:
    return not (OF_CONTENT.search(head) or AUTHOR.search(below)) and OF_CONTENT.match(below) is not None


def _is_stray(line: bytes) -> bool:
    return bool(line.strip()) and line[:1] not in b" \t" and not HEADER_LINE.match(line)


def _folded(line: bytes, before: bytes) -> bytes:
    """A stray line goes on with the subject; after anything else it becomes a header of its own."""
    return b" " + line if before.lower().startswith(b"subject") else b"X-Stray-Line: " + line
