"""The desk's own words in its mails: one sentence a topic and language, in place of the shipped one."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from firstline import catalogues, clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.notices.models import LetterText, Topic
from incidents.overtaking import require_unchanged
from incidents.people import Person
from incidents.policy import Action, require

PLACE = re.compile(r"\{\{\s*([a-z_]*)\s*\}\}")
PLACES = ("number", "name", "first_name")
"""The incident's number, who wrote or acted, and the first name of who reads it."""
MOST = 1_000
CHANGEABLE = tuple(topic for topic in Topic if topic != Topic.WATCHED)
"""What is watched says which of many things happened, so it has no one sentence."""


def own(topic: str, language: str) -> str:
    """The sentence for this language, else for the one it is a kind of; empty: the shipped one."""
    for tongue in dict.fromkeys((language, re.split("[-_]", language)[0])):
        found = db.session.get(LetterText, (topic, tongue))
        if found is not None:
            return found.text
    return ""


def fill(text: str, *, number: str, name: str, first_name: str) -> str:
    """The sentence with its places filled."""
    known = {"number": number, "name": name, "first_name": first_name}
    return PLACE.sub(lambda match: known.get(match[1], match[0]), text)


def languages() -> Sequence[str]:
    """Every language somebody reads, those we speak first."""
    chosen = db.session.scalars(select(Person.language).where(Person.language != "").distinct()).all()
    return list(dict.fromkeys((*catalogues.languages(), *sorted(chosen))))


def kept(topic: str) -> dict[str, LetterText]:
    """Own sentences of a topic by language."""
    found = db.session.scalars(select(LetterText).where(LetterText.topic == topic))
    return {one.language: one for one in found}


def changed_topics() -> set[str]:
    """Topics with an own sentence in some language."""
    return set(db.session.scalars(select(LetterText.topic).distinct()))


def save(topic: str, language: str, text: str, *, by: Person, seen: str = "") -> None:
    """Keep an own sentence; an empty one gives the shipped one back. `seen` as in `overtaking`."""
    require(by, Action.ADMINISTER)
    if topic not in CHANGEABLE or language not in languages():
        raise Invalid(_("Choose a notice and a language of the list."), field="topic")
    text = checked(text)
    with write() as session:
        row = session.get(LetterText, (topic, language), with_for_update=True)
        if row is not None:
            require_unchanged(row, seen)
        if not text:
            if row is not None:
                session.delete(row)
            return
        row = row or LetterText(topic=topic, language=language)
        row.text, row.updated_at = text, clock.now()
        session.add(row)


def checked(text: str) -> str:
    """The sentence as it may be kept: on one line, with places somebody knows."""
    text = " ".join(text.replace("\0", "").split())
    if len(text) > MOST:
        raise Invalid(_("Write at most %(most)s characters.", most=MOST), field="text")
    unknown = [place for place in PLACE.findall(text) if place not in PLACES]
    if unknown:
        known = ", ".join(f"{{{{{place}}}}}" for place in PLACES)
        sentence = _("“%(place)s” is no place. There are: %(known)s.", place=unknown[0], known=known)
        raise Invalid(sentence, field="text")
    return text
