"""Header fields as text, one by one, so that a broken one spoils nothing but itself."""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from functools import cache, cached_property, partial
from hashlib import sha256

from email_intake import charsets
from email_intake.models import ID_LENGTH

MOST_ADDRESSES = 2000
MOST_BYTES = 200_000
MOST_LEVELS = 5
FOLD = re.compile(r"\r?\n[ \t]*|\r")
CONTROLS = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029]+")
INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
BETWEEN_WORDS = re.compile(r"(=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
PLAUSIBLE = re.compile(r"[^\s<>()\[\],;:\"@]+@[^\s<>()\[\],;:\"@]+")
DELIVERABLE = re.compile(r"[^\s<>()\[\],;:\"@?]+@(?:[\w-]+\.)+[\w-]{2,}|[^\s<>()\[\],;:\"@?]+@localhost")
COMMENT = re.compile(r"\([^()]*\)")
FIRST_OF_TWO = re.compile(r'\A([^<>"]*)<([^<>"@]*@[^<>"]*)>\s*[^<>",\s][^<>"]*<[^<>"@]*@[^<>"]*>')
"""Two people with no comma between them; two addresses behind one name are something else."""
MESSAGE_ID = re.compile(r"<\s*([^<>]+?)\s*>")


@dataclass(frozen=True)
class Address:
    """An address as written (never decoded, case 4) and the name beside it (decoded)."""

    name: str
    address: str

    @property
    def is_deliverable(self) -> bool:
        return bool(DELIVERABLE.fullmatch(self.address)) and "=?" not in self.address


class Head:
    """The header fields in order; asking never raises."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    @cached_property
    def _named(self) -> dict[str, list[str]]:
        """The values of each name: many are asked for, and most are not there."""
        named: dict[str, list[str]] = {}
        for name, value in self._fields:
            named.setdefault(name, []).append(value)
        return named

    @classmethod
    def of(cls, message: Message) -> "Head":
        charset = cache(partial(_charset_of, message))
        return cls([(name.lower(), _raw_text(value, charset)) for name, value in message.raw_items()])

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Every field in order, unfolded and decoded, its name in lower case."""
        return [(name, one_line(decode_words(value))) for name, value in self._fields]

    def all(self, name: str) -> list[str]:
        """Every value of this field, unfolded, with encoded-words as they are."""
        return self._named.get(name, [])

    def raw(self, name: str) -> str:
        """The first value, empty when there is none."""
        values = self._named.get(name)
        return values[0] if values else ""

    def text(self, name: str) -> str:
        """The first value, decoded, on one line."""
        return one_line(decode_words(self.raw(name)))

    def token(self, name: str) -> str:
        """The first value without parameters, in lower case."""
        return self.raw(name).partition(";")[0].strip().lower()

    def addresses(self, name: str) -> list[Address]:
        return [address for value in self.all(name) for address in split_addresses(value)]

    def ids(self, *names: str) -> list[str]:
        """Message-IDs in these fields, in order, without brackets."""
        values = [value for name in names for value in self.all(name)]
        return list(dict.fromkeys(found for value in values for found in _split_ids(value)))


def decode_words(value: str) -> str:
    """RFC 2047 as people really write it: split characters, blanks and broken base64 included."""
    if "=?" not in value:
        return value
    joined = BETWEEN_WORDS.sub(r"\1", value)
    pieces: list[tuple[str | None, str, str]] = []
    at = 0
    for match in WORD.finditer(joined):
        if match.start() > at:
            pieces.append((None, "", joined[at : match.start()]))
        word = (match[1].partition("*")[0].lower(), match[2].lower(), match[3])
        if pieces and match.start() == at and _is_cut(pieces[-1], word):
            pieces[-1] = (word[0], "b", pieces[-1][2] + word[2])
        else:
            pieces.append(word)
        at = match.end()
    pieces.append((None, "", joined[at:]))
    return "".join(charsets.decode(content, charset)[0] for charset, content in _joined(pieces))


def _is_cut(before: tuple[str | None, str, str], word: tuple[str, str, str]) -> bool:
    """Whether base64 was cut inside a group of four by the border of two words."""
    same = before[:2] == (word[0], "b") and word[1] == "b"
    return same and not before[2].endswith("=") and len(before[2]) % 4 != 0


def _joined(pieces: list[tuple[str | None, str, str]]) -> list[tuple[str | None, bytes]]:
    """Neighbours of one charset are decoded together: a character may be cut too (case 76)."""
    joined: list[tuple[str | None, bytes]] = []
    for charset, encoding, content in pieces:
        raw = _word_bytes(encoding, content) if encoding else content.encode("utf-8", "replace")
        if joined and joined[-1][0] == charset:
            joined[-1] = (charset, joined[-1][1] + raw)
        else:
            joined.append((charset, raw))
    return joined


def one_line(text: str) -> str:
    """Without line breaks and other controls, so that no header can be smuggled in (case 77)."""
    visible = INVISIBLE.sub("", CONTROLS.sub(" ", text))
    return " ".join(visible.encode("utf-8", "replace").decode().split())


def normalise_id(value: str) -> str:
    """A Message-ID as we store and compare it; empty when there is none."""
    match = MESSAGE_ID.search(value)
    found = "".join((match[1] if match else value.strip(" <>")).split())
    found = found.encode("utf-8", "replace").decode().replace("\0", "")
    return found if len(found) <= ID_LENGTH else f"sha256:{sha256(found.encode()).hexdigest()}"


def split_addresses(value: str) -> list[Address]:
    """The addresses of one field. What has no address becomes part of the next name (case 8)."""
    found: list[Address] = []
    carried = ""
    for token in _tokens(value[:MOST_BYTES]):
        whole = f"{carried}, {token}" if carried else token
        address = _address(whole)
        if address is None:
            carried = whole
            continue
        carried = ""
        found.append(address)
        if len(found) >= MOST_ADDRESSES:
            break
    if not found and carried:
        encoded = _address(decode_words(carried)) if "=?" in carried else None
        if encoded is not None:
            return [encoded]
        bare = COMMENT.sub("", carried).strip(' "<>')
        if bare and " " not in bare and ":" not in bare:
            found.append(Address("", bare.lower()))
    return found


def _tokens(value: str) -> list[str]:
    """Split at commas and semicolons outside quotes, comments and angle brackets, in one pass."""
    tokens, start, comment, quoted, angle = [], 0, 0, False, False
    skip = False
    for at, char in enumerate(value):
        if skip:
            skip = False
        elif char == "\\":
            skip = True
        elif char == '"' and not comment and (quoted or '"' in value[at + 1 : at + 500]):
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            comment += 1
        elif char == ")":
            comment = max(0, comment - 1)
        elif comment:
            continue
        elif char == "<":
            angle = ">" in value[at : at + 500]
        elif char == ">":
            angle = False
        elif char in ",;" and not angle:
            tokens.append(value[start:at])
            start = at + 1
    tokens.append(value[start:])
    return [token.strip() for token in tokens if token.strip()]


def _address(token: str) -> Address | None:
    bracketed = re.findall(r"<([^<>]*)>", token)
    if len(bracketed) > 1 and (first := FIRST_OF_TWO.match(token)) is not None:
        return _bracketed(_name(first[1]), first[2])
    for inner in reversed(bracketed):
        if "@" in inner or not bracketed[1:]:
            return _bracketed(_name(token.partition("<")[0].rpartition(":")[2]), inner)
    outside = COMMENT.sub(" ", token[:2000])
    plausible = PLAUSIBLE.search(outside.replace('"', " ") if outside.count('"') != 2 else outside)
    plausible = plausible or PLAUSIBLE.search(outside.replace('"', ""))
    if plausible is None:
        return None
    comment = re.search(r"\(([^()]*)\)", token[:2000])
    name = _name(comment[1] if comment else outside.partition(plausible[0])[0].rpartition(":")[2])
    return Address(name, plausible[0].strip(" '.").lower())


def _name(written: str) -> str:
    """A name without its quotes and without the backslashes inside them (RFC 5322, 3.2.1)."""
    return re.sub(r"\\(.)", r"\1", one_line(decode_words(written)).strip(" \"'<"))


def _bracketed(name: str, inner: str) -> Address:
    address = inner.strip().removeprefix("mailto:").strip()
    if address.startswith("@"):
        # A route of old (RFC 5322, 4.4): who wrote it stands behind the colon.
        address = address.rpartition(":")[2]
    return Address(name, CONTROLS.sub("", address).lower())


def _split_ids(value: str) -> list[str]:
    found = MESSAGE_ID.findall(value[:MOST_BYTES]) or value[:MOST_BYTES].split()
    return [normalised for one in found if (normalised := normalise_id(one))]


def _raw_text(value: object, charset: Callable[[], str | None]) -> str:
    raw = str(value)[:MOST_BYTES].encode("ascii", "surrogateescape") if _is_surrogate(value) else None
    text = charsets.decode(raw, hint=charset())[0] if raw is not None else str(value)[:MOST_BYTES]
    return FOLD.sub(" ", text).replace("\0", "").strip()


def payload_of(part: Message) -> object:
    """The parts of a message, or its text as it came with 8-bit characters as surrogates.

    `get_payload()` reads those by the charset the part names: too early where the text is still encoded, and
    charsets that are none make it raise.
    """
    payload: object = vars(part)["_payload"]
    return payload


def _charset_of(message: Message) -> str | None:
    """What the first text of this message says of itself: who names no charset above means the same."""
    part = message
    for _level in range(MOST_LEVELS):
        payload = payload_of(part)
        if not isinstance(payload, list) or not payload or not isinstance(payload[0], Message):
            break
        part = payload[0]
    try:
        named = part.get_param("charset")
    except (ValueError, LookupError, UnicodeError, TypeError):
        return None
    return str(named[2] if isinstance(named, tuple) else named) if named else None


def _is_surrogate(value: object) -> bool:
    text = str(value)
    try:
        text[:MOST_BYTES].encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return not text.isascii()


def _word_bytes(encoding: str, content: str) -> bytes:
    if encoding == "q":
        return _from_q(content)
    raw = re.sub(r"[^A-Za-z0-9+/]", "", content)
    if raw != content.rstrip("=").replace(" ", ""):
        # Not base64 at all: what stands there is the best text there is (case 75).
        return content.encode("utf-8", "replace")
    try:
        return b64decode(raw + "=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        return b64decode(raw[: len(raw) // 4 * 4])


def _from_q(content: str) -> bytes:
    raw = content.replace("_", " ").encode("utf-8", "replace")
    return re.sub(rb"=([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), raw)
