"""What was offered and what came of it.

Every function works inside the caller's `write()` session: the incident's change and the
outcome of its offers are one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, joinedload

from firstline import clock
from knowledge_base.models import Article, Attempt, AttemptOutcome, Offer
from knowledge_base.suggest import Suggestion

WORDS_KEPT = 10_000
ATTEMPTS = select(Attempt).where(Attempt.incident_id == bindparam("incident_id")).order_by(Attempt.id)
OFFERED = ATTEMPTS.options(joinedload(Attempt.offers).joinedload(Offer.article))
"""With the fixes that were shown; made once, for to put them together takes as long as to ask them."""
GIVEN_UP_AFTER = timedelta(hours=72)
"""Who was shown fixes and neither answered nor reported within this has left."""


def record_attempt(
    session: Session,
    suggestions: Sequence[Suggestion],
    *,
    words: str,
    channel: str,
    person_id: int | None = None,
    incident_id: int | None = None,
    category: str = "",
    hold_out_id: int | None = None,
    is_held_out: bool = False,
) -> Attempt:
    """Keep what somebody described and which fixes were shown, none included; written with what comes next.

    With `is_held_out` they were found and not shown: nothing is counted as offered, and the person
    went on to support.
    """
    attempt = Attempt(
        words=words[:WORDS_KEPT],
        channel=channel,
        person_id=person_id,
        incident_id=incident_id,
        category_slug=category,
        hold_out_id=hold_out_id,
        is_held_out=is_held_out,
        outcome=AttemptOutcome.NONE,
        created_at=clock.now(),
    )
    session.add(attempt)
    _add_offers(session, attempt, suggestions)
    if is_held_out:
        _decide(attempt, AttemptOutcome.WENT_ON)
    return attempt


def record_question(
    session: Session,
    suggestions: Sequence[Suggestion],
    *,
    words: str,
    channel: str,
    person_id: int,
    category: str = "",
) -> Attempt:
    """Keep fixes shown to somebody who has reported nothing; the same words again are the same attempt.

    It has its number then.
    """
    known = find_question(session, person_id=person_id, words=words)
    if known is None:
        known = record_attempt(
            session, suggestions, words=words, channel=channel, person_id=person_id, category=category
        )
    else:
        show_more(session, known, suggestions)
    session.flush()
    return known


def find_question(session: Session, *, person_id: int, words: str) -> Attempt | None:
    """What this person was shown lately for these very words, without having reported it."""
    lately = select(Attempt).where(
        Attempt.person_id == person_id,
        Attempt.incident_id.is_(None),
        Attempt.created_at > clock.now() - GIVEN_UP_AFTER,
        Attempt.outcome.in_([AttemptOutcome.NONE, AttemptOutcome.WENT_ON]),
    )
    same = _plain(words[:WORDS_KEPT])
    asked = session.scalars(lately.order_by(Attempt.id.desc()))
    return next((attempt for attempt in asked if _plain(attempt.words) == same), None)


def show_more(session: Session, attempt: Attempt, suggestions: Sequence[Suggestion]) -> int:
    """Add what the attempt was not shown yet, and say how many that is."""
    shown = {offer.article_id for offer in attempt.offers}
    fresh = [suggestion for suggestion in suggestions if suggestion.article_id not in shown]
    _add_offers(session, attempt, fresh)
    return len(fresh)


def attach(session: Session, attempt_id: int, *, incident_id: int) -> None:
    """The attempt became an incident; one that already belongs to another stays there."""
    session.execute(
        update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.incident_id.is_(None))
        .values(incident_id=incident_id)
    )


def adopt(session: Session, *, person_id: int, words: str, incident_id: int) -> None:
    """What this person was shown for these very words belongs to the incident they now report."""
    asked = find_question(session, person_id=person_id, words=words)
    if asked is not None:
        attach(session, asked.id, incident_id=incident_id)


def settle(session: Session, incident_id: int, *, article_id: int | None, said_so: bool) -> None:
    """Resolved without support: by the fixes if one is named, or else if the person `said_so` in time.

    In time means before support took it up; afterwards it is not known what helped.
    """
    if article_id is not None or said_so:
        credit(session, incident_id, article_id=article_id)
    else:
        went_on(session, incident_id, article_ids=())


def credit(session: Session, incident_id: int, *, article_id: int | None = None) -> None:
    """The person said it is solved: by this article, or without saying by which."""
    for attempt in attempts_of(session, incident_id):
        credit_attempt(session, attempt, article_id=article_id)


def credit_attempt(session: Session, attempt: Attempt, *, article_id: int | None = None) -> None:
    """As `credit`, for an attempt that has no incident. Saying it twice counts once, and dates it once."""
    if attempt.outcome != AttemptOutcome.SOLVED_SAID:
        _decide(attempt, AttemptOutcome.SOLVED_SAID)
    for offer in _shown(attempt):
        if offer.article_id == article_id:
            _say(session, offer, helped=True)


def went_on(session: Session, incident_id: int, *, article_ids: Iterable[int] | None = None) -> None:
    """The person still needs help: these articles, or all that were offered, did not help."""
    for attempt in attempts_of(session, incident_id):
        went_on_attempt(session, attempt, article_ids=article_ids)


def went_on_attempt(session: Session, attempt: Attempt, *, article_ids: Iterable[int] | None = None) -> None:
    """As `went_on`, for an attempt that has no incident. The first time it was said is kept."""
    if attempt.outcome != AttemptOutcome.WENT_ON:
        _decide(attempt, AttemptOutcome.WENT_ON)
    failed = None if article_ids is None else set(article_ids)
    for offer in _shown(attempt):
        if failed is None or offer.article_id in failed:
            _say(session, offer, helped=False)


def did_not_help(session: Session, incident_id: int, *, article_id: int) -> None:
    """This one fix did not help; the person has not decided about the rest yet."""
    for offer in offers_of(session, incident_id):
        if offer.article_id == article_id:
            _say(session, offer, helped=False)


def reopen(attempt: Attempt) -> None:
    """More was shown: what comes of the attempt is open again."""
    attempt.outcome, attempt.decided_at = AttemptOutcome.NONE, None


def abandon(session: Session, incident_id: int) -> None:
    """The person took the report back without a word about the fixes; said outcomes stay."""
    for attempt in attempts_of(session, incident_id):
        if attempt.outcome == AttemptOutcome.NONE:
            _decide(attempt, AttemptOutcome.ABANDONED)


def offers_of(session: Session, incident_id: int) -> list[Offer]:
    """Every offer made for an incident, in the order it was made; what a lot held back was none."""
    attempts = session.scalars(OFFERED, {"incident_id": incident_id}).unique()
    return [offer for attempt in attempts for offer in _shown(attempt)]


def attempts_of(session: Session, incident_id: int) -> Sequence[Attempt]:
    """The attempts of an incident, oldest first; almost always one."""
    return session.scalars(ATTEMPTS, {"incident_id": incident_id}).all()


def attempts_of_each(session: Session, incident_ids: Sequence[int]) -> Mapping[int, Sequence[Attempt]]:
    """As `attempts_of` for many at once, by the number of the incident; those without any are left out."""
    asked = select(Attempt).where(Attempt.incident_id.in_(incident_ids)).order_by(Attempt.id)
    found: dict[int, list[Attempt]] = {}
    for attempt in session.scalars(asked):
        found.setdefault(attempt.incident_id or 0, []).append(attempt)
    return found


def _shown(attempt: Attempt) -> Sequence[Offer]:
    return [] if attempt.is_held_out else attempt.offers


def _add_offers(session: Session, attempt: Attempt, suggestions: Sequence[Suggestion]) -> None:
    first = len(attempt.offers) + 1
    attempt.offers += [
        Offer(article_id=found.article_id, rank=rank, score=found.score)
        for rank, found in enumerate(suggestions, start=first)
    ]
    if suggestions and not attempt.is_held_out:
        # What else is to be written goes with what comes next, in one flush.
        with session.no_autoflush:
            session.execute(_counted(Article.offered_count, [found.article_id for found in suggestions]))


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()


def _decide(attempt: Attempt, outcome: AttemptOutcome) -> None:
    attempt.outcome = outcome
    attempt.decided_at = clock.now()
    attempt.followed_at = attempt.came_back_at = None


def _say(session: Session, offer: Offer, *, helped: bool) -> None:
    """Count what the person says of one fix, in place of what they said before."""
    columns = {True: Article.helped_count, False: Article.failed_count}
    if offer.helped == helped:
        return
    if offer.helped is not None:
        session.execute(_counted(columns[offer.helped], [offer.article_id], by=-1))
    session.execute(_counted(columns[helped], [offer.article_id]))
    offer.helped = helped


def _counted(column, article_ids: Sequence[int], *, by: int = 1):  # type: ignore[no-untyped-def]
    return update(Article).where(Article.id.in_(article_ids)).values({column: column + by})
