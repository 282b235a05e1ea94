"""What a report is about in plain concepts: the thing, the trouble, the place and the codes it names.

People say "beamer", "projector" or "it stays dark": `data/concepts.txt` maps their words, `concepts_de.txt` the
German ones. What tells two troubles apart is mostly here: another device, another floor, another error number.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from knowledge_base.words import is_code

FILES = tuple(Path(__file__).parent / "data" / name for name in ("concepts.txt", "concepts_de.txt"))
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "’": "", "'": ""})
ORDINALS = {
    word: str(place)
    for words in (
        "first second third fourth fifth sixth seventh eighth ninth",
        "one two three four five six seven eight nine",
        "ersten zweiten dritten vierten fuenften sechsten siebten achten neunten",
        "erster zweiter dritter vierter fuenfter sechster siebter achter neunter",
    )
    for place, word in enumerate(words.split(), start=1)
}
NUMBERED = (
    re.compile(r"\b(?:floor|room|building|bldg|site|level|storey|station|wing|hall|line|desk|gate)\s+(\w+)"),
    re.compile(r"\b(?:etage|stock|stockwerk|raum|zimmer|gebaeude|haus|halle|linie|platz|tor|werk)\s+(\w+)"),
    re.compile(r"\b(\w+)\.?[\s-]+(?:floor|storey|etage|stock|stockwerk|og|obergeschoss)\b"),
)
ROOM = (
    r"(?:[Mm]eeting |[Cc]onference )?[Rr]oom|[Rr]aum|[Bb]esprechungsraum|[Kk]onferenzraum|[Ss]itzungszimmer"
)
NAMED = (
    re.compile(rf"\b(?:{ROOM})\s+[\"'„“]?([A-ZÄÖÜ]\w+)"),
    re.compile(r"\b([A-Z]\w+)\s+(?:meeting|conference)\s+room\b"),
)
"""Rooms that have names, of rivers or of planets: a capital letter is all there is to know them by."""
MAILBOX = re.compile(r"\b([\w.]+)@")
WORD = re.compile(r"[\w.]+")
RUN = re.compile(r"\w+")
FIRST = re.compile(r"\w+\*?")
GROUND_FLOOR = re.compile(r"\b(?:ground[\s-]floor|erdgeschoss|eg|parterre)\b")
DRIVE = re.compile(
    r"\b([a-z])(?=:(?:[\s,.;)]|$|\\))|\b([a-z])(?=[ -](?:drive|share|laufwerk)\b)|\b(?:drive|laufwerk) ([a-z])\b"
)
IN_EITHER = frozenset({"thing", "place", "trouble"})
"""Sections of words that each language has its own for; cities and products are names in both."""
Named = tuple[str, str]
"""Section and name."""
BEGINNING = 3
"""Letters of the first word by which a pattern is thought of; a stem in the list has at least as many."""
SHORTEST_CODE = 3
"""Shorter numbers are counts and hours: "every 5 minutes" and "every 10 minutes" may be one trouble."""
COUNT = re.compile(r"\d+(?:am|pm|st|[nr]d|th|h|min|mins|s|x|days?)\.?")

CONTAINERS = frozenset(
    {"teams", "room", "laptop", "mail", "network", "account", "badge", "phone", "password", "office"}
)
"""Things that have parts: of a meeting the camera or the microphone, of a badge the door or the garage."""


@dataclass(frozen=True, kw_only=True)
class Concepts:
    """Each a set of names; `kinds_of_trouble` puts near troubles together (hangs, does not start)."""

    things: frozenset[str]
    troubles: frozenset[str]
    kinds_of_trouble: frozenset[str]
    numbered: frozenset[str]
    rooms: frozenset[str]
    cities: frozenset[str]
    places: frozenset[str]
    mailboxes: frozenset[str]
    products: frozenset[str]
    drives: frozenset[str]
    codes: frozenset[str]

    @property
    def parts(self) -> frozenset[str]:
        return self.things - CONTAINERS


@lru_cache(maxsize=4_096)
def read(text: str) -> Concepts:
    """The concepts these words name; kept for a while, for the same reports are compared again and again."""
    folded = fold(text)
    named = _named(folded)
    troubles = named["trouble"]
    return Concepts(
        things=named["thing"],
        troubles=troubles,
        kinds_of_trouble=frozenset(name.partition("/")[0] for name in troubles),
        numbered=frozenset(_numbered(folded)),
        rooms=frozenset(_rooms(text)),
        cities=named["city"],
        places=named["place"],
        mailboxes=frozenset(MAILBOX.findall(folded)),
        products=named["product"],
        drives=frozenset("".join(found) for found in DRIVE.findall(folded)),
        codes=frozenset(word for word in WORD.findall(folded) if _is_telling(word)),
    )


def fold(text: str) -> str:
    """Small letters, "ü" as "ue", no apostrophes: as half of all people type."""
    return unicodedata.normalize("NFKC", text).lower().translate(UMLAUTS)


def names_by_word(text: str) -> dict[str, frozenset[str]]:
    """What each folded word names, alone or as a part of several words."""
    found = defaultdict[str, set[str]](set)
    for (section, name), phrases in _phrases(fold(text)).items():
        for word in RUN.findall(" ".join(phrases)):
            found[word].add(f"{section} {name}")
    return {word: frozenset(names) for word, names in found.items()}


def told_in_german(folded: str) -> list[tuple[str, str]]:
    """Each German phrase of things, places and troubles, the longest first, after what it is in English."""
    found = {
        (both[0], phrase)
        for named, phrases in _phrases(folded).items()
        if (both := _in_both().get(named))
        for phrase in phrases
        if both[1].fullmatch(phrase)
    }
    return sorted(found, key=lambda told: (-len(told[1]), told))


@cache
def _in_both() -> dict[Named, tuple[str, re.Pattern[str]]]:
    """The first English word and the German ones of what has both."""
    english, german = (_listed_in(file) for file in FILES)
    return {
        (section, name): (english[section][name][0].replace("*", ""), _pattern(words))
        for section in IN_EITHER
        for name, words in german[section].items()
        if name in english[section]
    }


def _is_telling(word: str) -> bool:
    return is_code(word) and len(word) >= SHORTEST_CODE and COUNT.fullmatch(word) is None


def _named(folded: str) -> defaultdict[str, frozenset[str]]:
    """What the words name, by section."""
    names = defaultdict[str, frozenset[str]](frozenset)
    for section, name in _phrases(folded):
        names[section] |= {name}
    return names


@lru_cache(maxsize=1_000)
def _phrases(folded: str) -> Mapping[Named, Sequence[str]]:
    """The phrases that name something; at each word only the few patterns are tried that begin like it.

    Kept for a while: concepts, wording and the German of one report ask for them in turn.
    """
    found, ends = defaultdict[Named, list[str]](list), defaultdict[Named, int](int)
    for run in RUN.finditer(folded):
        for named, pattern in _beginning_like(run[0]):
            phrase = pattern.match(folded, run.start()) if run.start() >= ends[named] else None
            if phrase is not None:
                found[named].append(phrase[0])
                ends[named] = phrase.end()
    return found


def _numbered(folded: str) -> set[str]:
    """Floors, rooms and lines by their number or letter, however it is written."""
    found = (word for pattern in NUMBERED for word in pattern.findall(folded))
    named = {ORDINALS.get(word, word) for word in found}
    ground = {"0"} if GROUND_FLOOR.search(folded) else set()
    return ground | {name.rstrip("thndrs") or name for name in named if is_code(name) or len(name) == 1}


def _rooms(text: str) -> Iterator[str]:
    """The names of rooms; a word that names a thing or a trouble is no name ("the room Display")."""
    for pattern in NAMED:
        for word in pattern.findall(text):
            folded = fold(word)
            if not names_something(folded):
                yield folded


def names_something(folded: str) -> bool:
    """Whether a word is that of a thing or a trouble, and so hardly the name of a room or a site."""
    return bool(_named(folded).keys() & {"thing", "trouble"})


@lru_cache(maxsize=20_000)
def _beginning_like(word: str) -> Sequence[tuple[Named, re.Pattern[str]]]:
    """The patterns whose first word this may be."""
    patterns = _patterns()
    return list(dict.fromkeys([*patterns.get(word, ()), *patterns.get(f"{word[:BEGINNING]}*", ())]))


@cache
def _patterns() -> dict[str, list[tuple[Named, re.Pattern[str]]]]:
    """All patterns by their first word, or by how it begins and a star."""
    patterns = defaultdict[str, list[tuple[Named, re.Pattern[str]]]](list)
    for section, listed in _listed().items():
        for name, words in listed.items():
            pattern = _pattern(words)
            for beginning in _firsts(words):
                patterns[beginning].append(((section, name), pattern))
    return dict(patterns)


def _listed() -> dict[str, dict[str, list[str]]]:
    """By section and name: its words, of all languages."""
    sections: dict[str, dict[str, list[str]]] = {}
    for file in FILES:
        for section, listed in _listed_in(file).items():
            for name, words in listed.items():
                sections.setdefault(section, {}).setdefault(name, []).extend(words)
    return sections


@cache
def _listed_in(file: Path) -> dict[str, dict[str, list[str]]]:
    sections: dict[str, dict[str, list[str]]] = {}
    names: dict[str, list[str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            names = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            name, _, words = line.partition(": ")
            names.setdefault(name, []).extend(fold(words).split(", "))
    return sections


def _firsts(words: list[str]) -> frozenset[str]:
    firsts = " ".join(word.partition(" ")[0] for word in words)
    return frozenset(f"{run[:BEGINNING]}*" if run.endswith("*") else run for run in FIRST.findall(firsts))


def _pattern(words: list[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    either = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in longest_first)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)")
