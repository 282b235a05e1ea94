"""Which new incidents are a problem's: its fix was credited, or they read like those we know are its."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from incidents import duplicates
from incidents.models import Incident, State
from incidents.problems.models import Link, NotThis, Problem
from knowledge_base.embedding import Encoder

COMPARED = 8
"""The newest linked incidents that speak for the problem."""
AT_ONCE = 100
"""Incidents looked at in one sweep; the next goes on behind them."""


def newest_incident(session: Session) -> int:
    """The id of the newest incident there is, 0 without any."""
    return session.scalar(select(func.max(Incident.id))) or 0


def unseen(session: Session, problem: Problem) -> Sequence[Incident]:
    """Incidents since the problem was last looked at that may be its, oldest first."""
    linked = select(Link.incident_id).where(Link.incident_id == Incident.id).exists()
    denied = select(NotThis).where(
        NotThis.incident_id == Incident.id, NotThis.problem_id == problem.id
    ).exists()  # fmt: skip
    found = select(Incident).where(
        Incident.id > problem.matched_to_id, Incident.state != State.MERGED, ~linked, ~denied
    )
    if problem.service_id is not None:
        found = found.where(or_(Incident.service_id == problem.service_id, Incident.service_id.is_(None)))
    return session.scalars(found.order_by(Incident.id).limit(AT_ONCE)).all()


def known(session: Session, problem: Problem) -> Sequence[Incident]:
    """The newest incidents of which a person said that they are the problem's."""
    said = (
        select(Incident)
        .join(Link, Link.incident_id == Incident.id)
        .where(Link.problem_id == problem.id, Link.linked_by_id.is_not(None))
    )
    return session.scalars(said.order_by(Incident.id.desc()).limit(COMPARED)).all()


def are_its(
    candidates: Sequence[tuple[int, str, int | None]],
    known_texts: Sequence[str],
    article_id: int | None,
    encoder: Encoder | None,
) -> list[int]:
    """Of candidates (id, words, article that solved it) those that are the problem's.

    The likeness bar is that at which two reports are joined: a wrong link reopens a cured problem.
    """
    credited = {one for one, _words, solved_by in candidates if article_id and solved_by == article_id}
    pairs = [(words, text) for _one, words, _by in candidates for text in known_texts]
    likenesses = duplicates.likenesses(pairs, encoder) if pairs else []
    alike = {
        one
        for place, (one, _words, _by) in enumerate(candidates)
        if _is_alike(likenesses[place * len(known_texts) : (place + 1) * len(known_texts)], encoder)
    }
    return sorted(credited | alike)


def _is_alike(likenesses: Sequence[float], encoder: Encoder | None) -> bool:
    return any(duplicates.proposes_join(one, by_words_only=encoder is None) for one in likenesses)
