"""The desk's own part: link what comes in, and reopen a cured problem whose fault is back."""

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firstline import clock, jobs
from firstline.app import settings_of
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.models import Incident
from incidents.problems import matching
from incidents.problems.models import Happening, Link, Problem, Standing
from incidents.problems.table import move, tell
from knowledge_base.embedding import try_report_encoder

WATCH_FOR = timedelta(days=60)
"""So long a cured problem is watched; quiet until then, it closes."""
BACK_AFTER_PEOPLE = 2
"""One report after the cure may be a leftover or a mistake; two people have the fault."""
WATCHED = (Standing.INVESTIGATED, Standing.KNOWN_ERROR, Standing.FIXED)


@dataclass(frozen=True)
class _Look:
    """What a sweep found for one problem: how far it read, and which incidents are its."""

    read_to_id: int
    incident_ids: list[int]


@jobs.sweep(every_s=30)
def follow() -> None:
    """Look at new incidents for every problem that is open or watched, then judge the cured ones."""
    watched = select(Problem.id).where(Problem.standing.in_(WATCHED)).order_by(Problem.id)
    for problem_id in db.session.scalars(watched).all():
        look = _look(problem_id)
        if look is not None:
            _take_in(problem_id, look)
    judge()


def judge() -> None:
    """Reopen cured problems that came back, close those that stayed quiet long enough."""
    cured = select(Problem.id).where(Problem.standing == Standing.FIXED).order_by(Problem.id)
    for problem_id in db.session.scalars(cured).all():
        with write() as session:
            problem = session.get_one(Problem, problem_id, with_for_update=True)
            if problem.standing == Standing.FIXED:
                _judge(session, problem)


def since_the_cure(session: Session, problem: Problem) -> int:
    """How many people reported the fault again after it was cured."""
    if problem.fixed_at is None:
        return 0
    again = (
        select(func.count(func.distinct(Incident.requester_id)))
        .join(Link, Link.incident_id == Incident.id)
        .where(Link.problem_id == problem.id, Incident.created_at > problem.fixed_at)
    )
    return session.scalar(again) or 0


def _look(problem_id: int) -> _Look | None:
    """Read and compare outside any transaction: the sentence model takes its time."""
    session = db.session()
    problem = session.get(Problem, problem_id)
    fresh = matching.unseen(session, problem) if problem else []
    if problem is None or not fresh:
        return None
    candidates = [(one.id, _words(one), one.article_id) for one in fresh]
    known = [_words(one) for one in matching.known(session, problem)]
    article_id = problem.article_id
    session.rollback()
    encoder, _why_not = try_report_encoder(settings_of(current_app).model_dir)
    found = matching.are_its(candidates, known, article_id, encoder)
    return _Look(candidates[-1][0], found)


def _take_in(problem_id: int, look: _Look) -> None:
    with write() as session:
        problem = session.get_one(Problem, problem_id, with_for_update=True)
        problem.matched_to_id = max(problem.matched_to_id, look.read_to_id)
        fresh = [one for one in look.incident_ids if session.get(Link, one) is None]
        for incident_id in fresh:
            session.add(Link(incident_id=incident_id, problem_id=problem_id))
        if fresh:
            tell(session, problem, Happening.LINKED, by=None, facts={"incidents": fresh})


def _judge(session: Session, problem: Problem) -> None:
    people = since_the_cure(session, problem)
    if people >= BACK_AFTER_PEOPLE:
        note = _("%(people)s people reported it again after the fix.", people=people)
        move(session, problem, Standing.INVESTIGATED, by=None, note=note)
    elif not people and problem.fixed_at and problem.fixed_at < clock.now() - WATCH_FOR:
        note = _("Nobody reported it again in %(days)s days.", days=WATCH_FOR.days)
        move(session, problem, Standing.CLOSED, by=None, note=note)


def _words(incident: Incident) -> str:
    return f"{incident.title}\n{incident.description}"
