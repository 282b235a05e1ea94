"""Buttons: the payloads we send, and the only ones we take back.

Rasa takes every text that begins with a slash for an intent, so what people type never keeps one.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

ALWAYS = frozenset({"/talk_to_human", "/back_to_assistant", "/list_incidents", "/outage_check", "/help"})
"""What the window offers by itself, whatever was said."""

FORM = re.compile(r"\A/([a-z_]{2,40})(\{.{2,250}\})?\Z", re.DOTALL)


@dataclass(frozen=True)
class Press:
    """A pressed button: its intent and what it carries."""

    intent: str
    data: Mapping[str, Any] = field(default_factory=dict)


def payload(intent: str, **data: Any) -> str:
    """The text a button sends."""
    return f"/{intent}" + (json.dumps(data, separators=(",", ":")) if data else "")


def read(text: str) -> Press:
    """What `payload` wrote; `ValueError` when it is none of ours."""
    match = FORM.match(text)
    if match is None:
        raise ValueError("not a payload")
    data = json.loads(match.group(2)) if match.group(2) else {}
    return Press(match.group(1), data)


def carries(text: str) -> bool:
    """Whether it has the form of a button's payload with something in it."""
    match = FORM.match(text)
    return match is not None and match.group(2) is not None


def titles(replies: Iterable[list[dict[str, Any]] | None]) -> dict[str, str]:
    """Every payload that these replies offered, with the words on its button."""
    offered: dict[str, str] = {}
    for message in (message for reply in replies for message in reply or []):
        offered.update({button["payload"]: button["title"] for button in message["buttons"]})
        for card in message["articles"]:
            offered.update({card[what]: card["title"] for what in ("solved", "follow") if card.get(what)})
    return offered


def plain(text: str) -> str:
    """Typed words without the slashes that would make them a command."""
    return text.strip().lstrip("/").strip()
