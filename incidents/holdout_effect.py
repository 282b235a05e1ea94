"""What showing fixes changes: those who were shown them against those whom a lot held out.

Both groups would have been shown at least one fix, took part in the same draw, and are followed for
the same seven days, whatever they did with what they saw. Each person counts once a topic: the lot is
drawn for both, so that their later reports say nothing new.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from firstline import clock
from firstline.db import db
from incidents.models import Entry, Event, Incident, State
from knowledge_base.effect import LASTS_FOR
from knowledge_base.intervals import Difference, Median, Share, difference, median, median_difference
from knowledge_base.models import Attempt, HoldOut

SUPPORT_WORK = (Event.TAKEN, Event.ANSWERED, Event.NOTED, Event.ESCALATED, Event.WAITING, Event.RESOLVED)


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is compared of one person and topic: the first report in the draw, seven days long.

    `minutes` runs from the report to the resolution; None while it was open after seven days.
    """

    is_held_out: bool
    needed_no_support: bool
    minutes: float | None


@dataclass(frozen=True)
class Group:
    """One side of the comparison."""

    unaided: Share
    minutes: Median


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Both sides and what is between them; a difference that cannot be known is None."""

    hold_out: HoldOut
    shown: Group
    held_out: Group
    too_young: int

    @property
    def unaided(self) -> Difference | None:
        return difference(self.shown.unaided, self.held_out.unaided)

    @property
    def minutes(self) -> Difference | None:
        return median_difference(self.shown.minutes, self.held_out.minutes)


class _First(NamedTuple):
    """What is read of the first report of a person and topic in the draw."""

    is_held_out: bool
    requester_id: int
    topic: str
    state: str
    created_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True)
class _Followed:
    """An incident of somebody in the draw at which support worked, and since when."""

    created_at: datetime
    worked_at: datetime


def compare(hold_out: HoldOut) -> Comparison:
    """Compare the two groups of this draw as far as seven days have passed."""
    drawn = _drawn(hold_out)
    before = clock.now() - LASTS_FOR
    old_enough = [one for one in drawn if one.created_at <= before]
    followed = _followed(hold_out)
    cases = [_case(one, followed) for one in old_enough]
    return Comparison(
        hold_out=hold_out,
        shown=group([case for case in cases if not case.is_held_out]),
        held_out=group([case for case in cases if case.is_held_out]),
        too_young=len(drawn) - len(old_enough),
    )


def group(cases: Iterable[Case]) -> Group:
    """The figures of one side."""
    several = list(cases)
    ended = [case.minutes for case in several if case.minutes is not None]
    unaided = sum(case.needed_no_support for case in several)
    return Group(Share(unaided, len(several)), median(ended, unended=len(several) - len(ended)))


def _drawn(hold_out: HoldOut) -> list[_First]:
    """The first report of each person and topic in this draw."""
    found = (
        select(
            Attempt.person_id,
            Attempt.category_slug,
            Attempt.is_held_out,
            Incident.requester_id,
            Incident.category,
            Incident.state,
            Incident.created_at,
            Incident.resolved_at,
        )
        .join(Incident, Attempt.incident_id == Incident.id)
        .where(Attempt.hold_out_id == hold_out.id, Attempt.person_id.is_not(None))
        .order_by(Attempt.created_at, Attempt.id)
    )
    first: dict[tuple[int | None, str], _First] = {}
    for person_id, topic, *read in db.session.execute(found):
        first.setdefault((person_id, topic), _First._make(read))
    return list(first.values())


def _followed(hold_out: HoldOut) -> dict[tuple[int, str], list[_Followed]]:
    """The reports of the people in this draw, as long as any of them is followed, at which support worked.

    By person and topic.
    """
    people = select(Attempt.person_id).where(Attempt.hold_out_id == hold_out.id)
    since, until = hold_out.started_at - LASTS_FOR, (hold_out.ended_at or clock.now()) + LASTS_FOR
    found = (
        select(Incident.requester_id, Incident.category, Incident.created_at, func.min(Entry.created_at))
        .join(Entry, Entry.incident_id == Incident.id)
        .where(Incident.requester_id.in_(people), Incident.created_at.between(since, until))
        .where(Entry.event.in_(SUPPORT_WORK), Entry.author_id != Incident.requester_id)
        .group_by(Incident.id)
    )
    followed: dict[tuple[int, str], list[_Followed]] = defaultdict(list)
    for person_id, topic, created_at, worked_at in db.session.execute(found):
        followed[person_id, topic].append(_Followed(created_at, worked_at))
    return followed


def _case(one: _First, followed: dict[tuple[int, str], list[_Followed]]) -> Case:
    since, until = one.created_at, one.created_at + LASTS_FOR
    resolved = one.resolved_at if one.state in {State.RESOLVED, State.CLOSED} else None
    in_time = resolved if resolved is not None and resolved <= until else None
    same_topic: Sequence[_Followed] = followed.get((one.requester_id, one.topic), [])
    was_worked_on = any(
        since <= other.created_at <= until and other.worked_at <= until for other in same_topic
    )
    return Case(
        is_held_out=one.is_held_out,
        needed_no_support=in_time is not None and not was_worked_on,
        minutes=(in_time - since).total_seconds() / 60 if in_time is not None else None,
    )
