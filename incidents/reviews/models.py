"""A review of one incident, the moments people added to its story, and what they promised to do."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model
from incidents.models import Incident
from incidents.people import Person
from knowledge_base.models import Article


class Phase(StrEnum):
    """Where a review stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class Review(Model):
    """What we learn from one incident. Texts are Markdown, `cost` in the company's own currency."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), unique=True)
    phase: Mapped[str] = mapped_column(default=Phase.DRAFT, index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    summary: Mapped[str] = mapped_column(Text, default="")
    causes: Mapped[str] = mapped_column(Text, default="")
    factors: Mapped[str] = mapped_column(Text, default="")
    went_well: Mapped[str] = mapped_column(Text, default="")
    went_badly: Mapped[str] = mapped_column(Text, default="")
    people_affected: Mapped[int | None]
    downtime_minutes: Mapped[int | None]
    cost: Mapped[int | None]
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    incident: Mapped[Incident] = relationship()
    owner: Mapped[Person | None] = relationship()
    article: Mapped[Article | None] = relationship()
    actions: Mapped[list["Action"]] = relationship(
        back_populates="review", order_by="Action.due_on, Action.id", passive_deletes=True
    )
    moments: Mapped[list["Moment"]] = relationship(order_by="Moment.at", passive_deletes=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it so


class Moment(Model):
    """Something that belongs into the story and stands on no timeline of ours."""

    __tablename__ = "review_moment"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Action(Model):
    """What somebody does by a day so that it does not come again."""

    __tablename__ = "review_action"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    due_on: Mapped[date] = mapped_column(Date, index=True)
    done_at: Mapped[datetime | None]
    reminded_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    review: Mapped[Review] = relationship(back_populates="actions")
    owner: Mapped[Person] = relationship()
