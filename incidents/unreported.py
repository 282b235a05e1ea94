"""A fix that somebody opened without having reported anything, and what they say of it."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db, write
from incidents import selfhelp, triage
from incidents.models import OPEN, Channel, Incident
from incidents.people import Person
from knowledge_base import outcomes, suggest
from knowledge_base.models import Article, Attempt, AttemptOutcome, Audience
from knowledge_base.suggest import Suggestion
from knowledge_base.words import normalise


def answer(person: Person, words: str, article: Article, *, solved: bool) -> Incident | None:
    """Record that this fix solved what the words describe, or did not; the last word counts, and once.

    Returns the open incident that these words became meanwhile, if they did: “solved” resolves it.
    """
    told = words.replace("\0", " ").strip()
    shown = _shown(told, article)
    category = triage.classify(title="", text=told).category
    article_id, person_id = article.id, person.id
    with write() as session:
        # Two clicks at once: the second waits here and finds what the first recorded.
        session.get(Article, article_id, with_for_update=True)
        asked = _asked(session, person_id, told)
        if asked is None:
            asked = outcomes.record_attempt(
                session, shown, words=told, channel=Channel.PORTAL, person_id=person_id, category=category
            )
        if asked.incident_id is None:
            outcomes.show_more(session, asked, shown)
            _decide(session, asked, article_id, solved=solved)
        incident_id = asked.incident_id
    return _reported(person, incident_id, article_id, solved=solved)


def is_solved(person: Person, words: str, article: Article) -> bool:
    """Whether this person said that the article solved what these words describe."""
    asked = _asked(db.session(), person.id, words) if words.strip() else None
    if asked is None or asked.outcome != AttemptOutcome.SOLVED_SAID:
        return False
    return any(offer.helped for offer in asked.offers if offer.article_id == article.id)


def tried(person: Person, words: str) -> list[Article]:
    """The fixes of which this person said that they did not help against what these words describe."""
    asked = _asked(db.session(), person.id, words) if words.strip() else None
    return [offer.article for offer in asked.offers if offer.helped is False] if asked else []


def _asked(session: Session, person_id: int, words: str) -> Attempt | None:
    """The attempt of this person that began with these words, lately, and is not over otherwise."""
    lately = (
        select(Attempt)
        .outerjoin(Incident, Incident.id == Attempt.incident_id)
        .where(
            Attempt.person_id == person_id,
            Attempt.is_held_out.is_(False),
            Attempt.created_at > clock.now() - outcomes.GIVEN_UP_AFTER,
            or_(
                Attempt.incident_id.is_(None),
                Attempt.outcome == AttemptOutcome.SOLVED_SAID,
                Incident.state.in_(OPEN),
            ),
        )
    )
    same = normalise(words[: outcomes.WORDS_KEPT])
    asked = session.scalars(lately.order_by(Attempt.id.desc()))
    return next((attempt for attempt in asked if normalise(attempt.words) == same), None)


def _shown(words: str, article: Article) -> Sequence[Suggestion]:
    """What was offered while they typed, and the fix they opened, wherever they found it."""
    found = suggest.suggest(words, audience=Audience.EVERYONE)
    if article.id in {fix.article_id for fix in found}:
        return found
    opened = Suggestion(
        article_id=article.id, slug=article.slug, title=article.title, summary=article.summary, score=0.0
    )
    return [*found, opened]


def _decide(session: Session, asked: Attempt, article_id: int, *, solved: bool) -> None:
    if solved:
        outcomes.credit_attempt(session, asked, article_id=article_id)
    else:
        outcomes.went_on_attempt(session, asked, article_ids=[article_id])


def _reported(person: Person, incident_id: int | None, article_id: int, *, solved: bool) -> Incident | None:
    incident = db.session.get(Incident, incident_id) if incident_id is not None else None
    if incident is None or not incident.is_open:
        return None
    if solved:
        selfhelp.tell_outcome(incident.id, by=person, solved=True, article_id=article_id)
    return incident
