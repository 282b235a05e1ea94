"""The desk's own words in its mails: subject, opening, first sentence and closing, by topic and language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from sqlalchemy import select

from firstline import catalogues, clock, reference
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.notices.models import LetterText, Topic
from incidents.overtaking import require_unchanged
from incidents.people import Person
from incidents.policy import Action, require

PLACE = re.compile(r"\{\{\s*([a-z_]*)\s*\}\}")
BRACES = re.compile(r"\{\{[^{}]*(?:\}\})?|\}\}")
PLACES = ("number", "name", "first_name", "title")
"""The incident's number, who wrote or acted, the first name of who reads it, and what the incident is about."""
MOST = {"subject": 150, "opening": 200, "text": 1_000, "closing": 600}
CHANGEABLE = tuple(topic for topic in Topic if topic != Topic.WATCHED)
"""What is watched says which of many things happened, so it has no one sentence."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the desk may say itself in a mail; a part that is empty is the shipped one."""

    subject: str = ""
    opening: str = ""
    text: str = ""
    closing: str = ""


PARTS = tuple(part.name for part in fields(Words))


def own(topic: str, language: str) -> Words:
    """Each part for this language, else for the one it is a kind of; empty: the shipped one."""
    tongues = dict.fromkeys((language, re.split("[-_]", language)[0]))
    rows = [row for tongue in tongues if (row := _written().get((topic, tongue)))]
    return Words(**{part: next(filter(None, (getattr(row, part) for row in rows)), "") for part in PARTS})


@reference.kept(LetterText)
def _written() -> dict[tuple[str, str], Words]:
    """Own words by topic and language."""
    return {(row.topic, row.language): words_of(row) for row in db.session.scalars(select(LetterText))}


def fill(text: str, known: Mapping[str, str]) -> str:
    """The words with their places filled; what fills them is never looked through again."""
    return PLACE.sub(lambda match: known.get(match[1], match[0]), text)


def languages() -> Sequence[str]:
    """Every language somebody reads, those we speak first."""
    chosen = db.session.scalars(select(Person.language).where(Person.language != "").distinct()).all()
    return list(dict.fromkeys((*catalogues.languages(), *sorted(chosen))))


def kept(topic: str) -> dict[str, LetterText]:
    """Own words of a topic by language."""
    found = db.session.scalars(select(LetterText).where(LetterText.topic == topic))
    return {one.language: one for one in found}


def words_of(row: LetterText | None) -> Words:
    """What a row says, nothing where there is none."""
    return Words(**{part: getattr(row, part) for part in PARTS}) if row else Words()


def changed_topics() -> set[str]:
    """Topics with own words in some language."""
    return set(db.session.scalars(select(LetterText.topic).distinct()))


def save(topic: str, language: str, words: Words, *, by: Person, seen: str = "") -> None:
    """Keep own words; none at all give the shipped ones back. `seen` as in `overtaking`."""
    require(by, Action.ADMINISTER)
    if topic not in CHANGEABLE or language not in languages():
        raise Invalid(_("Choose a notice and a language of the list."), field="topic")
    words = checked(words)
    with write() as session:
        row = session.get(LetterText, (topic, language), with_for_update=True)
        if row is not None:
            require_unchanged(row, seen)
        if words == Words():
            if row is not None:
                session.delete(row)
            return
        row = row or LetterText(topic=topic, language=language)
        for part, text in asdict(words).items():
            setattr(row, part, text)
        row.updated_at = clock.now()
        session.add(row)


def checked(words: Words) -> Words:
    """The words as they may be kept: of bearable length, with places somebody knows; only a closing has lines."""
    return Words(**{part: _checked(part, text) for part, text in asdict(words).items()})


def _checked(part: str, text: str) -> str:
    lines = (" ".join(line.split()) for line in text.replace("\0", "").strip().splitlines())
    text = ("\n" if part == "closing" else " ").join(lines).strip()
    if len(text) > MOST[part]:
        raise Invalid(_("Write at most %(most)s characters.", most=MOST[part]), field=part)
    for braces in BRACES.finditer(text):
        place = PLACE.fullmatch(braces[0])
        if place is None or place[1] not in PLACES:
            raise Invalid(_no_place(place[1] if place else braces[0]), field=part)
    return text


def _no_place(said: str) -> str:
    known = ", ".join(f"{{{{{place}}}}}" for place in PLACES)
    return _("“%(place)s” is no place. There are: %(known)s.", place=said, known=known)
