"""What changed between two texts, word by word, so that a person can read it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MAX_LINES = 4_000
MAX_WORDS = 1_000
"""Beyond these, of both texts, a changed stretch is shown as a whole: the matcher takes quadratic time."""
ALIKE = 0.3
"""Share of words two stretches must have in common to be interleaved; less reads as confetti."""

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """A stretch of text; the SAME and GONE ones make up the old text, SAME and ADDED the new one."""

    change: Change
    text: str


def compare(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces of both texts in reading order."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces: list[Piece] = []
    for same, gone, added in _stretches(before, after, most=MAX_LINES):
        if same:
            pieces.append(Piece(Change.SAME, "".join(same)))
        else:
            pieces += _within("".join(gone), "".join(added))
    return _joined(pieces)


def _within(gone: str, added: str) -> list[Piece]:
    """A changed stretch, word by word where the two have enough in common."""
    before, after = _WORDS.findall(gone), _WORDS.findall(added)
    found = list(_stretches(before, after, most=MAX_WORDS))
    shared = sum(len(word) for same, _, _ in found for word in same if not word.isspace())
    if shared < ALIKE * max(len("".join(gone.split())), len("".join(added.split()))):
        return _replaced(gone, added)
    pieces: list[Piece] = []
    for same, old, new in _merge_gaps(found):
        pieces += [Piece(Change.SAME, "".join(same))] if same else _replaced("".join(old), "".join(new))
    return pieces


Stretch = tuple[Sequence[str], Sequence[str], Sequence[str]]
"""(the same in both, only in the old, only in the new); either the first or the others are empty."""


def _stretches(before: Sequence[str], after: Sequence[str], *, most: int) -> Iterator[Stretch]:
    """The texts cut where they begin and cease to agree."""
    head = _agreeing(zip(before, after, strict=False))
    rest = min(len(before), len(after)) - head
    tail = min(rest, _agreeing(zip(reversed(before), reversed(after), strict=False)))
    if head:
        yield before[:head], (), ()
    yield from _middle(before[head : len(before) - tail], after[head : len(after) - tail], most)
    if tail:
        yield before[len(before) - tail :], (), ()


def _middle(before: Sequence[str], after: Sequence[str], most: int) -> Iterator[Stretch]:
    if len(before) + len(after) > most:
        yield (), before, after
        return
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield (before[i:j], (), ()) if kind == "equal" else ((), before[i:j], after[k:m])


def _agreeing(pairs: Iterable[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _merge_gaps(found: list[Stretch]) -> Iterator[Stretch]:
    """Blanks between two changes belong to the change: “red car” to “blue bus” is one, not two."""
    gone: list[str] = []
    added: list[str] = []
    for position, (same, before, after) in enumerate(found):
        between = 0 < position < len(found) - 1
        if same and not (between and all(word.isspace() for word in same)):
            if gone or added:
                yield (), gone, added
            yield same, (), ()
            gone, added = [], []
        else:
            gone = [*gone, *same, *before]
            added = [*added, *same, *after]
    if gone or added:
        yield (), gone, added


def _replaced(gone: str, added: str) -> list[Piece]:
    return [Piece(change, text) for change, text in ((Change.GONE, gone), (Change.ADDED, added)) if text]


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Neighbours of one kind as one."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].change == piece.change:
            joined[-1] = Piece(piece.change, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return tuple(joined)
