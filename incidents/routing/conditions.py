"""When a routing rule applies: pure values, so that any words can be tried without an incident.

Every kind of condition that a rule names must hold; within one kind any of its values is enough.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext

TERMS = re.compile(r"[^\W_]+(?:[-.'][^\W_]+)*")
MOST_WORDS = 3
"""The longest phrase that a condition on words may be."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a rule sees of a report. `categories` are its category and the one above it."""

    categories: tuple[str, ...] = ()
    service: str = ""
    kind: str = "incident"
    priority: int = 3
    channel: str = "portal"
    site: str = ""
    department: str = ""
    text: str = ""

    @cached_property
    def phrases(self) -> frozenset[str]:
        """Each word of the text and each run of neighbours, so that “no sound” is found in “there is no sound”."""
        terms = TERMS.findall(self.text.casefold())
        threes = zip(terms, terms[1:], terms[2:], strict=False)
        return frozenset((*terms, *map(" ".join, pairwise(terms)), *map(" ".join, threes)))


NAMES = {
    "category": lazy_gettext("category"),
    "service": lazy_gettext("service"),
    "kind": lazy_gettext("type"),
    "priority": lazy_gettext("priority"),
    "channel": lazy_gettext("channel"),
    "site": lazy_gettext("site"),
    "department": lazy_gettext("department"),
    "words": lazy_gettext("words"),
}
"""The kinds of condition, in the order in which they are asked and shown."""

Conditions = dict[str, list[str]]


def met(conditions: Conditions, facts: Facts) -> dict[str, list[str]] | None:
    """What of the conditions was seen, by kind; None when one of them does not hold."""
    seen: dict[str, list[str]] = {}
    for kind in NAMES:
        wanted = conditions.get(kind, [])
        if wanted:
            seen[kind] = [value for value in wanted if value.casefold() in _values(kind, facts)]
            if not seen[kind]:
                return None
    return seen


def sentence(seen: Conditions) -> str:
    """What was seen, in words: “category is printing; it says “toner””."""
    if not seen:
        return _("it takes everything")
    return "; ".join(_part(kind, values) for kind, values in seen.items())


def _part(kind: str, values: list[str]) -> str:
    if kind == "words":
        return _("it says “%(words)s”", words="”, “".join(values))
    return _("%(kind)s is %(values)s", kind=NAMES[kind], values=", ".join(values))


def _values(kind: str, facts: Facts) -> Set[str]:
    if kind == "category":
        return {slug.casefold() for slug in facts.categories}
    if kind == "priority":
        return {f"p{facts.priority}"}
    if kind == "words":
        return facts.phrases
    return {str(getattr(facts, kind)).strip().casefold()} - {""}
