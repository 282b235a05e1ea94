"""All published articles in the memory of one process, and how a query's scores on them are made.

An article fills a slot; a changed one fills a new slot and its old one is dead. The index of
each process follows the database (following.py); evaluation builds one of its own.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from knowledge_base.lexical import Lexical, Scores
from knowledge_base.past import Past, Told
from knowledge_base.phrases import Phrases
from knowledge_base.rows import Rows
from knowledge_base.rows import Vector as Vector
from knowledge_base.words import words

DEAD_SHARE = 0.3
COPIED = 5
"""To copy a row and multiply it takes as long as to multiply so many where they lie."""


@dataclass(frozen=True, kw_only=True)
class Vectors:
    """Of one article: its title, all of it, a row a passage, and a row a symptom."""

    title: Vector
    whole: Vector
    parts: Vector
    symptoms: Vector = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the index needs of one article; the vectors may come later.

    `past` are reports that it solved, `standing` what came of offering it, in log-odds.
    """

    key: int
    title: str
    body: str
    keywords: str = ""
    service: str | None = None
    for_everyone: bool = True
    vectors: Vectors | None = None
    past: Sequence[Told] = ()
    standing: float = 0.0

    def says_the_same(self, other: "Entry") -> bool:
        """Whether the content is the same, whatever was learned."""
        told = replace(self, vectors=None, past=(), standing=0.0)
        return told == replace(other, vectors=None, past=(), standing=0.0) and _equal(
            self.vectors, other.vectors
        )


@dataclass(frozen=True, kw_only=True)
class Cosines:
    """Nearness in meaning of title, whole and best passage; not `known` where vectors are still missing.

    Where passages were not looked at, the whole article speaks for them.
    """

    title: Scores
    whole: Scores
    part: Scores
    rows: NDArray[np.int64]

    @property
    def known(self) -> NDArray[np.bool_]:
        return self.rows >= 0


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Raw scores of one query, aligned: one place a live slot the reader may see."""

    keys: NDArray[np.int64]
    slots: NDArray[np.int64]
    terms: list[str]
    title_words: Scores
    body_words: Scores
    ideal: float
    cosines: Cosines | None = None
    past_near: Scores = field(default_factory=lambda: np.empty(0, dtype=np.float32))
    past_words: Scores = field(default_factory=lambda: np.empty(0, dtype=np.float32))
    standings: Scores = field(default_factory=lambda: np.empty(0, dtype=np.float32))
    services: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What only candidates are looked at for, in their order."""

    symptoms: Scores
    phrases: Scores
    foreign_codes: Scores
    is_named: NDArray[np.bool_]


class Index:
    """Safe to share between threads."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.lock = threading.RLock()
        self._columns: _Table | None = None
        self._reset()
        for entry in entries:
            self.put(entry)

    def __len__(self) -> int:
        return len(self._slot_of)

    def put(self, entry: Entry) -> None:
        """Add or replace an article; what was only learned of it changes in place."""
        with self.lock:
            if self._learned_only(entry):
                return
            self.drop(entry.key)
            slot = len(self._entries)
            self._entries.append(entry)
            self._slot_of[entry.key] = slot
            title, body, keywords = words(entry.title), words(entry.body), words(entry.keywords)
            self._lexical.add(slot, title=title, body=body + keywords)
            self._phrases.add(title=title, body=body, keywords=keywords)
            self._past.put(slot, entry.past)
            self._columns = None
            self._add_vectors(entry.vectors)

    def drop(self, key: int) -> None:
        """Forget an article; unknown keys are fine."""
        with self.lock:
            slot = self._slot_of.pop(key, None)
            if slot is not None:
                self._entries[slot] = None
                self._past.drop(slot)
                self._columns = None
                self._compact()

    def score(
        self, text: str, vector: Vector | None, *, for_support: bool, hidden: frozenset[int] = frozenset()
    ) -> Scored:
        """Raw scores of all live articles this reader may see, without the hidden ones; no passage is looked at."""
        with self.lock:
            table = self._make_table()
            seen = table.visible_to(for_support=for_support, hidden=hidden)
            terms = words(text)
            rarity = self._lexical.weigh(terms)
            title_words, body_words = self._lexical.score(rarity)
            cosines = None
            if vector is not None and self._parts.size:
                cosines = self._cosines(vector, table.vector_rows[seen])
            past_near, past_words = self._nearest_past(vector, rarity, table.slots[seen])
        return Scored(
            keys=table.keys[seen],
            slots=table.slots[seen],
            terms=terms,
            title_words=title_words[table.slots[seen]],
            body_words=body_words[table.slots[seen]],
            ideal=sum(rarity.values()),
            services=table.services[seen],
            cosines=cosines,
            past_near=past_near,
            past_words=past_words,
            standings=table.standings[seen],
        )

    def read_passages(self, near: Cosines, places: NDArray[np.int64], vector: Vector) -> Cosines:
        """The passages of the articles at those places looked at too.

        They are most of what a large base keeps in memory, and to go through all of it takes most of a query's time.
        Slots move when the index is compacted: hold `lock` from `score` to here.
        """
        places = places[near.known[places]]
        part = near.part.copy()
        part[places] = self._nearest_parts(near.rows[places], vector)
        return replace(near, part=part)

    def correct(self, text: str) -> str:
        """The text with likely typing errors put right, in words that articles have."""
        with self.lock:
            return self._lexical.correct(text)

    def compare(self, scored: Scored, places: NDArray[np.int64], vector: Vector | None) -> "Compared":
        """A closer look at the candidates at those places of `scored`.

        Slots move when the index is compacted: hold `lock` from `score` to here.
        """
        slots = scored.slots[places].tolist()
        return Compared(
            symptoms=self._nearest_symptoms(slots, vector),
            phrases=self._phrases.shared(slots, scored.terms, rarity=self._lexical.idf),
            foreign_codes=self._phrases.foreign_codes(slots, scored.terms),
            is_named=self._phrases.is_named(slots, scored.terms),
        )

    def held(self, scored: Scored, place: int) -> float:
        """The part (0..1) of the query's words, by rarity, that the article at this place of `scored` has.

        Hold `lock` from `score` to here.
        """
        return self._lexical.held(int(scored.slots[place]), scored.terms)

    def _nearest_symptoms(self, slots: Sequence[int], vector: Vector | None) -> Scores:
        """Of each slot, the nearness of its nearest symptom; as far as can be without any."""
        nearest = np.full(len(slots), -1.0, dtype=np.float32)
        if vector is None:
            return nearest
        for place, slot in enumerate(slots):
            entry = self._entries[slot]
            if entry is not None and entry.vectors is not None and len(entry.vectors.symptoms):
                nearest[place] = (entry.vectors.symptoms @ vector).max()
        return nearest

    def _reset(self) -> None:
        self._entries: list[Entry | None] = []
        self._slot_of: dict[int, int] = {}
        self._lexical = Lexical()
        self._phrases = Phrases()
        self._past = Past()
        self._titles, self._wholes, self._parts = Rows(), Rows(), Rows()
        self._starts: list[int] = []
        self._vector_row: list[int] = []
        self._columns = None

    def _learned_only(self, entry: Entry) -> bool:
        """Whether the article says what it said before; then only its reports and standing are new.

        A slot for every report would blur how rare a word is.
        """
        slot = self._slot_of.get(entry.key)
        held = None if slot is None else self._entries[slot]
        if slot is None or held is None or not held.says_the_same(entry):
            return False
        self._entries[slot] = entry
        self._past.put(slot, entry.past)
        self._columns = None
        return True

    def _add_vectors(self, vectors: Vectors | None) -> None:
        if vectors is None:
            self._vector_row.append(-1)
            return
        self._vector_row.append(self._titles.size)
        self._titles.append(vectors.title[np.newaxis])
        self._wholes.append(vectors.whole[np.newaxis])
        self._starts.append(self._parts.size)
        self._parts.append(vectors.parts if len(vectors.parts) else vectors.whole[np.newaxis])

    def _cosines(self, vector: Vector, rows: NDArray[np.int64]) -> Cosines:
        whole = (self._wholes.rows @ vector)[rows]
        return Cosines(title=(self._titles.rows @ vector)[rows], whole=whole, part=whole, rows=rows)

    def _nearest_parts(self, rows: NDArray[np.int64], vector: Vector) -> Scores:
        if not len(rows):
            return np.empty(0, dtype=np.float32)
        bounds = self._make_table().part_bounds
        counts = bounds[rows + 1] - bounds[rows]
        firsts = np.cumsum(counts) - counts
        which = np.repeat(bounds[rows] - firsts, counts) + np.arange(counts.sum())
        parts = self._parts.rows
        near = parts[which] @ vector if COPIED * len(which) < len(parts) else (parts @ vector)[which]
        nearest: Scores = np.maximum.reduceat(near, firsts)
        return nearest

    def _nearest_past(
        self, vector: Vector | None, rarity: dict[str, float], slots: NDArray[np.int64]
    ) -> tuple[Scores, Scores]:
        near, shared = self._past.nearest(len(self._entries), rarity=rarity, vector=vector)
        return near[slots], shared[slots]

    def _make_table(self) -> "_Table":
        if self._columns is None:
            live = [(slot, entry) for slot, entry in enumerate(self._entries) if entry is not None]
            self._columns = _Table(live, self._vector_row, [*self._starts, self._parts.size])
        return self._columns

    def _compact(self) -> None:
        """Dead slots cost time and blur how rare a word is."""
        dead = len(self._entries) - len(self._slot_of)
        if dead > 50 and dead > DEAD_SHARE * len(self._entries):
            live = [entry for entry in self._entries if entry is not None]
            self._reset()
            for entry in live:
                self.put(entry)


def _equal(one: Vectors | None, other: Vectors | None) -> bool:
    if one is None or other is None:
        return one is other
    names = ("title", "whole", "parts", "symptoms")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


class _Table:
    """Columns of the live slots, and where the passages of each row of vectors begin and end."""

    def __init__(
        self, live: list[tuple[int, Entry]], vector_row: list[int], part_bounds: Sequence[int]
    ) -> None:
        self.part_bounds = np.array(part_bounds, dtype=np.int64)
        self.slots = np.array([slot for slot, _ in live], dtype=np.int64)
        self.keys = np.array([entry.key for _, entry in live], dtype=np.int64)
        self.vector_rows = np.array([vector_row[slot] for slot, _ in live], dtype=np.int64)
        self.standings = np.array([entry.standing for _, entry in live], dtype=np.float32)
        self._for_everyone = np.array([entry.for_everyone for _, entry in live], dtype=bool)
        self.services = np.array([entry.service for _, entry in live] + [None], dtype=object)[:-1]

    def visible_to(self, *, for_support: bool, hidden: frozenset[int]) -> NDArray[np.bool_]:
        seen = np.ones_like(self._for_everyone) if for_support else self._for_everyone.copy()
        if hidden:
            seen &= ~np.isin(self.keys, list(hidden))
        return seen
