"""What people do with problems: open, describe, link, lead on, merge."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.jobs import nudge
from incidents.errors import Conflict, Invalid, NotFound
from incidents.models import TITLE_LENGTH, Incident
from incidents.people import Person
from incidents.policy import Action, require
from incidents.problems import known_errors, matching
from incidents.problems.models import Happening, Link, NotThis, Problem, Standing, id_of
from incidents.problems.table import move, tell
from incidents.services import Service
from knowledge_base.articles import INDEX_JOB
from knowledge_base.errors import ArticleError
from knowledge_base.models import Category

LISTED = 200
MOST_WORDS = 20_000
TEXTS = ("symptoms", "root_cause", "workaround", "permanent_fix")


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What is known of a problem. `service` and `category` are slugs, `owner_id` who answers for it."""

    title: str
    symptoms: str = ""
    root_cause: str = ""
    workaround: str = ""
    permanent_fix: str = ""
    category: str = ""
    service: str = ""
    owner_id: int | None = None


def find(person: Person, number: str) -> Problem:
    """The problem with this number; a merged one leads to the one it was merged into."""
    require(person, Action.SEE_QUEUE)
    return survivor(_found(db.session(), number))


def listed(person: Person, standing: Standing | None = None) -> Sequence[Problem]:
    """Problems, those still to be cured first, then by what happened last."""
    require(person, Action.SEE_QUEUE)
    wanted = select(Problem).options(
        joinedload(Problem.service), joinedload(Problem.owner), selectinload(Problem.links)
    )
    if standing is None:
        wanted = wanted.where(Problem.standing != Standing.MERGED)
    else:
        wanted = wanted.where(Problem.standing == standing)
    cured = Problem.standing.in_([Standing.FIXED, Standing.CLOSED])
    return db.session.scalars(
        wanted.order_by(cured, Problem.updated_at.desc(), Problem.id.desc()).limit(LISTED)
    ).all()


def open_problem(findings: Findings, *, incident_ids: Collection[int] = (), by: Person) -> Problem:
    """Begin to look for the cause of these incidents; raises `Invalid` or `Conflict`."""
    require(by, Action.SEE_QUEUE)
    with _knowledge_refused(), write() as session:
        problem = Problem(title="", owner=by)
        session.add(problem)
        _fill(session, problem, findings)
        session.flush()
        problem.matched_to_id = matching.newest_incident(session)
        tell(session, problem, Happening.OPENED, by=by)
        for incident_id in sorted(incident_ids):
            _link(session, problem, incident_id, by=by)
    return problem


def save(number: str, findings: Findings, *, by: Person, seen: int) -> Problem:
    """Replace what is known; a known error says the new words at once. `seen` is the version read."""
    require(by, Action.SEE_QUEUE)
    with _changing(number, seen) as (session, problem):
        _fill(session, problem, findings)
        if problem.standing == Standing.KNOWN_ERROR:
            _require_workaround(problem)
            known_errors.publish(session, problem, by=by)
        tell(session, problem, Happening.CHANGED, by=by)
    return problem


def lead_on(number: str, to: Standing, *, by: Person, note: str = "", seen: int | None = None) -> Problem:
    """Make it a known error, cured, closed, or open again.

    What everybody will be offered is published only by those who may write articles.
    """
    require(by, Action.WRITE_ARTICLES if to == Standing.KNOWN_ERROR else Action.SEE_QUEUE)
    with _changing(number, seen) as (session, problem):
        move(session, problem, to, by=by, note=note.strip())
    return problem


def link(number: str, incident_id: int, *, by: Person) -> Problem:
    """Say that this incident comes from the problem."""
    require(by, Action.SEE_QUEUE)
    with _changing(number) as (session, problem):
        _link(session, problem, incident_id, by=by)
    return problem


def unlink(number: str, incident_id: int, *, by: Person) -> Problem:
    """Take the word back; likeness will not link the two again."""
    require(by, Action.SEE_QUEUE)
    with _changing(number) as (session, problem):
        held = session.get(Link, incident_id)
        if held is None or held.problem_id != problem.id:
            raise Conflict(_("This incident is not linked to the problem any more."))
        session.delete(held)
        session.merge(NotThis(problem_id=problem.id, incident_id=incident_id))
        tell(session, problem, Happening.UNLINKED, by=by, facts={"incidents": [incident_id]})
    return problem


def merge(number: str, into: str, *, by: Person) -> Problem:
    """Two problems turn out to be one: the other keeps the incidents of both. Returns the survivor."""
    require(by, Action.SEE_QUEUE)
    with _changing(number) as (session, problem):
        other = survivor(_found(session, into))
        if other.id == problem.id:
            raise Invalid(
                _("A problem cannot be merged with itself. Give the number of another."), field="into"
            )
        for held in list(problem.links):
            held.problem_id = other.id
        known_errors.withdraw(session, problem)
        problem.standing, problem.merged_into_id = Standing.MERGED, other.id
        tell(session, problem, Happening.MERGED, by=by, facts={"into": other.number})
        tell(session, other, Happening.MERGED, by=by, facts={"from": problem.number})
    return other


def survivor(problem: Problem) -> Problem:
    """The problem itself, or the one that stands for it since a merge."""
    while problem.merged_into_id is not None:
        problem = db.session.get_one(Problem, problem.merged_into_id)
    return problem


def problem_of(incident: Incident) -> Problem | None:
    """The problem this incident comes from, as far as we know."""
    held = db.session.get(Link, incident.id)
    return held.problem if held else None


@contextmanager
def _changing(number: str, seen: int | None = None) -> Iterator[tuple[Session, Problem]]:
    """The problem inside a write transaction in which nobody else changes it."""
    with _knowledge_refused(), write() as session:
        problem = _found(session, number, locked=True)
        if problem.standing == Standing.MERGED:
            raise Conflict(_("It was merged meanwhile into %(number)s.", number=survivor(problem).number))
        if seen is not None and seen != problem.version:
            raise Conflict(
                _("Somebody changed this problem while you were at it. Look at what is new first.")
            )
        yield session, problem
    nudge(INDEX_JOB)


@contextmanager
def _knowledge_refused() -> Iterator[None]:
    """What the knowledge base refuses, as a refusal of ours: the fields have other names there."""
    try:
        yield
    except ArticleError as error:
        field = {"body": "workaround", "cause": "root_cause"}.get(error.field or "", error.field)
        raise Invalid(str(error), field=field) from error


def _found(session: Session, number: str, *, locked: bool = False) -> Problem:
    problem_id = id_of(number)
    problem = session.get(Problem, problem_id, with_for_update=locked or None) if problem_id else None
    if problem is None:
        raise NotFound(_("There is no such problem. Check the number."))
    return problem


def _fill(session: Session, problem: Problem, findings: Findings) -> None:
    if not findings.title.strip():
        raise Invalid(_("Say in a few words what goes wrong."), field="title")
    problem.title = findings.title.strip()[:TITLE_LENGTH]
    for name in TEXTS:
        words = getattr(findings, name).strip()
        if len(words) > MOST_WORDS:
            raise Invalid(_("Shorten this to %(most)s characters.", most=MOST_WORDS), field=name)
        setattr(problem, name, words)
    problem.service = _service(session, findings.service)
    problem.category = findings.category if session.get(Category, findings.category) else ""
    problem.owner = _owner(session, findings.owner_id) or problem.owner


def _service(session: Session, slug: str) -> Service | None:
    found = session.scalar(select(Service).where(Service.slug == slug)) if slug else None
    if slug and found is None:
        raise Invalid(_("There is no such service. Choose one of the list."), field="service")
    return found


def _owner(session: Session, owner_id: int | None) -> Person | None:
    found = session.get(Person, owner_id) if owner_id else None
    if owner_id and (found is None or not found.is_support):
        raise Invalid(_("Choose somebody of support as the owner."), field="owner")
    return found


def _require_workaround(problem: Problem) -> None:
    if not problem.workaround:
        raise Invalid(
            _("People are offered this workaround: it cannot be empty while it is a known error."),
            field="workaround",
        )


def _link(session: Session, problem: Problem, incident_id: int, *, by: Person) -> None:
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFound(_("There is no such incident. Check the number."))
    held = session.get(Link, incident_id)
    if held is not None and held.problem_id == problem.id:
        return
    if held is not None:
        raise Conflict(
            _("%(number)s belongs to %(other)s already.", number=incident.number, other=held.problem.number)
        )
    denied = session.get(NotThis, (problem.id, incident_id))
    if denied is not None:
        session.delete(denied)
    session.add(Link(incident_id=incident_id, problem_id=problem.id, linked_by_id=by.id))
    tell(session, problem, Happening.LINKED, by=by, facts={"incidents": [incident_id]})
