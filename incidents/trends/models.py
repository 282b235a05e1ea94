"""The evidence for a major incident that a trend proposed."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from firstline import clock
from firstline.db import Model


class Trend(Model):
    """What rose: by `names` (of what, which), `count` reports in `minutes` where `expected` are usual.

    `hours` are the counts of the 168 hours up to the proposal, `usual` what was expected in each.
    """

    __tablename__ = "trend"

    major_id: Mapped[int] = mapped_column(ForeignKey("major.id", ondelete="CASCADE"), primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    label: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int]
    count: Mapped[int]
    expected: Mapped[float]
    chance: Mapped[float]
    hours: Mapped[list[int]] = mapped_column(JSON)
    usual: Mapped[list[float]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
