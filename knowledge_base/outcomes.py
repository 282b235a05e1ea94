"""What was offered and what came of it.

Every function works inside the caller's `write()` session: the incident's change and the
outcome of its offers are one transaction.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firstline import clock
from knowledge_base.models import Article, Attempt, AttemptOutcome, Offer
from knowledge_base.suggest import Suggestion

WORDS_KEPT = 10_000


def record_attempt(
    session: Session,
    suggestions: Sequence[Suggestion],
    *,
    words: str,
    channel: str,
    person_id: int | None = None,
    incident_id: int | None = None,
) -> Attempt:
    """Keep what somebody described and which fixes were shown, none included."""
    attempt = Attempt(
        words=words[:WORDS_KEPT],
        channel=channel,
        person_id=person_id,
        incident_id=incident_id,
        created_at=clock.now(),
    )
    attempt.offers = [
        Offer(article_id=shown.article_id, rank=rank, score=shown.score)
        for rank, shown in enumerate(suggestions, start=1)
    ]
    session.add(attempt)
    session.execute(_counted(Article.offered_count, [shown.article_id for shown in suggestions]))
    session.flush()
    return attempt


def attach(session: Session, attempt_id: int, *, incident_id: int) -> None:
    """The attempt became an incident; one that already belongs to another stays there."""
    session.execute(
        update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.incident_id.is_(None))
        .values(incident_id=incident_id)
    )


def credit(session: Session, incident_id: int, *, article_id: int | None = None) -> None:
    """The person said it is solved: by this article, or without saying by which."""
    for attempt in _attempts(session, incident_id):
        credit_attempt(session, attempt, article_id=article_id)


def credit_attempt(session: Session, attempt: Attempt, *, article_id: int | None = None) -> None:
    """As `credit`, for an attempt that has no incident. Saying it twice counts once."""
    _decide(attempt, AttemptOutcome.SOLVED_SAID)
    for offer in attempt.offers:
        if offer.article_id == article_id and not offer.helped:
            offer.helped = True
            session.execute(_counted(Article.helped_count, [offer.article_id]))


def went_on(session: Session, incident_id: int, *, article_ids: Iterable[int] | None = None) -> None:
    """The person still needs help: these articles, or all that were offered, did not help."""
    for attempt in _attempts(session, incident_id):
        went_on_attempt(session, attempt, article_ids=article_ids)


def went_on_attempt(session: Session, attempt: Attempt, *, article_ids: Iterable[int] | None = None) -> None:
    """As `went_on`, for an attempt that has no incident."""
    _decide(attempt, AttemptOutcome.WENT_ON)
    failed = None if article_ids is None else set(article_ids)
    for offer in attempt.offers:
        if failed is None or offer.article_id in failed:
            _uncredit(session, offer)
            offer.helped = False


def did_not_help(session: Session, incident_id: int, *, article_id: int) -> None:
    """This one fix did not help; the person has not decided about the rest yet."""
    for attempt in _attempts(session, incident_id):
        for offer in attempt.offers:
            if offer.article_id == article_id:
                _uncredit(session, offer)
                offer.helped = False


def offers_of(session: Session, incident_id: int) -> list[Offer]:
    """Every offer made for an incident, in the order it was made."""
    return [offer for attempt in _attempts(session, incident_id) for offer in attempt.offers]


def _attempts(session: Session, incident_id: int) -> Sequence[Attempt]:
    return session.scalars(
        select(Attempt).where(Attempt.incident_id == incident_id).order_by(Attempt.id)
    ).all()


def _decide(attempt: Attempt, outcome: AttemptOutcome) -> None:
    attempt.outcome = outcome
    attempt.decided_at = clock.now()


def _uncredit(session: Session, offer: Offer) -> None:
    if offer.helped:
        session.execute(_counted(Article.helped_count, [offer.article_id], by=-1))


def _counted(column, article_ids: Sequence[int], *, by: int = 1):  # type: ignore[no-untyped-def]
    return update(Article).where(Article.id.in_(article_ids)).values({column: column + by})
