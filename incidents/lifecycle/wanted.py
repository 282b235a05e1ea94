"""What somebody wants to happen to an incident."""

from dataclasses import dataclass
from datetime import timedelta

from incidents.models import Resolution, State


@dataclass(frozen=True, kw_only=True)
class Change:
    """A wanted change of state and what goes with it.

    For a resolution: `items` are device tags or service slugs that were changed, `proposal_id` the
    proposed solution it applies, `is_first_contact` that it was solved while the requester was there, `told_after`
    how long the requester is not told yet, because it may be undone.
    """

    to: State
    note: str = ""
    resolution: Resolution | None = None
    cause: str = ""
    article_id: int | None = None
    waiting_on: str = "requester"
    minutes_spent: int = 0
    cause_code: str | None = None
    is_article_wanted: bool = False
    items: tuple[str, ...] = ()
    proposal_id: int | None = None
    is_first_contact: bool = False
    into_id: int | None = None
    told_after: timedelta = timedelta()
