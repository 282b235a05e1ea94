"""What came from where, so that the same file may be taken in twice."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from firstline import clock
from firstline.db import Model

SOURCE_LENGTH, KEY_LENGTH = 60, 200


class MovedIn(Model):
    """An incident that came from another desk, and by which key it was known there."""

    __tablename__ = "moved_in"
    __table_args__ = (UniqueConstraint("source", "key", name="uq_moved_in_source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(SOURCE_LENGTH))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
