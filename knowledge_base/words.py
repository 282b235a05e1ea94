"""Words as the lexical index sees them: folded, stop words out, lightly stemmed, codes kept whole."""

import re
import unicodedata
from functools import lru_cache

MAX_CHARACTERS = 20_000
"""Of one text; a report longer than this is a pasted log whose rest adds noise, not meaning."""

_WORD = re.compile(r"[^\W_]+(?:[.'-][^\W_]+)*")
_PLURALS = (
    ("ies", "y"),
    ("sses", "ss"),
    ("xes", "x"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("ss", "ss"),
    ("us", "us"),
)
_VOWEL = re.compile("[aeiouy]")
_DIGIT = re.compile(r"\d")
_PART = re.compile("[.-]")

STOP_WORDS = frozenset(
    """a about above after again all also am an and any are as at be because been before being below between both
    but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each few for from
    further get getting got had has hasn't have haven't having he her here hers him his how however i i'd i'm i've
    if in into is isn't it it's its itself just let may me might more most must my myself no nor not now of off on
    once one only or other our ours out over own please same she should so some such than that that's the their
    them then there these they they're this those through to too under until up us use used using very want was
    wasn't we were what when where which while who whom why will with won't would wouldn't you you're your
    yours""".split()
)


def words(text: str) -> list[str]:
    """The terms of a text, in order."""
    folded = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).lower().replace("’", "'")
    return [term for word in _WORD.findall(folded) if word not in STOP_WORDS for term in _terms(word)]


def normalise(text: str) -> str:
    """Words that mean the same query to the index, as one string: the key of caches."""
    return " ".join(unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).lower().split())


def is_code(word: str) -> bool:
    """Error codes, versions, model and event numbers: they match exactly or not at all."""
    return _DIGIT.search(word) is not None


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Plural and verb endings off, so that "printers" and "printing" meet "print"."""
    if len(word) <= 3 or not word.isascii() or is_code(word):
        return word
    return _without_e(_without_verb_ending(_singular(word)))


@lru_cache(maxsize=50_000)
def _terms(word: str) -> tuple[str, ...]:
    """ "setup.exe" is a name of its own and its parts, "Wi-Fi" also "wifi", "Bob's" is "Bob"."""
    word = word.removesuffix("'s")
    parts = _PART.split(word)
    if len(parts) == 1 or all(is_code(part) for part in parts):
        return (stem(word),)
    joined = word if "." in word else word.replace("-", "")
    return (joined, *(stem(part) for part in parts if part not in STOP_WORDS))


def _singular(word: str) -> str:
    for ending, replacement in _PLURALS:
        if word.endswith(ending):
            return word[: -len(ending)] + replacement
    return word.removesuffix("s")


def _without_verb_ending(word: str) -> str:
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and _VOWEL.search(base):
            return base[:-1] if base[-1] == base[-2] and base[-1] not in "lsz" else base
    return word


def _without_e(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("e") else word
