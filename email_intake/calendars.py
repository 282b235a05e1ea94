"""A calendar part in words: what, when, where, from whom (case 102)."""

import re

FIELDS = (
    ("SUMMARY", "What"),
    ("DTSTART", "From"),
    ("DTEND", "Until"),
    ("LOCATION", "Where"),
    ("ORGANIZER", "Organiser"),
)
DATE = re.compile(r"\A(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?\Z")

ONLY_AN_ANSWER = re.compile(
    rf"\[Calendar: (?:reply|counter)\](?:\n(?:{'|'.join(label for _name, label in FIELDS)}): .*)*"
)


def is_only_an_answer(text: str) -> bool:
    """Whether a mail says no more than that an invitation was accepted or declined."""
    return ONLY_AN_ANSWER.fullmatch(text.strip()) is not None


def summarise(calendar: str) -> str:
    """A few lines of text; empty when there is no event in it."""
    unfolded = re.sub(r"\r?\n[ \t]", "", calendar[:100_000])
    _before, _begin, event = unfolded.partition("BEGIN:VEVENT")
    event, end, _after = event.partition("END:VEVENT")
    if not end:
        return ""
    lines = [f"{label}: {value}" for name, label in FIELDS if (value := _value(event, name))]
    method = _value(unfolded, "METHOD").lower()
    return "\n".join([f"[Calendar: {method or 'event'}]", *lines])


def _value(text: str, name: str) -> str:
    match = re.search(rf"^{name}(?:;[^:\n]*)?:(.*)$", text, re.MULTILINE | re.IGNORECASE)
    if match is None:
        return ""
    value = match[1].strip().replace("\\,", ",").replace("\\;", ";").replace("\\n", " ")
    date = DATE.match(value)
    if date is None:
        return re.sub(r"(?i)^mailto:", "", value)[:300]
    day = f"{date[1]}-{date[2]}-{date[3]}"
    return f"{day} {date[4]}:{date[5]}{' UTC' if date[6] else ''}" if date[4] else day
