"""What is known: categories, articles and their passages; what was offered, and what came of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import BY_ITSELF, Model


class Audience(StrEnum):
    """Who may read an article; as a reader, SUPPORT also reads what is for everyone."""

    EVERYONE = "everyone"
    SUPPORT = "support"


class State(StrEnum):
    """Where an article stands; only a published one is found or offered."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class PassageKind(StrEnum):
    """What part of its article a vector stands for."""

    TITLE = "title"
    WHOLE = "whole"
    PART = "part"
    SYMPTOM = "symptom"


class AttemptOutcome(StrEnum):
    """What came of describing a trouble; NONE while it is open. Silence never counts as success."""

    NONE = "none"
    SILENT = "silent"
    ABANDONED = "abandoned"
    SOLVED_SAID = "solved_said"
    WENT_ON = "went_on"


class Category(Model):
    """What a trouble is about; shared by articles and incidents."""

    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    parent_slug: Mapped[str | None] = mapped_column(ForeignKey("category.slug"))
    keywords: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0, info=BY_ITSELF)


class Article(Model):
    """One known fix. `revision` counts edits of the content; `change` orders every change of any kind."""

    # Lists of fixes are read without touching the bodies of thousands.
    __table_args__ = (
        Index("ix_article_shelf", "state", "audience", "category_slug", "helped_count"),
        Index("ix_article_updated_at", "state", "updated_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    category_slug: Mapped[str | None] = mapped_column(ForeignKey("category.slug"), index=True)
    service: Mapped[str | None] = mapped_column(String(60), index=True)
    keywords: Mapped[str] = mapped_column(Text, default="")
    symptoms: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    is_workaround: Mapped[bool] = mapped_column(default=False)
    audience: Mapped[str] = mapped_column(String(20), default=Audience.EVERYONE)
    state: Mapped[str] = mapped_column(String(20), default=State.DRAFT, index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    # use_alter: incidents name articles too.
    incident_id: Mapped[int | None] = mapped_column(
        ForeignKey("incident.id", ondelete="SET NULL", use_alter=True)
    )
    review_at: Mapped[datetime | None] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=1)
    change: Mapped[int] = mapped_column(default=0, index=True)
    indexed_revision: Mapped[int] = mapped_column(default=0)
    indexed_model: Mapped[str] = mapped_column(String(20), default="")
    helped_count: Mapped[int] = mapped_column(default=0)
    offered_count: Mapped[int] = mapped_column(default=0)
    failed_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    category: Mapped[Category | None] = relationship()

    @property
    def is_published(self) -> bool:
        return self.state == State.PUBLISHED


class Passage(Model):
    """A piece of an article and its vector (little-endian float16), of one revision of it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text, default="")
    vector: Mapped[bytes | None]


class Edition(Model):
    """The whole content of an article as one revision had it, and who wrote it; never changed."""

    __table_args__ = (UniqueConstraint("article_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    revision: Mapped[int]
    content: Mapped[dict[str, object]] = mapped_column(JSON)
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class OldAddress(Model):
    """A slug an article once had; it leads to the article for good."""

    slug: Mapped[str] = mapped_column(String(120), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)


class Related(Model):
    """An author's word that readers of one article may want the other; told once, true both ways.

    `is_distinct` says instead that the two look alike and are not the same.
    """

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    is_distinct: Mapped[bool] = mapped_column(default=False)


class Picture(Model):
    """A picture in articles; its content lies under `digest` in `firstline.files`.

    Without an article it is one of a draft that was never saved.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Feedback(Model):
    """What one reader said of one article, the last time they said it."""

    __table_args__ = (UniqueConstraint("article_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    revision: Mapped[int]
    is_helpful: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(20), default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    settled_at: Mapped[datetime | None]


class PastReport(Model):
    """Words of an incident that this article solved: search material, never shown to anybody.

    Taken back by `revoked_at`. Without a vector it is still to be embedded.
    """

    __table_args__ = (UniqueConstraint("article_id", "incident_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(Text)
    vector: Mapped[bytes | None]
    model: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    revoked_at: Mapped[datetime | None]


class KnowledgeRevision(Model):
    """One row that counts changes, so that every searching process can follow them.

    Writers update it in their own transaction and so wait for each other: a higher number is
    always committed later.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


class Attempt(Model):
    """A person described a trouble; the fixes shown for it are its offers, which may be none.

    `hold_out_id` names the draw it took part in; `is_held_out`: by that lot its offers were found and not
    shown, so that the effect of showing them can be measured. `vector` is that of the words, once the
    worker looked for gaps. `followed_at`: when it was found out, seven days after the person said it is
    solved, whether they told us of it again; `came_back_at` is when they did.
    """

    __table_args__ = (Index("ix_attempt_created_at", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    category_slug: Mapped[str] = mapped_column(String(60), default="")
    hold_out_id: Mapped[int | None] = mapped_column(
        ForeignKey("hold_out.id", ondelete="SET NULL"), index=True
    )
    is_held_out: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str] = mapped_column(String(20), default=AttemptOutcome.NONE)
    decided_at: Mapped[datetime | None]
    followed_at: Mapped[datetime | None]
    came_back_at: Mapped[datetime | None]
    gap_id: Mapped[int | None] = mapped_column(ForeignKey("gap.id", ondelete="SET NULL"), index=True)
    vector: Mapped[bytes | None] = mapped_column(deferred=True)
    vector_model: Mapped[str] = mapped_column(String(20), default="")

    offers: Mapped[list["Offer"]] = relationship(
        back_populates="attempt", cascade="all, delete-orphan", order_by="Offer.rank"
    )


class HoldOut(Model):
    """A share of reports that is shown no fixes, while it runs; another share is another draw.

    Never changed but for its end, so that what is compared was drawn by one lot. `percent` is 1 to 50.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    percent: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    chosen_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Offer(Model):
    """One article shown for one attempt. `helped` is what the person said of it, None until then."""

    __table_args__ = (UniqueConstraint("attempt_id", "article_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int]
    score: Mapped[float]
    helped: Mapped[bool | None]

    attempt: Mapped[Attempt] = relationship(back_populates="offers")
    article: Mapped[Article] = relationship()


class Gap(Model):
    """Reports about one thing that no article answers. `centre` is the mean of their vectors."""

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(300))
    category_slug: Mapped[str] = mapped_column(String(60), default="")
    centre: Mapped[bytes]
    model: Mapped[str] = mapped_column(String(20))
    reports: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_at: Mapped[datetime] = mapped_column(default=clock.now)
    dismissed_at: Mapped[datetime | None]
