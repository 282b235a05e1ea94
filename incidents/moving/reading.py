"""What the readers share: words in whatever encoding, moments in whatever form, states by other names."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from incidents.models import State

STATES = {
    State.QUEUED: "new open reopened queued offered active assigned unassigned todo",
    State.IN_PROGRESS: "in_progress progress working started",
    State.WAITING: "waiting pending pending_reminder pending_close on_hold hold waiting_for_reply",
    State.RESOLVED: "resolved solved fixed done",
    State.CLOSED: "closed duplicate merged cancelled canceled rejected spam removed",
}
BY_NAME = {name: state for state, names in STATES.items() for name in names.split()}
PRIORITIES = {
    "critical": 1,
    "urgent": 1,
    "very high": 1,
    "high": 2,
    "normal": 3,
    "medium": 3,
    "low": 4,
    "very low": 5,
}
GERMAN = re.compile(r"\A(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?\Z")


def decode(raw: bytes) -> str:
    """The words, line by line in the encoding each is in: UTF-8, else that of old Windows programs.

    Files that several programs wrote into are not of one encoding. A mark at the beginning decides for UTF-16.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace").replace("\0", "")
    lines = raw.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return "\n".join(_decode_line(line) for line in lines).replace("\0", "")


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def moment(told: object, zone: ZoneInfo) -> datetime | None:
    """The moment, in UTC; one without an offset is of the `zone`. None: it cannot be read, or in two ways."""
    found = told if isinstance(told, datetime) else _parsed(str(told or "").strip())
    if found is None:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _parsed(text: str) -> datetime | None:
    german = GERMAN.match(text)
    try:
        if german:
            day, month, year, hour, minute, second = (int(part or 0) for part in german.groups())
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller knows the zone
        return datetime.fromisoformat(text)
    except ValueError:
        return _mailed(text)


def _mailed(text: str) -> datetime | None:
    if not re.match(r"\A(?:[A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} \d{4}", text):
        return None
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def state(told: object) -> State | None:
    """Our state for another desk's; None for one nobody knows, queued for none at all."""
    name = re.sub(r"[\s\-]+", "_", str(told or "").strip().casefold())
    return BY_NAME.get(name) if name else State.QUEUED


def priority(told: object) -> int | None:
    """1 to 5 out of a number or a word, such as “2 normal” of a desk that counts the other way round."""
    text = str(told or "").strip().casefold()
    word = re.sub(r"\A[p\d\s\-:]+", "", text).strip()
    if word in PRIORITIES:
        return PRIORITIES[word]
    number = re.match(r"\Ap?([1-5])\Z", text)
    return int(number.group(1)) if number else None
