"""One turn as the answers see it, and what an answer is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chatbot.client.memory import Memory
from chatbot.client.messages import Message
from incidents.people import Person


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Who said what, and what was spoken about before.

    `key` is the intake key of this turn, whoever answers it. `data` is what a pressed button
    carries; `is_pressed` tells a button from typed words. `said_before` reads the person's earlier words.
    `handed_to` is the incident on which people talk meanwhile; the assistant then keeps out of it.
    """

    person: Person
    key: str
    words: str
    memory: Memory
    data: Mapping[str, Any] = field(default_factory=dict)
    is_pressed: bool = False
    said_before: Callable[[], tuple[str, ...]] = tuple
    handed_to: str | None = None


@dataclass(frozen=True)
class Answer:
    """What to say and what to remember; `incident_id` and `also_about` link incidents to the conversation.

    `hands_over` brings the conversation to people on that incident, `gives_back` ends it. `corrects`: the
    person's words before these were misunderstood.
    """

    messages: tuple[Message, ...]
    memory: Memory
    incident_id: int | None = None
    hands_over: bool = False
    gives_back: bool = False
    corrects: bool = False
    also_about: tuple[int, ...] = ()


def say(memory: Memory, *messages: Message, incident_id: int | None = None) -> Answer:
    """An answer that asks nothing new unless `memory` says so."""
    return Answer(messages, memory, incident_id)
