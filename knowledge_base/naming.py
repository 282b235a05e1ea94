"""What many reports are about, in the words that several people used; nobody's own words are told."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from knowledge_base.masking import mask
from knowledge_base.words import STOP_WORDS, stem

LEAST_PEOPLE = 2
MOST_IN_TITLE, MOST_SHARED = 5, 12
_PLACEHOLDERS = re.compile(r"\[\w+\]")
_WORD = re.compile(r"(?<![\w@.\\/])[^\W\d_]{3,24}(?![\w@\\/]|\.\w)")
_SAYING_NOTHING = frozenset(
    """able anymore anyone anything appear ask asked back broken called cannot come course day every fail fine
    found give good happen having hello help helpdesk hey issue keep kind know like look make many maybe message
    morning need never new nothing one pc people problem question really regards right said say says second see
    seem seems since solve someone something sometimes start started still sure tell thank thanks thing think
    time today told tried try trying unable want week whenever work working works wrong yesterday""".split()
)


@dataclass(frozen=True)
class Said:
    """One report: who (anything that tells people apart) and in which words."""

    who: object
    words: str


def shared_words(reports: Iterable[Said], *, rarity: Callable[[str], float]) -> list[str]:
    """Up to MOST_SHARED words that at least two people used, the most telling first."""
    people: defaultdict[str, set[object]] = defaultdict(set)
    shapes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for said in reports:
        for word in set(_telling(said.words)):
            people[stem(word.lower())].add(said.who)
            shapes[stem(word.lower())][word] += 1
    common = [term for term, who in people.items() if len(who) >= LEAST_PEOPLE]
    common.sort(key=lambda term: (-len(people[term]) * rarity(term), term))
    return [min(shapes[term], key=lambda word: (-shapes[term][word], word)) for term in common[:MOST_SHARED]]


def title_of(shared: Sequence[str], reports: Iterable[Said]) -> str:
    """The most telling words in the order in which people say them; empty without any."""
    chosen = {stem(word.lower()): word for word in shared[:MOST_IN_TITLE]}
    places: defaultdict[str, list[float]] = defaultdict(list)
    for said in reports:
        terms = [stem(word.lower()) for word in _telling(said.words)]
        for term in chosen.keys() & set(terms):
            places[term].append(terms.index(term) / len(terms))
    ordered = sorted(chosen, key=lambda term: (sum(places[term]) / max(len(places[term]), 1), term))
    title = " ".join(chosen[term] for term in ordered)
    return title[:1].upper() + title[1:]


def rarity_among(texts: Iterable[str]) -> Callable[[str], float]:
    """How rare a term is among these texts: what everybody writes names nothing."""
    held = [{stem(word.lower()) for word in _telling(words)} for words in texts]
    having = Counter(term for terms in held for term in terms)
    return lambda term: math.log(1 + (len(held) + 1) / (having[term] + 1))


def _telling(words: str) -> list[str]:
    """Words that may name a trouble, in order, without capitals but of "SAP"; no names, no numbers."""
    masked = _PLACEHOLDERS.sub(" ", mask(words))
    found = (word if word.isupper() else word.lower() for word in _WORD.findall(masked))
    return [word for word in found if word.lower() not in STOP_WORDS | _SAYING_NOTHING]
