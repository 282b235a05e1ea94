"""German reports, word by word in English: only for the sentence model, which was trained on English.

It reads German in fragments and finds hardly a meaning in them. Bad English it understands well.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

from incidents import concepts

GLOSSARY = Path(__file__).parent / "data" / "german.txt"
IN_BOTH = frozenset(
    "in was an die war am warm hat will also links tag man fort taste stock chef alt mal um es des den er ab bis band station signal per gross labor formular sensor video film system server".split()
)
"""German words that are English ones, too: they tell nothing of the language."""
SHORTEST_PART, LONGEST_PART = 4, 24
LEAST_GERMAN = 0.25
"""The part of the words that is known to be German; things and names are neither."""
WORD = re.compile(r"\w+(?:[.-]\w+)*")
UMLAUT = re.compile(r"[äöüÄÖÜß]")


@lru_cache(maxsize=2_000)
def put(text: str) -> str:
    """The text as it is, if it is not German."""
    if not _is_german(text):
        return text
    known, told = _glossary(), concepts.fold(text)
    for english, phrase in concepts.told_in_german(told):
        if phrase not in known:
            told = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", english, told)
    return WORD.sub(lambda word: known.get(word[0]) or _in_parts(word[0]), told)


@lru_cache(maxsize=5_000)
def _in_parts(word: str) -> str:
    """ "schreibrechte" as "schreib permissions": the longest end that is known, and what stands before it."""
    known = _glossary()
    for place in range(max(SHORTEST_PART, len(word) - LONGEST_PART), len(word) - SHORTEST_PART + 1):
        if word[place:] in known and word.isalpha():
            before = word[:place]
            return f"{known.get(before) or known.get(before.removesuffix('s'), before)} {known[word[place:]]}"
    return word


def _is_german(text: str) -> bool:
    words, telling = WORD.findall(text), _telling()
    german = sum(word.lower() in telling or UMLAUT.search(word) is not None for word in words)
    return german > 0 and german >= LEAST_GERMAN * len(words)


@cache
def _telling() -> frozenset[str]:
    return frozenset(_glossary().keys() - IN_BOTH)


@cache
def _glossary() -> dict[str, str]:
    lines = [line for line in GLOSSARY.read_text("utf-8").splitlines() if not line.startswith("#")]
    split = (line.split(": ") for line in lines)
    return {german: english for english, words in split for german in words.split(", ")}
