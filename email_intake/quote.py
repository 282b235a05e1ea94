"""What is new in a mail, and what is signature or quoted: by client markers and a language table.

When new words follow a quote (answers between the lines) nothing is cut at all: rather too much
than lost (cases 121 to 128).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from email_intake import signature as signatures
from email_intake.footers import is_footer
from email_intake.line import SIGNED
from email_intake.quote_marks import QUOTE_MARK
from email_intake.quote_words import (
    ANSWERS_BELOW,
    FROM_LINE,
    ORIGINAL,
    PASSED_ON,
    SENT_LINE,
    SUBJECT_LINE,
    WROTE,
)

LONGEST_SIGNATURE = 15
LONGEST_AFTER_RULE = 7
ATTRIBUTION_LINES = 3
MOST_LINES = 5000
"""Nobody writes more above a quote; looking at each line of a log for one takes seconds."""

# Where the verb is in none of these languages: a day or an hour, an address, and hardly more below a quote.
WHEN = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b|\b\d{1,2}([./-])\d{1,2}\1\d{2,4}\b")
ADDRESS_AT_END = re.compile(r"<\s*[^<>\s]{1,100}@[^<>\s]{1,100}>(?:\s*[:\uff1a]?|[\w\s]{1,20}[:\uff1a])\Z")
ADDRESS_THEN_DATE = re.compile(r"<\s*[^<>\s]{1,100}@[^<>\s]{1,100}>\s*\[[^\[\]]{6,40}\]\s*:\Z")
GROUPWISE = re.compile(r"\A>>> ?(?=[^>]*(?:@|\d[.:/]\d)).*(?:>>>|:)\s*\Z")
"""It prefixes only the line that says who wrote, and nothing that was written."""
TO = re.compile(r"\A\s*(?:To|An|Para|A|À|Aan)\s*\Z")
WROTE_AT_END = re.compile(rf"(?:{WROTE.pattern})\Z", re.IGNORECASE)
FRAME = "---"
BIDI = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LONGEST_ATTRIBUTION = 400
MOST_AFTER_VERB = 120
LONGEST_VERB = 20
LONGEST_DATE = 40
SURE_FIELDS = 3
MOST_FIELDS = 7
MOST_TRIES = 5
COLONS = (":", "\uff1a")
FIELD_LINE = re.compile(r"\A\W*[^\W\d_][\w .-]{0,24}\W*[:\uff1a]")
RULE = re.compile(r"\s*[_=-]{10,}\s*\Z")


@dataclass(frozen=True)
class Split:
    """The parts of a text, in order; joined they are the whole."""

    new: str
    signature: str = ""
    quoted: str = ""


def split(text: str) -> Split:
    """Cut a mail's text into what its writer wrote now, the signature, and the quote."""
    lines, is_marked = text.splitlines(), SIGNED in text
    if is_marked:
        lines = signatures.settled(lines)
    start = _quote_start(lines)
    above, quoted = lines[:start], _unmarked(lines[start:])
    new, signature = _parts(above) if is_marked else _without_signature(_unmarked(above))
    if not new.strip() or (quoted and ANSWERS_BELOW.search(new)):
        return Split(_unmarked(lines))
    return Split(new, signature, quoted)


def _parts(lines: Sequence[str]) -> tuple[str, str]:
    """The words and the signature, as its program marks it or by a rule above it."""
    end = signatures.signed_from(lines)
    if end == len(lines):
        return _without_signature(_unmarked(lines))
    new, more = _without_signature(_unmarked(lines[:end]))
    if signatures.is_only_a_greeting(new):
        return "", ""
    return new, "\n".join(part for part in (more, _unmarked(lines[end:])) if part)


def unprefixed(text: str) -> str:
    """A quote without its signs."""
    return "\n".join(re.sub(r"\A(?:>[ \t]?)+", "", line) for line in text.splitlines())


def without_double_gaps(text: str) -> str:
    """Undo what Outlook does to plain text: an empty line below every line (case 109).

    Only where no two lines stand together anywhere and a gap of three shows that a paragraph was meant.
    """
    lines = text.split("\n")
    together = any(one.strip() and two.strip() for one, two in pairwise(lines))
    if together or not re.search(r"\n[ \t]*\n[ \t]*\n[ \t]*\n", text):
        return text
    return re.sub(r"\n[ \t]*(\n)(?:[ \t]*\n[ \t]*(\n))?", r"\1\2", text)


def plain(text: str) -> str:
    """The whole text without our own marks."""
    return _unmarked(text.splitlines())


def _unmarked(lines: Sequence[str]) -> str:
    kept = [line.replace(QUOTE_MARK, "") for line in lines if line.strip(" >") != QUOTE_MARK]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept).replace(SIGNED, "")).strip()


def _quote_start(lines: Sequence[str]) -> int:
    """The line at which only quote follows; the number of lines where there is none."""
    for at, line in enumerate(lines[:MOST_LINES]):
        if QUOTE_MARK in line or _starts_quote(lines, at):
            if _is_answered_below(lines, at):
                return _below_answers(lines, at)
            return _with_rule(lines, _with_attribution(lines, at))
    return len(lines)


def _below_answers(lines: Sequence[str], at: int) -> int:
    """Where the whole letter stands once more below the answers to its lines; it says so above itself."""
    headed = (i for i in range(at + 1, min(len(lines), MOST_LINES)) if _heads_quote(lines, i))
    for start in islice(headed, MOST_TRIES):
        if not _is_answered_below(lines, start):
            return _with_rule(lines, start)
    tail = len(lines)
    while tail > at and (not lines[tail - 1].strip() or lines[tail - 1].startswith(">")):
        tail -= 1
    start = _with_attribution(lines, next((i for i in range(tail, len(lines)) if lines[i].strip()), tail))
    return start if start < tail and at < start else len(lines)


def _starts_quote(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    if line.startswith(">") or _heads_quote(lines, at):
        return True
    if SENT_LINE.match(line):
        # Hotmail says the date first; only an address tells its From from any other.
        return any("@" in following and FROM_LINE.match(following) for following in lines[at + 1 : at + 4])
    return _attribution_length(lines, at) > 0


def _heads_quote(lines: Sequence[str], at: int) -> bool:
    if ORIGINAL.match(lines[at]) or GROUPWISE.match(lines[at]) or _is_of_notes(lines, at):
        return True
    return FROM_LINE.match(lines[at]) is not None and any(
        SENT_LINE.match(following) for following in _fields_below(lines, at)
    )


def _is_of_notes(lines: Sequence[str], at: int) -> bool:
    """Whether Lotus Notes quotes here: a frame with who wrote, or a name, a date and, alone in a line, "To"."""
    line = lines[at]
    if _is_framed(line):
        return WROTE.search(line) is not None and len(line) < LONGEST_ATTRIBUTION
    dated = lines[at + 1 : at + 2]
    is_headed = (
        "@" in line and bool(dated) and len(dated[0]) < LONGEST_DATE and WHEN.search(dated[0]) is not None
    )
    return is_headed and any(TO.match(following) for following in lines[at + 2 : at + 6])


def _fields_below(lines: Sequence[str], at: int) -> Iterator[str]:
    """The next three lines, and those that go on naming fields: some say the date last."""
    for position, line in enumerate(lines[at + 1 : at + 1 + MOST_FIELDS]):
        if position >= SURE_FIELDS and not FIELD_LINE.match(line):
            return
        yield line


def _attribution_length(lines: Sequence[str], at: int) -> int:
    """How many lines the attribution here takes; 0 when there is none with a quote below it."""
    if not lines[at].strip() or len(lines[at]) > 300:
        return 0
    for length in range(1, ATTRIBUTION_LINES + 1):
        said = " ".join(lines[at : at + length])
        if not lines[at + length - 1 : at + length] or not lines[at + length - 1].strip():
            return 0
        if _is_attribution(said) and not _is_attribution(" ".join(lines[at + 1 : at + length])):
            below = next((one for one in lines[at + length :] if one.strip()), "")
            if below.startswith(">") or QUOTE_MARK in below:
                return length
            # Some phones do not prefix what they quote: then a date and an address must be there, or a frame.
            if below and (_names_its_writer(said, lines[at + length]) or _is_framed(said)):
                return length
    return 0


def _names_its_writer(said: str, next_line: str) -> bool:
    """Whether an attribution says by an address who wrote, and ends as one does."""
    end = _bare(said)
    return "@" in said and (
        end.endswith(COLONS) or (not next_line.strip() and WROTE_AT_END.search(end) is not None)
    )


def _is_framed(said: str) -> bool:
    return said.lstrip().startswith(FRAME) and said.rstrip().endswith(FRAME)


def _is_attribution(said: str) -> bool:
    said = _bare(said)
    digit = re.search(r"\d", said)
    if digit is None or len(said) > LONGEST_ATTRIBUTION or _begins_inside_an_address(said):
        return False
    if not said.endswith((*COLONS, ">")):
        return WROTE_AT_END.search(said, max(digit.end(), len(said) - LONGEST_VERB)) is not None
    verb = WROTE.search(said, digit.end())
    if verb is None:
        return _is_said_otherwise(said)
    after = said[verb.end() :].strip()
    return after in COLONS or (len(after) < MOST_AFTER_VERB and after.endswith(COLONS))


def _is_said_otherwise(said: str) -> bool:
    """Without a verb we know below the date: the verb comes first, or there is only a date and an address."""
    verb = WROTE.search(said) if said.endswith(COLONS) else None
    if verb is not None:
        # Finnish, Hungarian, Lotus Notes.
        return "@" in said or WHEN.search(said, verb.end()) is not None
    return (ADDRESS_AT_END.search(said) or ADDRESS_THEN_DATE.search(said)) is not None and WHEN.search(
        said
    ) is not None


def _begins_inside_an_address(said: str) -> bool:
    """Whether a bracket ends here that began on the line before."""
    return ">" in said and said.find("<") not in range(said.find(">"))


def _bare(said: str) -> str:
    """An attribution without the frame some draw around it and the marks of what is written from the right."""
    return (said if said.isascii() else BIDI.sub("", said)).strip(" \t*_-")


def _with_attribution(lines: Sequence[str], at: int) -> int:
    """Move up over the attribution that stands above a marked or prefixed quote."""
    for earlier in range(max(0, at - ATTRIBUTION_LINES - 1), at):
        length = _attribution_length(lines, earlier)
        if length and not any(line.strip() for line in lines[earlier + length : at]):
            return earlier
    return at


def _with_rule(lines: Sequence[str], at: int) -> int:
    """Move up over the subject, where it is said first, and the rule or the words that some set above what they quote."""
    if at > 0 and SUBJECT_LINE.match(lines[at - 1]):
        at -= 1
    above = next((i for i in range(at - 1, max(-1, at - 3), -1) if lines[i].strip()), None)
    return at if above is None or not (RULE.match(lines[above]) or PASSED_ON.match(lines[above])) else above


def _is_answered_below(lines: Sequence[str], at: int) -> bool:
    """Whether new words stand below the first quoted lines."""
    below_head = at + (GROUPWISE.match(lines[at]) is not None)
    first = next((i for i in range(below_head, len(lines)) if lines[i].startswith(">")), None)
    if first is None:
        return False
    rest, _signature = _without_signature("\n".join(lines[first:]))
    below = rest.splitlines()
    return any(
        line.strip()
        and not line.startswith(">")
        and QUOTE_MARK not in line
        and SIGNED not in line
        and not is_footer(line)
        and not _attribution_length(below, i)
        for i, line in enumerate(below)
    )


def _longest_tail(first: str) -> int:
    """How many lines may follow: below a phone's footer one, below what may be a rule in prose a few."""
    if is_footer(first):
        return 2
    return LONGEST_SIGNATURE if first == "-- " else LONGEST_AFTER_RULE


def _without_signature(text: str) -> tuple[str, str]:
    lines = text.splitlines()
    for at in range(max(0, len(lines) - LONGEST_SIGNATURE - 1), len(lines)):
        if lines[at] in signatures.RULES or is_footer(lines[at]):
            tail = lines[at:]
            if sum(1 for line in tail if line.strip()) > _longest_tail(lines[at]):
                continue
            return "\n".join(lines[:at]).rstrip(), "\n".join(tail).strip()
    return text, ""
