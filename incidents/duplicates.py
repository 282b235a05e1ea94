"""Whether two reports tell of the same trouble: meaning, shared words, and what they name.

A sentence vector finds two tellings of one trouble near each other, but also two troubles of one
printer, and the same trouble on two floors. What each names (`incidents.concepts`) tells those apart.
The evidence is a weighted sum of both, and where it leaves a doubt the model reads both reports together
(`incidents.second_look`). `benchmarks/duplicates.py` fits the weights and the bar on pairs that are synthetic and
written by hand, and measures them on others.
"""

import math
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from incidents import concepts, english, second_look, wording
from incidents.concepts import Concepts
from incidents.wording import Beside, Wording
from knowledge_base.embedding import Encoder, unit
from knowledge_base.words import is_code, words

BAR = 0.84
BAR_BY_WORDS = 0.81
"""Above this a join is proposed; a wrong one costs more than a missed one."""

FEATURES = (
    "meaning",
    "words",
    "things_shared",
    "other_things",
    "troubles_met",
    "other_troubles",
    "other_kinds",
    "codes_met",
    "other_parts",
    "other_products",
    "same_things",
    "thing_or_none",
    "bare_things",
    "bare_unknown",
    *wording.FEATURES,
)
PROJECTION = Path(__file__).parent / "data" / "alike.npy"
"""The directions of a sentence vector that tell troubles apart, those of how they are told left out
(`benchmarks/projection.py`)."""
MOST_UNKNOWN = 8
WEIGHTS = (
    *(5.89, -2.09, 0.44, 0.32, 1.27, -0.3, -0.11, 2.31, -0.27, -1.17, -0.22, 0.88, 0.38, 2.89),
    *(-1.74, -3.01, -1.4, -0.45, -3.2, -2.34, -2.02, -0.31, 2.88, -1.22, -0.74, -2.2),
    *(-2.21, -0.65, -1.01, -0.13),
)
OFFSET = -1.78
LOOKED_AT_FROM = 0.0
"""With less evidence a second look seldom comes to a join, and costs as much."""
LOOK_WEIGHTS, LOOK_OFFSET = (0.6, 0.6), -1.35
"""Of the evidence and of what the second look says."""
WEIGHTS_BY_WORDS = (
    *(0.0, -1.19, 0.57, 0.21, 1.42, 0.17, -0.84, 1.48, -0.51, -1.04, 0.06, 0.63, 0.41, 2.56),
    *(-1.74, -3.55, -1.56, 0.98, -3.24, -2.22, -1.8, -0.42, 3.37, -0.94, -0.58, -2.15),
    *(-1.84, -0.59, -0.84, 0.01),
)
OFFSET_BY_WORDS = 0.02
"""Of what they name in the first line, of how they are worded in the second."""

LEAST_MEANING = 0.25
"""Two reports whose whole vectors are less alike are not compared further: of 1,108 fitted pairs that would be proposed, ten."""

CODE_WEIGHT = 3.0
"""Numbers and error codes are rare and tell troubles apart."""

IS_LOCAL = frozenset(
    {"printer", "copier", "label", "toner", "wifi", "network", "socket", "projector", "room", "panel"}
    | {"door", "garage", "deskphone"}
)
"""Things of which every site has its own: there the site counts though nobody wrote it."""
IS_PERSONAL = frozenset({"refused/forgot", "refused/locked"})
"""Troubles of which every person has their own: no help for one ends another's."""


@dataclass(frozen=True)
class Reading:
    """A text as it is compared; `vector` is None where there is no model."""

    concepts: Concepts
    wording: Wording
    weights: dict[str, float]
    vector: NDArray[np.float32] | None
    """Of the trouble: where it stands in the directions of `PROJECTION`."""
    text: str = ""
    encoder: Encoder | None = None
    """Is asked for a second look; None where the evidence has to do."""
    site: str = ""
    writer: int | None = None

    @property
    def is_personal(self) -> bool:
        """Whether it is the writer's own forgotten password or locked account, and not everybody's."""
        return bool(self.concepts.troubles & IS_PERSONAL) and not self.wording.is_of_many

    @property
    def local_site(self) -> frozenset[str]:
        """Where the trouble is, by whom it was told, if it is with something that every site has."""
        counts = bool(self.site) and bool(self.concepts.things & IS_LOCAL)
        return frozenset({self.site.casefold()}) if counts else frozenset()


def meanings(texts: Sequence[str], encoder: Encoder) -> NDArray[np.float32]:
    """The sentence vectors by which texts are compared: of German ones as they would be in English."""
    return encoder.encode([english.put(text) for text in texts])


def read(
    text: str,
    vector: NDArray[np.float32] | None = None,
    *,
    encoder: Encoder | None = None,
    site: str = "",
    writer: int | None = None,
) -> Reading:
    """Take a text apart once, for comparing it with many; `site` is where its `writer` (the person's id) works."""
    projected = None if vector is None else _projected(vector)
    return Reading(*_taken_apart(text), projected, text, encoder, site, writer)


def _projected(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """The unit vector in the directions that count; as it is where it is of another model than they are."""
    directions = _directions()
    if len(vector) != len(directions):
        return vector
    return unit(vector @ directions)


@cache
def _directions() -> NDArray[np.float32]:
    directions: NDArray[np.float32] = np.load(PROJECTION).astype(np.float32)
    return directions


@lru_cache(maxsize=2_000)
def _taken_apart(text: str) -> tuple[Concepts, Wording, dict[str, float]]:
    """An open incident is compared with every new one, and its words stay."""
    return concepts.read(text), wording.read(text), _weigh(text)


def chance(one: Reading, other: Reading) -> float:
    """How likely both tell of the same trouble, 0 to 1."""
    return looked_at(evidence(one, other), one, other)


def evidence(one: Reading, other: Reading) -> float:
    """The log-odds by meaning and words alone; endlessly small where something decides that it is another trouble."""
    is_anothers = _differ(one.local_site, other.local_site) or _is_each_ones_own(one, other)
    beside = None if is_anothers else lay_beside(one, other)
    if beside is None:
        return -math.inf
    found = features(one, other, beside)
    if one.vector is None or other.vector is None:
        return OFFSET_BY_WORDS + _weighed(WEIGHTS_BY_WORDS, found)
    return OFFSET + _weighed(WEIGHTS, found)


def looked_at(found: float, one: Reading, other: Reading) -> float:
    """The chance by this evidence and, where it leaves a doubt, by a second look at both."""
    encoder = one.encoder if one.encoder is other.encoder else None
    said = second_look.score(one.text, other.text, encoder) if encoder and found >= LOOKED_AT_FROM else None
    return _logistic(found if said is None else LOOK_OFFSET + _weighed(LOOK_WEIGHTS, (found, said)))


def _weighed(weights: Sequence[float], found: Sequence[float]) -> float:
    return sum(weight * each for weight, each in zip(weights, found, strict=True))


def _logistic(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def _is_each_ones_own(one: Reading, other: Reading) -> bool:
    are_two = one.writer is not None and other.writer is not None and one.writer != other.writer
    return are_two and one.is_personal and other.is_personal


def _is_another_persons(one: Reading, other: Reading) -> bool:
    """Whether it is the own password or account of two: of the writer and of a colleague, or of two by name."""
    a, b = one.wording, other.wording
    are_two = a.is_of_another != b.is_of_another or _differ(a.people, b.people) > 0
    return are_two and one.is_personal and other.is_personal


def _names_another(one: Concepts, other: Concepts) -> bool:
    """Whether both name a floor, a city, a department, a mailbox, a drive or a code, and not the same: no doubt then."""
    return any(
        _differ(getattr(one, name), getattr(other, name))
        for name in ("numbered", "rooms", "cities", "places", "mailboxes", "drives", "codes")
    )


def lay_beside(one: Reading, other: Reading) -> Beside | None:
    """How they are worded beside each other; None where something decides that it is another trouble."""
    if _names_another(one.concepts, other.concepts) or _is_another_persons(one, other):
        return None
    beside = wording.compare(one.wording, other.wording)
    return None if beside.tell_of_two else beside


def features(one: Reading, other: Reading, beside: Beside) -> tuple[float, ...]:
    """What the chance is made of, in the order of `FEATURES`."""
    a, b = one.concepts, other.concepts
    return (
        _meaning(one, other),
        _shared_words(one.weights, other.weights),
        len(a.things & b.things) / max(1, len(a.things | b.things)),
        _differ(a.things, b.things),
        _meet(a.troubles, b.troubles),
        _differ(a.troubles, b.troubles),
        _differ(a.kinds_of_trouble, b.kinds_of_trouble),
        _meet(a.codes, b.codes),
        _differ(a.parts, b.parts),
        _differ(a.products, b.products),
        float(bool(a.things) and a.things == b.things),
        float(not a.things or not b.things),
        *_bare_names(one, other, beside),
        *beside.features,
    )


def _bare_names(one: Reading, other: Reading, beside: Beside) -> tuple[float, float]:
    """In how many of the two a thing is bare that the lists know; how many bare words they do not know."""
    named = [
        [reading.wording.telling[word] for word in bare]
        for reading, bare in zip((one, other), beside.bare, strict=True)
    ]
    things = sum(any(name.startswith("thing ") for names in words for name in names) for words in named)
    unknown = sum(not names for words in named for names in words)
    return things / 2, min(1.0, unknown / MOST_UNKNOWN)


def proposes_join(likeness: float, *, by_words_only: bool) -> bool:
    """Whether two reports this much alike are shown as one."""
    return likeness >= (BAR_BY_WORDS if by_words_only else BAR)


def likenesses(pairs: Sequence[tuple[str, str]], encoder: Encoder | None) -> list[float]:
    """How likely the two texts of each pair tell of the same trouble."""
    readings = read_all({text for pair in pairs for text in pair}, encoder)
    return [chance(readings[one], readings[other]) for one, other in pairs]


def in_common(one: Reading, other: Reading) -> tuple[str, ...]:
    """What both name, for the person who decides: things first, then troubles, places and codes."""
    a, b = one.concepts, other.concepts
    troubles = frozenset(name.rpartition("/")[2] for name in a.troubles & b.troubles)
    shared = (
        a.things & b.things,
        troubles,
        a.cities & b.cities,
        a.places & b.places,
        a.codes & b.codes,
    )
    return tuple(name for names in shared for name in sorted(names))


def read_all(texts: Set[str], encoder: Encoder | None) -> dict[str, Reading]:
    """Each text taken apart, by itself; without a site or a writer."""
    ordered = sorted(texts)
    vectors = [None] * len(ordered) if encoder is None else list(meanings(ordered, encoder))
    return {text: read(text, vector, encoder=encoder) for text, vector in zip(ordered, vectors, strict=True)}


def _meaning(one: Reading, other: Reading) -> float:
    if one.vector is None or other.vector is None:
        return 0.0
    return max(0.0, float(np.dot(one.vector, other.vector)))


def _meet(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _differ(one: frozenset[str], other: frozenset[str]) -> float:
    """Whether both name something and nothing is the same."""
    return float(bool(one) and bool(other) and not one & other)


def _shared_words(first: dict[str, float], second: dict[str, float]) -> float:
    """Cosine of the two bags of words."""
    product = sum(weight * second.get(word, 0.0) for word, weight in first.items())
    return product / (_length(first) * _length(second) or 1.0)


def _weigh(text: str) -> dict[str, float]:
    return {
        word: (CODE_WEIGHT if is_code(word) else 1.0) * math.sqrt(count)
        for word, count in Counter(words(text)).items()
    }


def _length(weights: dict[str, float]) -> float:
    return math.sqrt(sum(weight**2 for weight in weights.values()))
