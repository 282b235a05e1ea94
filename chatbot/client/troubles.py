"""Several troubles in one message: told apart only where the person did, or where they are about other things."""

import re
from collections.abc import Iterator

from chatbot.client.reading import WORD, has_content
from incidents.topics import VAGUE
from incidents.triage import classify

MOST = 4
"""More parts than this are a list of steps or a log, not of troubles."""

LONGEST = 1_500
FEWEST_WORDS = 3
ITEM = re.compile(r"(?:^|(?<=\s))(?:\(?([1-9])[.)]|[-*•])\s+(?=\S)", re.MULTILINE)
ANOTHER = re.compile(
    r"[.;,!]?\s+(?:and |but )?(?:(?:another|a second|the second|the other) (?:problem|issue|trouble|thing)"
    r"(?: is| i have)?(?: that)?|secondly|on top of that|unrelated|besides that)\b[:,]?\s*",
    re.IGNORECASE,
)
ALSO = re.compile(
    r"[.;,!]?\s+(?:and |but |oh )?also,?\s+(?=\w)|[.;,]?\s+and (?=(?:my|the|our) )|\.\s+(?=(?:my|our|and the) )",
    re.IGNORECASE,
)
WRONG = re.compile(
    r"\b(?:not|no|never|cannot|\w+n['’]t|broken?|broke|fails?|failed|failing|jam(?:s|med)?|"
    r"crash\w*|slow|drop\w*|disconnect\w*|errors?|dead|died|stuck|lost|missing|black|blank|frozen|freezes|hangs?|"
    r"down|offline|flicker\w*|locked|expired|refus\w*|asks? for|gone|wrong|stop(?:s|ped)?|off)\b",
    re.IGNORECASE,
)


def apart(words: str) -> tuple[str, ...]:
    """The troubles of a message, each in the person's words; all of it as one where in doubt."""
    if len(words) > LONGEST:
        return (words,)
    for parts in (_items(words), _split(ANOTHER, words)):
        if len(parts) > 1:
            return tuple(parts) if len(parts) <= MOST else (words,)
    parts = _each_wrong(_split(ALSO, words))
    return tuple(parts) if 1 < len(parts) <= MOST and _are_different(parts) else (words,)


def _items(words: str) -> list[str]:
    """The items of a list; numbers must count from 1, so that no version or floor is taken for one."""
    found = list(ITEM.finditer(words))
    numbers = [int(item[1]) for item in found if item[1]]
    if len(found) < 2 or (numbers and numbers != list(range(1, len(found) + 1))):
        return []
    if not numbers and not all(item.start() == 0 or words[item.start() - 1] == "\n" for item in found):
        return []
    ends = [*(item.start() for item in found[1:]), len(words)]
    parts = [words[item.end() : end].strip(" ,;\n") for item, end in zip(found, ends, strict=True)]
    return parts if all(map(_says_something, parts)) else []


def _split(pattern: re.Pattern[str], words: str) -> list[str]:
    """The parts; what is too short to stand alone belongs to the part before."""
    parts = list(_joined(pattern, words))
    return parts if all(map(_says_something, parts)) else [words]


def _joined(pattern: re.Pattern[str], words: str) -> Iterator[str]:
    begun = 0
    for found in pattern.finditer(words):
        part, rest = words[begun : found.start()], words[found.end() :]
        if _says_something(part) and _says_something(rest):
            yield part.strip(" ,;.\n")
            begun = found.end()
    yield words[begun:].strip()


def _each_wrong(parts: list[str]) -> list[str]:
    """What says of nothing that it is wrong stays with the part before it, or with the first that does."""
    held = [parts[0]]
    for part in parts[1:]:
        if WRONG.search(part) and WRONG.search(held[-1]):
            held.append(part)
        else:
            held[-1] = f"{held[-1]}, {part}"
    return held


def _says_something(part: str) -> bool:
    return len(WORD.findall(part)) >= FEWEST_WORDS and has_content(part)


def _are_different(parts: list[str]) -> bool:
    """About other services or categories: a slow laptop and its loud fan are one trouble."""
    found = [classify(title="", text=part) for part in parts]
    topics = [(one.category, one.service_id) for one in found]
    categories = {category for category, _service in topics}
    return len(categories) == len(parts) and VAGUE.isdisjoint(categories)
