"""Whether two reports of one person are about the same topic: shown beside every figure that rests on it."""

from dataclasses import dataclass

from incidents import duplicates

VAGUE = frozenset({"", "other"})
"""Categories that say nothing of what a report is about."""

COMPARED = 2_000
"""How many characters of the words are compared."""


@dataclass(frozen=True)
class Told:
    """What somebody told us and the category it was given."""

    words: str
    category: str


def is_same(one: Told, other: Told) -> bool:
    """The same category, or words alike enough that a join of the two would be proposed.

    By words alone, so that the figure does not depend on whether a model is installed.
    """
    if one.category == other.category and one.category not in VAGUE:
        return True
    (likeness,) = duplicates.likenesses([(one.words[:COMPARED], other.words[:COMPARED])], None)
    return duplicates.proposes_join(likeness, by_words_only=True)
