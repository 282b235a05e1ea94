"""Conversations: `say()` takes one turn of a person and answers it, with the bot or without."""

from dataclasses import dataclass
from datetime import datetime

from chatbot.client.messages import Message, Reply
from incidents.people import Person

MAX_MESSAGE_ID = 64


@dataclass(frozen=True)
class Bubble:
    """One bubble of the window: `by` is "you", "bot", or the name of the support person who wrote it."""

    key: str
    by: str
    at: datetime
    message: Message


def say(
    person: Person,
    text: str,
    *,
    conversation: str | None = None,
    message_id: str | None = None,
) -> Reply:
    """Take one turn of `person` and answer it within seconds, whatever the bot does.

    `conversation` None begins a new one. The same `message_id` again gives the same reply.
    A button is pressed by sending its payload as `text`. Raises `incidents.errors.NotFound` for a
    conversation that is not this person's and `incidents.errors.Invalid` for words that cannot be
    taken (`KeyReused` when the message id belongs to other words).
    """
    raise NotImplementedError


def greeting(person: Person) -> Message:
    """What the window says when it opens: outages that are known, and what can be asked."""
    raise NotImplementedError


def history(person: Person, conversation: str) -> list[Bubble]:
    """Everything said so far, answers of support included, oldest first; raises `NotFound`."""
    raise NotImplementedError


def latest_conversation(person: Person) -> str | None:
    """The conversation this person had last within a day, to go on with; None when there is none."""
    raise NotImplementedError
