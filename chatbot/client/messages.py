"""What the chat says: values every client can render, and that travel as JSON."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Button:
    """A quick reply. Sending `payload` as the message presses it."""

    title: str
    payload: str


@dataclass(frozen=True)
class Card:
    """A known fix: its steps, where the whole article is, and the payloads that say it was this one
    and that show it step by step."""

    article: int
    title: str
    summary: str
    steps: tuple[str, ...]
    url: str
    score: float
    solved: str | None = None
    follow: str | None = None

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> "Card":
        return cls(**{**given, "steps": tuple(given["steps"])})


@dataclass(frozen=True)
class Message:
    """One bubble. `incident` is `{number, title, state, priority, url}` or None."""

    text: str
    buttons: tuple[Button, ...] = ()
    articles: tuple[Card, ...] = ()
    incident: dict[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The form in which `POST /api/v1/chat` answers it."""
        return {
            "text": self.text,
            "buttons": [asdict(button) for button in self.buttons],
            "articles": [asdict(card) for card in self.articles],
            "incident": self.incident,
        }

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> "Message":
        """A message as `as_dict` wrote it; `KeyError`, `TypeError` or `ValueError` when it is not one."""
        return cls(
            text=str(given["text"]),
            buttons=tuple(Button(**button) for button in given["buttons"]),
            articles=tuple(Card.from_dict(card) for card in given["articles"]),
            incident=given["incident"],
        )


@dataclass(frozen=True)
class Reply:
    """The answer to one turn. `answered_by` is "bot", or "portal" when the bot could not.

    Without messages the assistant was silent: people talk, and the words are with them.
    """

    conversation: str
    message_id: str
    messages: tuple[Message, ...]
    answered_by: str
    turn_id: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "conversation": self.conversation,
            "messages": [message.as_dict() for message in self.messages],
        }
