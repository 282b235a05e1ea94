"""What people do with reviews: begin, write, add to the story, publish, close."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.jobs import nudge
from incidents.errors import Conflict, Invalid, NotFound
from incidents.models import Incident, State, id_of
from incidents.people import Person
from incidents.policy import Action as Wish
from incidents.policy import require
from incidents.reviews import document
from incidents.reviews.models import Moment, Phase, Review
from knowledge_base import articles
from knowledge_base.articles import INDEX_JOB, Draft
from knowledge_base.models import Audience
from knowledge_base.models import State as ArticleState

LISTED = 200
MOST_WORDS = 50_000
MOST_NUMBER = 2_000_000_000
OVER = frozenset({State.RESOLVED, State.CLOSED})


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """What a review says. None for a number means: as counted, or not known."""

    summary: str = ""
    causes: str = ""
    factors: str = ""
    went_well: str = ""
    went_badly: str = ""
    people_affected: int | None = None
    downtime_minutes: int | None = None
    cost: int | None = None


NUMBERS = ("people_affected", "downtime_minutes", "cost")


def listed(person: Person) -> Sequence[Review]:
    """All reviews, those still written first, the newest first."""
    require(person, Wish.SEE_QUEUE)
    wanted = select(Review).options(
        joinedload(Review.incident), joinedload(Review.owner), selectinload(Review.actions)
    )
    order = (Review.phase == Phase.CLOSED, Review.id.desc())
    return db.session.scalars(wanted.order_by(*order).limit(LISTED)).all()


def find(person: Person, number: str) -> Review:
    """The review of the incident with this number."""
    require(person, Wish.SEE_QUEUE)
    return _found(db.session(), number)


def review_of(incident: Incident) -> Review | None:
    """The review of this incident, if there is one."""
    return db.session.scalar(select(Review).where(Review.incident_id == incident.id))


def begin(number: str, *, by: Person) -> Review:
    """The review of this incident, begun when there is none; an open incident has no lessons yet."""
    require(by, Wish.SEE_QUEUE)
    with write() as session:
        incident = _incident(session, number)
        if incident.state not in OVER:
            raise Conflict(_("Resolve it first: a review looks back."))
        return ensure(session, incident, owner=by)


def ensure(session: Session, incident: Incident, *, owner: Person | None) -> Review:
    """As `begin`, inside the caller's transaction."""
    review: Review | None = session.scalar(select(Review).where(Review.incident_id == incident.id))
    if review is None:
        review = Review(incident=incident, owner=owner)
        session.add(review)
        session.flush()
    return review


def save(number: str, lessons: Lessons, *, by: Person, seen: int) -> Review:
    """Replace what it says; `seen` is the version the person read. A published one is published anew."""
    with changing(number, by=by, seen=seen) as (session, review):
        for field in fields(Lessons):
            setattr(review, field.name, _checked(field.name, getattr(lessons, field.name)))
        if review.phase == Phase.PUBLISHED:
            _publish(session, review, by)
    nudge(INDEX_JOB)
    return review


def add_moment(number: str, at: datetime | None, text: str, *, by: Person) -> Review:
    """Add what our timelines do not know, as a call or a decision in the corridor."""
    with changing(number, by=by) as (session, review):
        if at is None:
            raise Invalid(_("Say when it was."), field="at")
        if at > clock.now():
            raise Invalid(_("The story ends now: nothing in it lies ahead."), field="at")
        if not text.strip():
            raise Invalid(_("Say what happened."), field="text")
        session.add(Moment(review_id=review.id, at=at, text=text.strip()[:MOST_WORDS], author_id=by.id))
    return review


def remove_moment(number: str, moment_id: int, *, by: Person) -> Review:
    """Take an added moment out again."""
    with changing(number, by=by) as (session, review):
        moment = session.get(Moment, moment_id)
        if moment is None or moment.review_id != review.id:
            raise NotFound(_("It is not in the story any more."))
        session.delete(moment)
    return review


def publish(number: str, *, by: Person) -> Review:
    """Let all of support find it in the knowledge base."""
    require(by, Wish.WRITE_ARTICLES)
    with changing(number, by=by) as (session, review):
        if not review.summary.strip() or not review.causes.strip():
            raise Invalid(
                _("Write the summary and the causes first: readers look for them."), field="summary"
            )
        _publish(session, review, by)
        review.phase, review.published_at = Phase.PUBLISHED, clock.now()
    nudge(INDEX_JOB)
    return review


def close(number: str, *, by: Person) -> Review:
    """Everything that was promised is done."""
    with changing(number, by=by) as (_session, review):
        waiting = [action for action in review.actions if action.done_at is None]
        if waiting:
            raise Conflict(
                _(
                    "Not everything is done (open: %(n)s). Finish it, or take out what nobody will do.",
                    n=len(waiting),
                )
            )
        if review.phase != Phase.PUBLISHED:
            raise Conflict(_("Publish it first, so that others can learn from it."))
        review.phase, review.closed_at = Phase.CLOSED, clock.now()
    return review


@contextmanager
def changing(number: str, *, by: Person, seen: int | None = None) -> Iterator[tuple[Session, Review]]:
    """The review inside a write transaction; a closed one is not changed."""
    require(by, Wish.SEE_QUEUE)
    with write() as session:
        review = _found(session, number)
        if review.phase == Phase.CLOSED:
            raise Conflict(_("This review is closed."))
        if seen is not None and seen != review.version:
            raise Conflict(_("Somebody changed this review while you were at it. Look at what is new first."))
        yield session, review


def _publish(session: Session, review: Review, by: Person) -> None:
    draft = Draft(
        title=_("Review: %(title)s", title=review.incident.title),
        body=document.markdown(review),
        summary=review.summary,
        cause=review.causes,
        category=review.incident.category,
        service=review.incident.service.slug if review.incident.service else None,
        audience=Audience.SUPPORT,
        owner_id=review.owner_id,
    )
    if review.article is None:
        review.article = articles.add(session, draft, author_id=by.id)
        session.flush()
    else:
        articles.revise(session, review.article, draft, editor_id=by.id)
    articles.lead(session, review.article, ArticleState.PUBLISHED)


def _checked(name: str, value: str | int | None) -> str | int | None:
    if isinstance(value, str):
        if len(value) > MOST_WORDS:
            raise Invalid(_("Shorten this to %(most)s characters.", most=MOST_WORDS), field=name)
        return value.strip()
    if value is not None and not 0 <= value <= MOST_NUMBER:
        raise Invalid(_("Give a number of zero or more."), field=name)
    return value


def _incident(session: Session, number: str) -> Incident:
    incident = session.get(Incident, id_of(number) or 0)
    if incident is None:
        raise NotFound(_("There is no such incident. Check the number."))
    return incident


def _found(session: Session, number: str) -> Review:
    review: Review | None = session.scalar(select(Review).where(Review.incident_id == (id_of(number) or 0)))
    if review is None:
        raise NotFound(_("This incident has no review yet."))
    return review
