"""What the window shows of a conversation, and how far it has been shown."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from chatbot.client import turns, wording
from chatbot.client.messages import Message
from chatbot.client.models import Conversation, ConversationIncident, Turn, TurnState
from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.models import Entry, Event, Incident, Visibility
from incidents.people import Person

SAID = (Event.ANSWERED, Event.WAITING)
"""What support says to the requester; both are shown as theirs."""

MARK = re.compile(r"\A(\d{1,18})\.(\d{1,18})\.")


@dataclass(frozen=True)
class Bubble:
    """One bubble of the window: `by` is "you", "bot", or the name of the support person who wrote it."""

    key: str
    by: str
    at: datetime
    message: Message


@dataclass(frozen=True)
class Seen:
    """The last turn and the last entry that a window has shown."""

    turn: int = 0
    entry: int = 0

    @classmethod
    def read(cls, mark: str) -> "Seen":
        """What a window sent back; nonsense is a window that has shown nothing."""
        match = MARK.match(mark)
        return cls(int(match[1]), int(match[2])) if match else cls()

    def __str__(self) -> str:
        return f"{self.turn}.{self.entry}"


def whole(person: Person, public_id: str) -> list[Bubble]:
    """Everything said so far, answers of support included, oldest first; raises `NotFound`."""
    return since(turns.conversation_of(person, public_id), Seen())


def since(held: Conversation, seen: Seen) -> list[Bubble]:
    """What was said after that, oldest first."""
    said = select(Turn).where(Turn.conversation_id == held.id, Turn.id > seen.turn).order_by(Turn.id)
    bubbles = [bubble for turn in db.session.scalars(said) for bubble in _of_turn(turn)]
    answers = db.session.scalars(_answers(held).where(Entry.id > seen.entry).order_by(Entry.id))
    return sorted([*bubbles, *map(_of_entry, answers)], key=lambda bubble: bubble.at)


def reach(held: Conversation) -> Seen:
    """How far a window that shows everything has come.

    A turn that is still being answered is not passed over: its answer has the same number.
    """
    mine = Turn.conversation_id == held.id
    waits = (mine, Turn.state == TurnState.WAITING, Turn.at > clock.now() - turns.ABANDONED_AFTER)
    last = select(func.max(Turn.id)).where(mine)
    first_waiting = db.session.scalar(select(func.min(Turn.id)).where(*waits))
    if first_waiting is not None:
        last = last.where(Turn.id < first_waiting)
    entry = _answers(held).with_only_columns(func.max(Entry.id))
    return Seen(db.session.scalar(last) or 0, db.session.scalar(entry) or 0)


def of_turn(turn_id: int) -> Sequence[Bubble]:
    """The bubbles of one turn: what was said, then what was answered."""
    return list(_of_turn(db.session.get_one(Turn, turn_id)))


def _of_turn(turn: Turn) -> Iterator[Bubble]:
    if turn.text:
        yield Bubble(f"turn-{turn.id}", "you", turn.at, wording.text(turn.text))
    for place, message in enumerate(turn.reply or []):
        yield Bubble(f"turn-{turn.id}-{place}", "bot", turn.at, Message.from_dict(message))


def _answers(held: Conversation) -> Select[tuple[Entry]]:
    linked = select(ConversationIncident.incident_id).where(ConversationIncident.conversation_id == held.id)
    return (
        select(Entry)
        .join(Incident, Entry.incident_id == Incident.id)
        .where(Entry.incident_id.in_(linked), Incident.requester_id == held.person_id)
        .where(Entry.visibility == Visibility.PUBLIC, Entry.event.in_(SAID), Entry.text != "")
    )


def _of_entry(entry: Entry) -> Bubble:
    by = entry.author.name if entry.author else _("Support")
    return Bubble(f"entry-{entry.id}", by, entry.created_at, wording.text(entry.text))
