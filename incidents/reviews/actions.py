"""What was promised in reviews, reminders until it is done, and how often promises are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from firstline import clock, jobs
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents import notices
from incidents.errors import Conflict, Invalid, NotFound
from incidents.models import Incident
from incidents.notices import Topic
from incidents.people import Person
from incidents.reviews import work
from incidents.reviews.models import Action, Review

REMIND_EVERY = timedelta(days=3)
MOST_WORDS = 1_000


@dataclass(frozen=True)
class FollowThrough:
    """Of the actions that were due, how many were done, and how many of them by their day."""

    due: int
    done: int
    in_time: int


def promise(number: str, text: str, *, owner_id: int | None, due_on: date | None, by: Person) -> Review:
    """Add an action with who does it and by when."""
    with work.changing(number, by=by) as (session, review):
        owner = session.get(Person, owner_id) if owner_id else None
        if not text.strip():
            raise Invalid(_("Say what will be done."), field="action")
        if owner is None:
            raise Invalid(_("Say who does it."), field="owner")
        if due_on is None or due_on < clock.now().date():
            raise Invalid(_("Choose a day from today on."), field="due_on")
        session.add(Action(review_id=review.id, text=text.strip()[:MOST_WORDS], owner=owner, due_on=due_on))
    return review


def finish(number: str, action_id: int, *, by: Person) -> Review:
    """It is done."""
    with work.changing(number, by=by) as (_session, review):
        action = _of(review, action_id)
        if action.done_at is not None:
            raise Conflict(_("This is done already."))
        action.done_at = clock.now()
    return review


def drop(number: str, action_id: int, *, by: Person) -> Review:
    """Nobody will do it: better out than open for ever."""
    with work.changing(number, by=by) as (session, review):
        session.delete(_of(review, action_id))
    return review


def waiting_for(person: Person, incident: Incident | None = None) -> Sequence[Action]:
    """What this person has promised and not done yet, in all reviews or in that of one incident."""
    mine = select(Action).where(Action.owner_id == person.id, Action.done_at.is_(None))
    if incident is not None:
        mine = mine.join(Review).where(Review.incident_id == incident.id)
    return db.session.scalars(
        mine.options(joinedload(Action.review)).order_by(Action.due_on, Action.id)
    ).all()


@jobs.sweep(every_s=3600)
def remind() -> None:
    """A mail on the day it is due and every third day after, until it is done."""
    today = clock.now().date()
    before = or_(Action.reminded_on.is_(None), Action.reminded_on <= today - REMIND_EVERY)
    due = select(Action.id).where(Action.done_at.is_(None), Action.due_on <= today, before)
    for action_id in db.session.scalars(due).all():
        with write() as session:
            action = session.get_one(Action, action_id, with_for_update=True)
            if action.done_at is None and action.reminded_on != today:
                action.reminded_on = today
                notices.owe(session, Topic.ACTION_DUE, action.review.incident, action.owner)
    jobs.nudge(notices.TASK)


def follow_through() -> FollowThrough:
    """Over all actions whose day has come or that are done; who has still time is not judged."""
    today = clock.now().date()
    judged = select(Action.due_on, Action.done_at).where(
        or_(Action.due_on < today, Action.done_at.is_not(None))
    )
    rows = db.session.execute(judged).all()
    done = [row for row in rows if row.done_at is not None]
    in_time = [row for row in done if row.done_at.date() <= row.due_on]
    return FollowThrough(due=len(rows), done=len(done), in_time=len(in_time))


def _of(review: Review, action_id: int) -> Action:
    for action in review.actions:
        if action.id == action_id:
            return action
    raise NotFound(_("This action is not part of the review any more."))
