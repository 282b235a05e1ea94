"""What the bot was unsure of or took wrong, and what authors say it meant: the bot learns from that.

Authors see words without names and never who said them. What was exported for training stays labelled.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from chatbot.client.models import Actor, Turn, TurnLabel
from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid, NotFound
from incidents.people import Person
from knowledge_base.masking import mask

UNSURE_BELOW = 0.5
"""The bot asks before it acts below .35; between that and this it acted, and may have been wrong."""

MOST_LETTERS = 500
"""A longer story teaches nothing about how people ask."""

AT_ONCE = 20


@dataclass(frozen=True, kw_only=True)
class Saying:
    """Words to be labelled. `asked` is what the assistant had said before, `taken_for` its guess."""

    turn_id: int
    words: str
    asked: str
    taken_for: str
    confidence: float
    was_corrected: bool


@dataclass(frozen=True)
class Labelled:
    """What an author decided lately; `intent` None: it teaches nothing."""

    turn_id: int
    words: str
    intent: str | None


def waiting(limit: int = AT_ONCE) -> list[Saying]:
    """The newest turns that nobody has labelled, those that were corrected first."""
    first = (Turn.was_corrected.desc(), Turn.id.desc())
    found = db.session.scalars(select(Turn).where(_is_open()).order_by(*first).limit(limit)).all()
    names = _Names()
    return [_saying(turn, names) for turn in found]


def how_many() -> int:
    """Turns that wait, counted up to a hundred."""
    return len(db.session.scalars(select(Turn.id).where(_is_open()).limit(100)).all())


def label(turn_id: int, *, intent: str, words: str, by: Person, known: Iterable[str]) -> None:
    """Say what these words mean; `words` are the author's, without what should not be kept."""
    said = " ".join(words.split())[:MOST_LETTERS]
    if intent not in set(known):
        raise Invalid(_("Choose what it means."), field="intent")
    if not said.strip("…"):
        raise Invalid(_("Leave some words to learn from, or leave it out."), field="words")
    _keep(turn_id, TurnLabel(turn_id=turn_id, intent=intent, words=said, by_id=by.id))


def leave_out(turn_id: int, *, by: Person) -> None:
    """These words teach nothing."""
    _keep(turn_id, TurnLabel(turn_id=turn_id, intent=None, by_id=by.id))


def lately(limit: int = AT_ONCE) -> list[Labelled]:
    """What was decided and can still be taken back, newest first."""
    kept = select(TurnLabel).where(TurnLabel.exported_at.is_(None)).order_by(TurnLabel.at.desc())
    found = db.session.scalars(kept.limit(limit)).all()
    texts = {turn.id: turn for turn in _turns(one.turn_id for one in found)}
    names = _Names()
    return [
        Labelled(one.turn_id, one.words or names.without(texts[one.turn_id].text), one.intent)
        for one in found
    ]


def take_back(turn_id: int) -> None:
    """It waits for a label again; refused once it was exported."""
    with write() as session:
        kept = session.get(TurnLabel, turn_id)
        if kept is None:
            return
        if kept.exported_at is not None:
            raise Conflict(_("The bot's training data have it already: take it out of them instead."))
        session.delete(kept)


def taught() -> list[Labelled]:
    """Everything that teaches something, oldest first."""
    kept = select(TurnLabel).where(TurnLabel.intent.is_not(None)).order_by(TurnLabel.at, TurnLabel.turn_id)
    return [Labelled(one.turn_id, one.words, one.intent) for one in db.session.scalars(kept)]


def note_exported(turn_ids: Sequence[int]) -> None:
    """These are in the training data from now on."""
    with write() as session:
        for kept in session.scalars(select(TurnLabel).where(TurnLabel.turn_id.in_(turn_ids))):
            kept.exported_at = kept.exported_at or clock.now()


def _is_open() -> ColumnElement[bool]:
    is_doubtful = or_(Turn.was_corrected, Turn.confidence < UNSURE_BELOW)
    is_labelled = select(TurnLabel.turn_id).where(TurnLabel.turn_id == Turn.id).exists()
    is_typed = and_(Turn.payload.is_(None), Turn.text != "")
    by_bot = and_(Turn.answered_by == Actor.BOT, Turn.intent.is_not(None))
    return and_(is_doubtful, is_typed, by_bot, ~is_labelled)


def _saying(turn: Turn, names: "_Names") -> Saying:
    return Saying(
        turn_id=turn.id,
        words=names.without(turn.text)[:MOST_LETTERS],
        asked=names.without(_asked_before(turn)),
        taken_for=turn.intent or "",
        confidence=turn.confidence or 0.0,
        was_corrected=turn.was_corrected,
    )


def _asked_before(turn: Turn) -> str:
    earlier = select(Turn.reply).where(Turn.conversation_id == turn.conversation_id, Turn.id < turn.id)
    reply = db.session.scalar(earlier.order_by(Turn.id.desc()).limit(1))
    return str(reply[-1]["text"]) if reply else ""


def _keep(turn_id: int, made: TurnLabel) -> None:
    with write() as session:
        if session.get(Turn, turn_id) is None:
            raise NotFound(_("These words are gone."))
        if session.get(TurnLabel, turn_id) is not None:
            raise Conflict(_("Somebody was quicker: it is labelled already."))
        session.add(made)


def _turns(turn_ids: Iterable[int]) -> Sequence[Turn]:
    return db.session.scalars(select(Turn).where(Turn.id.in_(list(turn_ids)))).all()


class _Names:
    """Everybody's names, read once; a text is searched only for those that it may hold."""

    def __init__(self) -> None:
        self._all = list(db.session.scalars(select(Person.name)))

    def without(self, text: str) -> str:
        held = {word.casefold() for word in re.findall(r"[^\W_]+", text)}
        named = [name for name in self._all if not held.isdisjoint(name.casefold().split())]
        return mask(text, names=named) or ("…" if named else text)
