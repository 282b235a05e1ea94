"""Two words side by side mean more than the same two apart, and a title that names another error
code is another article. Both are looked at for the best candidates only."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge_base.lexical import Scores
from knowledge_base.words import is_code

MAX_WORDS = 3_000
SHORTEST_CODE = 4
SHORT_QUERY = 4
_GAP = -1
_UNKNOWN = -2


class Phrases:
    """Word sequences of numbered slots, each with an end that nothing follows."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._sequences: list[NDArray[np.int64]] = []
        self._title_codes: list[frozenset[str]] = []
        self._names: list[frozenset[str]] = []

    def add(self, *, title: Sequence[str], body: Sequence[str], keywords: Iterable[str]) -> None:
        """Fill the next slot."""
        sequence = [self._number(word) for word in title]
        sequence += [_GAP, *(self._number(word) for word in body[:MAX_WORDS]), _UNKNOWN]
        self._sequences.append(np.array(sequence, dtype=np.int64))
        self._names.append(frozenset(title).union(keywords))
        self._title_codes.append(
            frozenset(word for word in title if is_code(word) and len(word) >= SHORTEST_CODE)
        )

    def shared(self, slots: Sequence[int], query: Sequence[str], *, rarity: Callable[[str], float]) -> Scores:
        """Of each slot, the rarity of the word pairs it shares with the query, each counted once."""
        pairs = self._pairs(query, rarity)
        if not pairs or not len(slots):
            return np.zeros(len(slots), dtype=np.float32)
        wanted = np.array(sorted(pairs), dtype=np.int64)
        worth = np.array([pairs[int(pair)] for pair in wanted], dtype=np.float32)
        found = np.zeros((len(slots), len(wanted)), dtype=bool)
        rows, having = self._joined(slots)
        places = np.searchsorted(wanted, having).clip(max=len(wanted) - 1)
        hits = wanted[places] == having
        found[rows[hits], places[hits]] = True
        return found @ worth

    def foreign_codes(self, slots: Sequence[int], query: Sequence[str]) -> Scores:
        """Of each slot, how many codes its title names that the query does not."""
        asked = frozenset(query)
        return np.array([len(self._title_codes[slot] - asked) for slot in slots], dtype=np.float32)

    def is_named(self, slots: Sequence[int], query: Sequence[str]) -> NDArray[np.bool_]:
        """Of each slot, whether title and keywords hold every word of a query of a few words."""
        asked = frozenset(query)
        short = 0 < len(asked) <= SHORT_QUERY
        return np.array([short and asked <= self._names[slot] for slot in slots], dtype=bool)

    def _number(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))

    def _pairs(self, query: Sequence[str], rarity: Callable[[str], float]) -> dict[int, float]:
        known = {pair for pair in pairwise(query) if pair[0] in self._numbers and pair[1] in self._numbers}
        return {
            (self._numbers[one] << 32) + self._numbers[two]: (rarity(one) * rarity(two)) ** 0.5
            for one, two in known
        }

    def _joined(self, slots: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Every pair in those slots as one number, and the row of the slot it stands in."""
        sequences = [self._sequences[slot] for slot in slots]
        together = np.concatenate(sequences)
        rows = np.repeat(np.arange(len(slots)), [len(sequence) for sequence in sequences])
        return rows[:-1], (together[:-1] << 32) + together[1:]
