"""What can be done to many, what that needs, and what became of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from firstline import clock
from firstline.db import Model
from incidents.models import Incident

MOST = 200
UNDO_FOR = timedelta(minutes=10)


class Deed(StrEnum):
    """What can be done to many at once."""

    TAKE = "take"
    HAND_OVER = "hand_over"
    URGENCY = "urgency"
    REPLY = "reply"
    NOTE = "note"
    RESOLVE = "resolve"


class BulkChange(Model):
    """What somebody did to many incidents, row by row, so that it can be undone."""

    __tablename__ = "bulk_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    deed: Mapped[str] = mapped_column(String(12))
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_at: Mapped[datetime | None]

    @property
    def can_be_undone(self) -> bool:
        """A note stays: entries are never changed, and only support reads it."""
        is_new = self.undone_at is None and clock.now() - self.created_at < UNDO_FOR
        return is_new and self.deed != Deed.NOTE


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The deed and what it needs: a team and a note, an urgency, words, or how and why it was solved."""

    deed: Deed
    team: str = ""
    urgency: str = ""
    text: str = ""
    resolution: str = ""
    cause: str = ""
    cause_code: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What would happen to one incident: words for it, or why it will not."""

    incident: Incident
    words: str = ""
    why_not: str = ""
