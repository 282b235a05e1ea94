"""A conversation as a text to keep: what its person saw, and nothing that only support sees."""

from chatbot.client import history, wording
from chatbot.client.history import Bubble
from chatbot.client.models import Conversation
from firstline.i18n import gettext as _


def as_text(held: Conversation) -> str:
    """The whole conversation, with the times in the person's zone."""
    begun = wording.local_time(held.person, held.started_at)
    title = _("Conversation with the service desk, begun %(at)s", at=f"{begun:%Y-%m-%d %H:%M %Z}")
    said = [_line(held, bubble) for bubble in history.since(held, history.Seen())]
    return "\n\n".join([title, *said]) + "\n"


def _line(held: Conversation, bubble: Bubble) -> str:
    who = {"you": held.person.name, "bot": _("Assistant")}.get(bubble.by, bubble.by)
    at = wording.local_time(held.person, bubble.at)
    return f"{at:%Y-%m-%d %H:%M}  {who}: {bubble.message.text}{_fixes(bubble)}"


def _fixes(bubble: Bubble) -> str:
    lines: list[str] = []
    for card in bubble.message.articles:
        lines += [f"\n- {card.title}", *(f"\n  {n}. {step}" for n, step in enumerate(card.steps, 1))]
    return "".join(lines)
