"""The language of the search field: `team:network p:1 age:>2d vpn "exact words" -word`.

Parsing never fails. What cannot be understood becomes a `Trouble` that says where, and is looked
for as words where it can be; the rest is searched as it stands.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.models import Channel, Kind, State

LONGEST = 500
MOST_TERMS = 30
TOKEN = re.compile(
    r"""(?P<minus>-?)
        (?:(?P<key>[A-Za-z]+):)?
        (?P<than>[<>]=?|)
        (?:"(?P<quoted>[^"]*)(?P<closing>"?)|(?P<bare>[^\s"]*))""",
    re.VERBOSE,
)
AGE = re.compile(r"(\d{1,4})([mhdw])\Z")
UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
ALIASES = {
    "p": "priority",
    "prio": "priority",
    "status": "state",
    "via": "channel",
    "from": "requester",
    "kind": "type",
}
CONDITIONS = frozenset({"breached", "unverified", "reopened", "unassigned", "following"})
WORDS = "words"
"""The key of terms that are looked for in the texts."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """One thing asked for; several values mean any of them. `than` is `<`, `<=`, `>`, `>=` or empty."""

    key: str
    values: tuple[str, ...]
    than: str = ""
    negated: bool = False
    is_exact: bool = False
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Trouble:
    """What was not understood, between which characters, and a sentence about it."""

    start: int
    end: int
    sentence: str


@dataclass(frozen=True)
class Query:
    """What was understood of a text, and what was not."""

    text: str
    terms: tuple[Term, ...]
    troubles: tuple[Trouble, ...]

    def values_of(self, key: str) -> tuple[str, ...]:
        """All values asked for under this key, those of `-key:` not among them."""
        terms = [term for term in self.terms if term.key == key and not term.negated]
        return tuple(value for term in terms for value in term.values)

    @property
    def meaning(self) -> frozenset[tuple[object, ...]]:
        """The same for two texts that ask for the same, however they are written."""
        return frozenset(
            (term.key, term.values, term.than, term.negated, term.is_exact) for term in self.terms
        )


class NotUnderstood(Exception):
    """A value that its key cannot have; the text is the sentence."""


def parse(text: str) -> Query:
    """Read a query; whatever the text, an answer comes back."""
    text = text.replace("\0", " ")[:LONGEST]
    terms: list[Term] = []
    troubles: list[Trouble] = []
    for match in _tokens(text):
        term, sentence = _read(match)
        if sentence:
            troubles.append(Trouble(match.start(), match.end(), sentence))
        if term is not None and len(terms) < MOST_TERMS:
            terms.append(term)
    return Query(text, tuple(terms), tuple(troubles))


def write(text: str, facts: Mapping[str, str]) -> str:
    """The text with these facts in it: each replaces what was asked under its key; empty takes it out."""
    query = parse(text)
    kept = [query.text[term.start : term.end] for term in query.terms if term.key not in facts]
    added = [f"{key}:{_quoted(value)}" for key, value in facts.items() if value]
    return " ".join([*added, *kept])


def age_of(value: str) -> timedelta:
    """`2d`, `90m`, `3w` as a length of time."""
    match = AGE.match(value.casefold())
    if match is None:
        raise NotUnderstood(_("Write a length of time such as 30m, 4h, 2d or 1w."))
    return int(match[1]) * UNITS[match[2]]


def _tokens(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = TOKEN.match(text, at)
        # A character that begins nothing is stepped over.
        if match is None or match.end() == at:
            at += 1
            continue
        yield match
        at = match.end()


def _read(match: re.Match[str]) -> tuple[Term | None, str]:
    """The term, if it can be used, and a sentence about what is wrong with it."""
    quoted, whole = match["quoted"], match[0]
    is_exact = quoted is not None
    words = quoted if is_exact else match["bare"]
    trouble = _("The quotation mark is not closed.") if is_exact and not match["closing"] else ""
    where: dict[str, Any] = {"negated": match["minus"] == "-", "start": match.start(), "end": match.end()}
    if match["key"] is None:
        text = words if is_exact else match["than"] + words
        if not any(character.isalnum() for character in text):
            return None, trouble
        return Term(key=WORDS, values=(text,), is_exact=is_exact and not trouble, **where), trouble
    key = ALIASES.get(match["key"].casefold(), match["key"].casefold())
    if key not in CHECKS:
        as_words = Term(key=WORDS, values=(whole.lstrip("-"),), **where)
        sentence = _("There is no filter “%(key)s”. It was searched as a word.", key=match["key"])
        return as_words, sentence
    values = (words,) if is_exact else tuple(filter(None, words.split(",")))
    try:
        checked = _checked(key, values, match["than"])
    except NotUnderstood as error:
        return None, str(error)
    return Term(key=key, values=checked, than=match["than"], **where), trouble


def _checked(key: str, values: tuple[str, ...], than: str) -> tuple[str, ...]:
    if not values:
        raise NotUnderstood(_("Say what “%(key)s” should be, such as %(one)s.", key=key, one=EXAMPLES[key]))
    if than and key not in COMPARED:
        raise NotUnderstood(_("“%(key)s” cannot be compared with < or >.", key=key))
    if than and len(values) > 1:
        raise NotUnderstood(_("Compare with one value."))
    return tuple(CHECKS[key](value.strip()) for value in values)


def _anything(value: str) -> str:
    return value


def _of(values: frozenset[str]) -> Callable[[str], str]:
    def check(value: str) -> str:
        found = value.casefold().replace("-", "_")
        if found not in values:
            choices = ", ".join(sorted(values))
            raise NotUnderstood(
                _("“%(value)s” is not known here. It can be: %(choices)s.", value=value, choices=choices)
            )
        return found

    return check


def _priority(value: str) -> str:
    number = value.casefold().removeprefix("p")
    if number not in {"1", "2", "3", "4", "5"}:
        raise NotUnderstood(_("A priority is a number from 1 to 5."))
    return number


def _age(value: str) -> str:
    age_of(value)
    return value.casefold()


def _quoted(value: str) -> str:
    plain = value.replace('"', " ").strip()
    return f'"{plain}"' if " " in plain else plain


CHECKS: dict[str, Callable[[str], str]] = {
    "state": _of(frozenset({*State, "open", "any"})),
    "priority": _priority,
    "team": _anything,
    "assignee": _anything,
    "requester": _anything,
    "watcher": _anything,
    "service": _anything,
    "category": _anything,
    "channel": _of(frozenset(Channel)),
    "type": _of(frozenset(Kind)),
    "age": _age,
    "updated": _age,
    "due": _age,
    "is": _of(CONDITIONS),
    "has": _of(frozenset({"file"})),
}
COMPARED = frozenset({"priority", "age", "updated", "due"})
EXAMPLES = {
    "state": "state:open",
    "priority": "p:1",
    "team": "team:network",
    "assignee": "assignee:me",
    "requester": "requester:bob",
    "watcher": "watcher:me",
    "service": "service:vpn",
    "category": "category:network",
    "channel": "channel:mail",
    "type": "type:request",
    "age": "age:>2d",
    "updated": "updated:<1h",
    "due": "due:<30m",
    "is": "is:breached",
    "has": "has:file",
}
MEANINGS = {
    "state": lazy_gettext("a state, open or any"),
    "priority": lazy_gettext("priority 1; also p:<=2, p:1,2"),
    "team": lazy_gettext("who has it; also team:mine, team:none"),
    "assignee": lazy_gettext("mine; also a name, or none"),
    "requester": lazy_gettext("a name or an address"),
    "watcher": lazy_gettext("what I watch; also a name"),
    "service": lazy_gettext("a service"),
    "category": lazy_gettext("a category"),
    "channel": lazy_gettext("the way it came"),
    "type": lazy_gettext("incident, request or security"),
    "age": lazy_gettext("older than two days"),
    "updated": lazy_gettext("changed within the hour"),
    "due": lazy_gettext("due within half an hour, or overdue"),
    "is": lazy_gettext("breached, reopened, unassigned or unverified"),
    "has": lazy_gettext("a file is attached"),
}
