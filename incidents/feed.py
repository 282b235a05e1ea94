"""What changed, for pages that are open: one row a change, written in the transaction that makes it.

A row is a hint, not the change itself: a page reads anew what it names, so that a row told twice
does no harm. Rows are kept for an hour; who comes back later is told to read everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from firstline import clock, jobs
from firstline.db import Model, put, write

KEPT_FOR = timedelta(hours=1)
MOST = 1000
OVERLAP = 200
"""How many rows before the last one seen are read again on PostgreSQL: there a smaller number may
be committed after a greater one."""


class About(StrEnum):
    """What a row tells of."""

    INCIDENT = "incident"
    PRESENCE = "presence"


class News(Model):
    """Something changed at this incident."""

    __tablename__ = "news"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy declares it so

    id: Mapped[int] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(String(10))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


@dataclass(frozen=True)
class Item:
    """One row as it is read."""

    id: int
    about: str
    incident_id: int


def tell(session: Session, incident_id: int, about: About = About.INCIDENT) -> None:
    """Tell open pages, once the caller's transaction is committed."""
    put(session, News, about=about, incident_id=incident_id)


def head(session: Session) -> int:
    """The number of the newest row, 0 before the first."""
    return session.scalar(select(func.max(News.id))) or 0


def read(session: Session, after: int) -> Sequence[Item]:
    """What was told after that row, oldest first; on PostgreSQL some before it, too."""
    overlap = OVERLAP if session.get_bind().dialect.name == "postgresql" else 0
    rows = select(News.id, News.about, News.incident_id).where(News.id > after - overlap)
    return [Item(*row) for row in session.execute(rows.order_by(News.id).limit(MOST + overlap))]


def is_too_old(session: Session, after: int) -> bool:
    """Whether rows after this one are gone already, or are too many to tell one by one."""
    oldest = session.scalar(select(func.min(News.id)))
    return after + 1 < (oldest or 0) or head(session) - after > MOST


@jobs.sweep(every_s=600)
def forget_old() -> None:
    """Keep the rows of the last hour, and the newest of all, so that numbers go on from it."""
    with write() as session:
        old = delete(News).where(News.created_at < clock.now() - KEPT_FOR)
        session.execute(old.where(News.id < select(func.max(News.id)).scalar_subquery()))
