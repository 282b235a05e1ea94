"""A known error is an article like any other, so every channel that suggests fixes suggests it."""

from sqlalchemy.orm import Session

from incidents.people import Person
from incidents.problems.models import Problem
from knowledge_base import articles
from knowledge_base.articles import Draft
from knowledge_base.contents import says_the_same
from knowledge_base.models import State


def publish(session: Session, problem: Problem, *, by: Person | None) -> None:
    """Let the workaround be found and offered; the caller nudges the index after the commit."""
    draft, editor_id = _draft(problem), by.id if by else None
    if problem.article is None:
        problem.article = articles.add(session, draft, author_id=editor_id)
        session.flush()
    elif not says_the_same(problem.article, draft):
        articles.revise(session, problem.article, draft, editor_id=editor_id)
    articles.lead(session, problem.article, State.PUBLISHED)


def withdraw(session: Session, problem: Problem) -> None:
    """Stop offering it; what people read stays at its address with a word that it is over."""
    if problem.article is not None and problem.article.state == State.PUBLISHED:
        articles.lead(session, problem.article, State.WITHDRAWN)


def _draft(problem: Problem) -> Draft:
    return Draft(
        title=problem.title,
        body=problem.workaround,
        symptoms=problem.symptoms,
        cause=problem.root_cause,
        is_workaround=True,
        category=problem.category or None,
        service=problem.service.slug if problem.service else None,
        owner_id=problem.owner_id,
    )
