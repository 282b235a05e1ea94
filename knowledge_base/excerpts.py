"""Which part of a text answers a query best, with the words of the query marked in it.

Words are folded as the index folds them, so "printing" is marked for "printers".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from knowledge_base.words import words

LENGTH = 230
LEAD = 70
"""Characters before the best place in which the beginning of its sentence is looked for."""
MAX_CHARACTERS = 60_000
"""Of a text that is read; an excerpt of what comes after would find nobody."""

_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n\s*")


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `is_match` where it is one of the words asked for."""

    text: str
    is_match: bool = False


@dataclass(frozen=True)
class _Place:
    start: int
    end: int
    terms: frozenset[str]


def marked(text: str, terms: frozenset[str]) -> tuple[Piece, ...]:
    """The whole text with its matching words marked."""
    return _cut(text, list(_places(text, terms)), 0, len(text))


def excerpt(text: str, terms: frozenset[str], *, length: int = LENGTH) -> tuple[Piece, ...]:
    """The stretch that holds most of the terms, from the beginning of a sentence where one is near.

    Empty when the text has none of them.
    """
    text = text[:MAX_CHARACTERS]
    places = list(_places(text, terms))
    if not places:
        return ()
    best = max(range(len(places)), key=lambda first: (_worth(places, first, length), -first))
    start = _begin(text, places[best].start)
    end = _end(text, start + length)
    before = (Piece("… "),) if start else ()
    after = (Piece(" …"),) if end < len(text) else ()
    return (*before, *_cut(text, places, start, end), *after)


def _places(text: str, terms: frozenset[str]) -> Iterator[_Place]:
    for found in _WORD.finditer(text):
        shared = _terms(found[0]) & terms
        if shared:
            yield _Place(found.start(), found.end(), shared)


@lru_cache(maxsize=20_000)
def _terms(word: str) -> frozenset[str]:
    return frozenset(words(word))


def _worth(places: Sequence[_Place], first: int, length: int) -> tuple[int, int]:
    """How many different terms a stretch holds that begins there, and how near together they stand."""
    begin = places[first].start
    seen = set(places[first].terms)
    last = places[first].end
    for place in islice(places, first + 1, None):
        if place.end > begin + length - LEAD:
            break
        if not place.terms <= seen:
            seen |= place.terms
            last = place.end
    return len(seen), begin - last


def _begin(text: str, place: int) -> int:
    """The last beginning of a sentence before the place, else of a word some way before it."""
    earliest = max(0, place - LEAD)
    starts = [found.end() for found in _SENTENCE.finditer(text, earliest, place)]
    if starts:
        return starts[-1]
    if not earliest:
        return 0
    space = text.find(" ", earliest, place)
    return space + 1 if space >= 0 else place


def _end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    space = max(text.rfind(" ", place - LEAD, place), text.rfind("\n", place - LEAD, place))
    return space if space > 0 else place


def _cut(text: str, places: Sequence[_Place], start: int, end: int) -> tuple[Piece, ...]:
    pieces, at = [], start
    for place in places:
        if start <= place.start and place.end <= end:
            pieces += [Piece(text[at : place.start]), Piece(text[place.start : place.end], is_match=True)]
            at = place.end
    return tuple(piece for piece in (*pieces, Piece(text[at:end])) if piece.text)
