"""Words somebody wrote, without what tells who they are: greetings, signatures, names, addresses.

A rule of thumb, for drafts: a reviewer reads what is left before anybody else does.
"""

import re
from collections.abc import Iterable

NAME, ADDRESS, PHONE = "[name]", "[address]", "[phone]"
SHORTEST_NAME = 3
LAST_LINES = 8
"""A line such as “Thanks” begins a signature only if at most this many follow."""
ALSO_WORDS = frozenset(
    "art bill black brown case chase drew field frank grace grant green hope king lane long mark may "
    "page price rich rose stone summer wall white will wood young".split()
)
"""Names that are common words too: they count as names only with a capital letter."""

_GREETING = re.compile(
    r"\A\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|hallo|guten (?:tag|morgen)|"
    r"liebe[rs]?|sehr geehrte\w*|bonjour)(?: +[^\s,.!:;]+){0,4} *(?:[,!.:;]+\s*|\n\s*)",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"^ *(?:--|(?:many |best |kind |kindest |warm )?(?:thanks|thank you|regards|wishes|cheers|best|"
    r"sincerely|yours)\b|thx\b|sent from my\b|mit freundlichen\b|(?:viele|beste|liebe) gr|danke\b|mfg\b|"
    r"cordialement\b)[^\n]{0,40}$",
    re.IGNORECASE | re.MULTILINE,
)
_MAIL = re.compile(r"<?(?:mailto:)?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}>?")
_PHONE = re.compile(
    r"(?<![\w.-])(?:\+ ?[1-9]|\(0|00?[1-9])[\d ()/-]{5,18}\d(?![\w-])"
    r"|(?<![\w.-])(?:\d{3}[- ]|\(\d{3}\) ?)\d{3}[- ]\d{4}(?![\w-])"
)
_DATE = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}")
_ONLY_NAMES = re.compile(rf"(?:\A|(?<=[.!?,:;\n]))(?:\s*{re.escape(NAME)}[\s,.]*)+\Z")


def mask(words: str, *, names: Iterable[str] = ()) -> str:
    """What is left of the words; `names` are people's full names and account names."""
    said = _without_signature(_GREETING.sub("", words))
    said = _MAIL.sub(ADDRESS, said)
    said = _PHONE.sub(_phone, said)
    for pattern in _patterns(names):
        said = pattern.sub(NAME, said)
    said = _ONLY_NAMES.sub("", said).strip()
    return said[:1].upper() + said[1:]


def _without_signature(words: str) -> str:
    for found in _SIGN_OFF.finditer(words):
        if found.start() and words.count("\n", found.end()) <= LAST_LINES:
            return words[: found.start()].rstrip()
    return words


def _phone(found: re.Match[str]) -> str:
    return found[0] if _DATE.fullmatch(found[0]) else PHONE


def _patterns(names: Iterable[str]) -> list[re.Pattern[str]]:
    """Whole names first, then each part of them."""
    given = [" ".join(name.split()) for name in names if name.strip()]
    parts = {part for name in given for part in re.split(r"[\s.,_-]+", name)}
    whole = sorted({name for name in given if len(name) >= SHORTEST_NAME}, key=len, reverse=True)
    single = sorted(part for part in parts if len(part) >= SHORTEST_NAME and not part.isdecimal())
    return [_pattern(name) for name in (*whole, *single)]


def _pattern(name: str) -> re.Pattern[str]:
    if name.lower() in ALSO_WORDS:
        return re.compile(rf"\b(?:{re.escape(name.title())}|{re.escape(name.upper())})\b")
    return re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
