"""What somebody wants to happen to an incident."""

from dataclasses import dataclass

from incidents.models import Resolution, State


@dataclass(frozen=True, kw_only=True)
class Change:
    """A wanted change of state and what goes with it."""

    to: State
    note: str = ""
    resolution: Resolution | None = None
    cause: str = ""
    article_id: int | None = None
    waiting_on: str = "requester"
    minutes_spent: int = 0
