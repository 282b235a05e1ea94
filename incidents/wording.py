"""How two reports are worded beside each other: what only one of them says, and what stands where.

No list foresees all things and places. But two people who tell of one trouble hardly ever write the same sentence
but for one word: where they do, that word tells the troubles apart, known or not. A word of one
report that has no match in the other is "bare".
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from itertools import takewhile
from math import ceil
from pathlib import Path

from incidents import concepts, phrases
from knowledge_base.words import STOP_WORDS, is_code, stem

CHATTER = Path(__file__).parent / "data" / "chatter.txt"
MOST_WORDS = 60
"""The first words tell the trouble; the rest of a long mail is history and greetings."""
ENOUGH_MET = 4
"""So many telling words that both say are enough; fewer are weak evidence."""
ONE_FRAME = 0.6
"""The part of the shorter report that stands word by word in the other: two such sentences are one sentence."""
ONE_BEGINNING = 2
"""So many telling words that both begin with are their thing; what each goes on with is then its trouble."""
MOST_EXCHANGED = 4
"""Where more words stand for others, something is told at length, not exchanged."""
ALIKE_WORDS = 0.84
BEGINNING, PART = 5, 4
"""Letters by which inflected and compound words are known again: "Lagerdrucker" and "Drucker"."""

WORD = re.compile(r"\w+(?:[.-]\w+)*")
NUMBER = re.compile(r"\d+[a-z]?|[a-z]\d+")
PLACED = re.compile(r"(\d+)(?:er|th|st|[nr]d)")
NUMBERED_NAME = re.compile(r"(?P<noun>[a-z][\w.-]{0,30}?[a-z])[-_.]?0*(?P<number>\d{1,4})")
""" "fs-prod-07", "crane-3"."""
CARDINALS = frozenset({"two", "three", "four", "five", "six", "seven", "eight", "nine"})
CONTRASTS = frozenset(
    stem(word)
    for word in (
        "day night morning noon afternoon evening early late first second third last next front back new old upper lower inner outer"
        " left right north south east west frueh spaet neue neuen neuer alte alten alter erste zweite dritte ersten zweiten dritten linken rechten obere untere"
        " vordere hintere"
    ).split()
)
ACRONYM = re.compile(r"\b[A-Z]{2}\b(?=.*[a-z])", re.DOTALL)
COUNTED = re.compile(
    r"(?:m?s|min|mins|minut|sekund|second|hour|stund|std|h|uhr|am|pm|day|tag|tagen|week|woch|wochen|month|monat|year|jahr"
    r"|mal|time|x|people|leut|kolleg|percent|prozent|[kmgt]b|cm|page|seit|sheet|monitor|screen|pc)"
)
"""What is counted and no name: "40 minutes", "5 people"."""

Replaced = tuple[tuple[str, ...], tuple[str, ...]]
FEATURES = (
    "frame",
    "bare_shorter",
    "bare_longer",
    "both_bare",
    "question_or_not",
    "wish_or_not",
    "other_person",
    "denied_or_not",
    "words_met",
    "lengths",
    "wrong_or_not",
    "removal_or_not",
    "endless_or_not_at_all",
    "drops_or_not",
    "accessory_or_not",
    "alarm_or_not",
)


@dataclass(frozen=True, kw_only=True)
class Wording:
    """`order` are all words, `telling` those that tell something with what they name; `numbers` go by their noun."""

    order: tuple[str, ...]
    telling: Mapping[str, Set[str]]
    numbers: Mapping[str, Set[str]]
    people: frozenset[str]
    users: frozenset[str]
    sites: frozenset[str]
    ways: frozenset[str]
    is_question: bool
    is_wish: bool
    is_over: bool
    denies: bool
    is_wrong: bool
    is_removal: bool
    is_endless: bool
    drops: bool
    is_of_many: bool
    is_of_another: bool
    is_of_accessory: bool
    is_alarm: bool


def read(text: str) -> Wording:
    """Take a text apart."""
    folded = concepts.fold(text)
    found = WORD.findall(phrases.FAREWELL.sub("", folded))[:MOST_WORDS]
    named = concepts.names_by_word(text)
    acronyms = frozenset(concepts.fold(word) for word in ACRONYM.findall(text))
    return Wording(
        order=tuple(stem(word) for word in found),
        telling={
            stem(word): named.get(word, frozenset()) for word in found if word in acronyms or _tells(word)
        },
        numbers=_numbers(found),
        people=frozenset() if phrases.FELLOW.search(folded) else _people(text),
        users=frozenset(filter(_is_name, phrases.USER.findall(folded))),
        sites=_sites(text),
        ways=_ways(phrases.CAN.sub(" ", folded)),
        is_question=phrases.QUESTION.search(folded) is not None,
        is_wish=phrases.WISH.search(folded) is not None,
        is_over=_is_over(folded),
        denies=phrases.NEGATION.search(folded) is not None,
        is_wrong=phrases.WRONG.search(folded) is not None,
        is_removal=phrases.REMOVAL.search(folded) is not None,
        is_endless=phrases.ENDLESS.search(folded) is not None,
        drops=phrases.DROPS.search(folded) is not None,
        is_of_many=phrases.MANY.search(folded) is not None,
        is_of_another=phrases.OF_ANOTHER.search(text) is not None,
        is_of_accessory=phrases.ACCESSORY.search(folded) is not None,
        is_alarm=phrases.ALARM.search(folded) is not None,
    )


@dataclass(frozen=True)
class Beside:
    """Two wordings beside each other: `features` in the order of `FEATURES`, each from 0 to 1; the bare words of each."""

    features: tuple[float, ...]
    bare: tuple[Sequence[str], Sequence[str]]
    tell_of_two: bool
    """One word is exchanged in one sentence, or the number of one noun, or one beginning goes on in two ways, or one
    tells that it is over, or of sound or mail that does not go out and the other of such that does not come in."""


def compare(one: Wording, other: Wording) -> Beside:
    """Lay one beside the other; who comes first does not matter."""
    bare, other_bare = _bare(one, other), _bare(other, one)
    frame, replaced = _aligned(one.order, other.order)
    met = min(len(one.telling) - len(bare), len(other.telling) - len(other_bare))
    features = (
        frame if bare or other_bare else 0.0,
        *sorted((_share(bare, one), _share(other_bare, other))),
        float(bool(bare and other_bare)),
        float(one.is_question != other.is_question),
        float(one.is_wish != other.is_wish),
        float(one.people != other.people),
        float(one.denies != other.denies),
        min(1.0, met / ENOUGH_MET),
        _lengths(one, other),
        float(one.is_wrong != other.is_wrong),
        float(one.is_removal != other.is_removal),
        float(_is_endless_and_not_at_all(one, other) or _is_endless_and_not_at_all(other, one)),
        float(one.drops != other.drops),
        float(one.is_of_accessory != other.is_of_accessory),
        float(one.is_alarm != other.is_alarm),
    )
    is_exchanged = frame >= ONE_FRAME and (
        _is_exchanged(replaced, {*bare, *other_bare}) or _is_of_other_products(replaced, one, other)
    )
    goes_two_ways = bool(bare and other_bare) and _shared_beginning(one, other) >= ONE_BEGINNING
    is_decided = (
        one.is_over != other.is_over
        or _are_numbered_apart(one, other)
        or _are_apart(one.ways, other.ways)
        or _are_apart(one.sites, other.sites)
        or _are_apart(one.users, other.users)
        or _is_contrasted(one, other)
    )
    return Beside(features, (bare, other_bare), is_decided or is_exchanged or goes_two_ways)


def _are_apart(one: Set[str], other: Set[str]) -> bool:
    return bool(one and other) and one.isdisjoint(other)


def _is_contrasted(one: Wording, other: Wording) -> bool:
    """ "Night shift report" and "day shift report": the same sentence, but for a word that elsewhere tells nothing."""
    if len(one.order) != len(other.order):
        return False
    places = [
        place for place, both in enumerate(zip(one.order, other.order, strict=True)) if both[0] != both[1]
    ]
    if len(places) != 1 or places[0] + 1 == len(one.order):
        return False
    (place,) = places
    return one.order[place + 1] in one.telling and {one.order[place], other.order[place]} <= CONTRASTS


def _sites(text: str) -> frozenset[str]:
    """The words of the names of stores, wards and plants."""
    found = (site["before"] or site["after"] for site in phrases.SITE.finditer(text))
    return frozenset(word for name in found for word in concepts.fold(name).split() if _is_name(word))


def _is_name(word: str) -> bool:
    """A word that names a thing or a trouble is no name of a place or a person."""
    return word not in phrases.NO_SITE and word not in _chatter() and not concepts.names_something(word)


def _is_over(folded: str) -> bool:
    found = phrases.OVER.search(folded)
    return bool(found) and not phrases.BUT.search(folded) and not phrases.UNTIL.search(folded)


def _lengths(one: Wording, other: Wording) -> float:
    """The telling words of the shorter one by those of the longer."""
    shorter, longer = sorted((len(one.telling), len(other.telling)))
    return shorter / max(1, longer)


def _aligned(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[float, list[Replaced]]:
    """How much of the shorter one stands in the other in the same order, and what was replaced between."""
    first, second = sorted((one, other))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    replaced = [
        (first[begin:end], second[start:stop])
        for kind, begin, end, start, stop in matcher.get_opcodes()
        if kind == "replace"
    ]
    return same / max(1, min(len(first), len(second))), replaced


def _is_endless_and_not_at_all(one: Wording, other: Wording) -> bool:
    """ "Rings all night" and "does not ring"."""
    return one.is_endless and other.denies and not other.is_endless


def _ways(folded: str) -> frozenset[str]:
    return frozenset(way.pattern for way in (phrases.OUTWARD, phrases.INWARD) if way.search(folded))


def _people(text: str) -> frozenset[str]:
    return frozenset(name for names in phrases.PERSON.findall(text) for name in names if name)


def _tells(word: str) -> bool:
    return word not in _chatter() and (len(word) > 2 or is_code(word))


@cache
def _chatter() -> frozenset[str]:
    lines = CHATTER.read_text(encoding="utf-8").splitlines()
    listed = {word for line in lines if not line.startswith("#") for word in concepts.fold(line).split()}
    return frozenset(listed | {concepts.fold(word) for word in STOP_WORDS})


def _numbers(found: Sequence[str]) -> dict[str, set[str]]:
    """ "packing station 3", "fs-prod-07": the number is a name of the noun before it, if it counts nothing."""
    named: defaultdict[str, set[str]] = defaultdict(set)
    for noun, number, after in zip(found, found[1:], [*found[2:], ""], strict=False):
        if (said := _number(number)) and _is_noun(noun) and not COUNTED.fullmatch(stem(after)):
            named[stem(noun)] |= said
        if (place := _ordinal(noun)) and _is_noun(number):
            named[stem(number)] |= place
    for joined in filter(None, map(NUMBERED_NAME.fullmatch, filter(is_code, found))):
        named[stem(joined["noun"])] |= {joined["number"]}
    return dict(named)


def _is_noun(word: str) -> bool:
    return _tells(word) and not is_code(word) and word not in concepts.ORDINALS


def _number(word: str) -> set[str]:
    """In digits, or two to nine; "one" is no number in "the left one"."""
    if word in CARDINALS:
        return {concepts.ORDINALS[word]}
    return {word} if NUMBER.fullmatch(word) else set()


def _ordinal(word: str) -> set[str]:
    placed = PLACED.fullmatch(word)
    if placed:
        return {placed[1]}
    return {concepts.ORDINALS[word]} if word in concepts.ORDINALS and word not in CARDINALS else set()


def _bare(one: Wording, other: Wording) -> list[str]:
    """The telling words of one that the other neither has nor means."""
    named = frozenset().union(*other.telling.values())
    left = [word for word in one.telling if word not in other.telling]
    return [word for word in left if one.telling[word].isdisjoint(named) and not _is_spelt_in(word, other)]


def _is_spelt_in(word: str, other: Wording) -> bool:
    """Inflected, compound or mistyped; never for numbers."""
    can_be = len(word) >= PART and not is_code(word)
    return can_be and any(_is_spelt_like(word, each) for each in other.telling)


@lru_cache(maxsize=50_000)
def _is_spelt_like(one: str, other: str) -> bool:
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    if len(shorter) < PART or is_code(other):
        return False
    if shorter in longer:
        return True
    if len(shorter) < BEGINNING:
        return False
    shared = max(BEGINNING, ceil(ONE_FRAME * len(shorter)))
    if one[:shared] == other[:shared]:
        return True
    if 2 * len(shorter) < ALIKE_WORDS * (len(shorter) + len(longer)):
        return False
    # Of equal length the smaller comes first: who is asked for whom does not matter.
    first, second = sorted((one, other), key=lambda word: (len(word), word))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    # The cheap one first, which is never less than the dear one.
    return matcher.quick_ratio() >= ALIKE_WORDS and matcher.ratio() >= ALIKE_WORDS


def _share(bare: Sequence[str], whole: Wording) -> float:
    return len(bare) / max(1, len(whole.telling))


def _is_exchanged(replaced: Iterable[Replaced], bare: set[str]) -> bool:
    """Whether bare words of both stand in the same place; a word that is bare in one is not in the other at all."""
    return any(
        not bare.isdisjoint(one)
        and not bare.isdisjoint(other)
        and max(len(one), len(other)) <= MOST_EXCHANGED
        for one, other in replaced
    )


def _is_of_other_products(replaced: Iterable[Replaced], one: Wording, other: Wording) -> bool:
    """ "Downloads are blocked in Chrome" and "... in Edge", though both are browsers."""
    named = {**one.telling, **other.telling}
    products = [
        [
            {name for word in words for name in named.get(word, ()) if name.startswith("product ")}
            for words in both
        ]
        for both in replaced
    ]
    return any(_are_apart(first, second) for first, second in products)


def _shared_beginning(one: Wording, other: Wording) -> int:
    """With how many telling words both begin, in the same words throughout."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one.order, other.order, strict=False))
    return sum(word in one.telling for word, _ in same)


def _are_numbered_apart(one: Wording, other: Wording) -> bool:
    nouns = one.numbers.keys() & other.numbers.keys()
    return any(one.numbers[noun].isdisjoint(other.numbers[noun]) for noun in nouns)
