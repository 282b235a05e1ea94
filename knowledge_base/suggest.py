"""At most three known fixes for a person's words, each only if we are sure enough of it."""

from dataclasses import dataclass

from knowledge_base.models import Audience


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A fix worth showing; `score` is the calibrated chance (0..1) that it is a right one."""

    article_id: int
    slug: str
    title: str
    summary: str
    score: float
    steps: tuple[str, ...] = ()


def suggest(words: str, *, audience: Audience, limit: int = 3, service: str | None = None) -> list[Suggestion]:
    """The fixes to show for these words, best first; empty when none clears the bar.

    `audience` is the reader's. Never raises for any words; embeds the words, so never call it
    inside `write()`.
    """
    return []
