"""A conversation as text: for the person who takes over, and to keep."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from chatbot.client.models import Conversation, Turn
from firstline.i18n import gettext as _
from incidents import selfhelp
from incidents.models import Incident

MOST_TURNS = 60
MOST_LETTERS = 1_000
"""Of one message; the incident and the conversation keep the whole."""


def for_support(session: Session, conversation: Conversation, incident: Incident) -> str:
    """What was said, what the assistant took it for, and what came of the fixes."""
    parts = [
        _("Handed over from the chat. Said so far:"),
        "\n".join(_said(session, conversation)) or _("Nothing: they asked for a person at once."),
        "\n".join(_tried(incident)),
    ]
    return "\n\n".join(part for part in parts if part)


def _said(session: Session, conversation: Conversation) -> Iterator[str]:
    latest = select(Turn).where(Turn.conversation_id == conversation.id).order_by(Turn.id.desc())
    name = conversation.person.first_name
    for turn in reversed(session.scalars(latest.limit(MOST_TURNS)).all()):
        if turn.text:
            yield f"{name}: {_cut(turn.text)}{_guess(turn)}"
        for message in turn.reply or []:
            if message["text"]:
                yield _("Assistant: %(words)s", words=_cut(message["text"]))


def _guess(turn: Turn) -> str:
    """What the words were taken for; a pressed button leaves nothing to guess."""
    if turn.payload or turn.intent is None or turn.confidence is None:
        return ""
    return " " + _(
        "[taken for %(intent)s, %(share)s%% sure]",
        intent=turn.intent,
        share=min(99, round(turn.confidence * 100)),
    )


def _tried(incident: Incident) -> Iterator[str]:
    fixes = selfhelp.fixes_of(incident.id)
    yield _("Fixes:") if fixes else _("No known fix was offered.")
    for fix in fixes:
        yield f"- {fix.title}: {_outcome(fix.helped)}"


def _outcome(helped: bool | None) -> str:
    if helped is None:
        return _("offered, nothing said")
    return _("helped") if helped else _("did not help")


def _cut(words: str) -> str:
    return words if len(words) <= MOST_LETTERS else words[: MOST_LETTERS - 1] + "…"
