"""Words that look for somebody to blame, and what to ask instead.

After “The Field Guide to Understanding ‘Human Error’” (S. Dekker): who acted did what made sense
to them then; the review asks what made it so. Nothing is refused: the writer decides.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from firstline.i18n import lazy_gettext as _


@dataclass(frozen=True)
class Hint:
    """The words as they stand in the text, and a better question."""

    words: str
    instead: str


ASKS = (
    (
        r"(?:should(?:n['’]t| not)?|could|ought to) have \w+",
        _("This is told from today's knowledge. What did they know at that moment?"),
    ),
    (
        r"(?:failed|forgot|neglected|omitted) to \w+",
        _("What would have made the right step the easy one, or shown that it was missing?"),
    ),
    (
        r"(?:human|operator|user) error|(?:\w+['’]s|his|her|their|your|my) (?:own )?(?:fault|mistake)|to blame|is responsible for the outage",
        _("An error is where the question begins: what made it likely, and why was it not caught?"),
    ),
    (
        r"careless(?:ly|ness)?|negligen(?:t|ce)|incompeten(?:t|ce)|stupid(?:ly)?|lazy|sloppy|reckless(?:ly)?",
        _("This judges a person. Describe what was done and what the system made of it."),
    ),
    (
        r"(?:just|simply|obviously|clearly|of course)",
        _("It was not plain to those who were there. What did they see?"),
    ),
    (
        r"(?:be|being|was|were) more careful|pay more attention",
        _("More care is no measure: nobody can check it. What changes in the system?"),
    ),
)
PATTERNS = [(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), ask) for pattern, ask in ASKS]
MOST = 20


def hints(texts: Iterable[str]) -> list[Hint]:
    """What to look at again in these texts, in their order; none twice."""
    found: dict[str, Hint] = {}
    for text in texts:
        for pattern, ask in PATTERNS:
            for match in pattern.finditer(text):
                found.setdefault(match.group().lower(), Hint(match.group(), str(ask)))
    return list(found.values())[:MOST]
