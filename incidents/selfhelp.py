"""Tier 0: known fixes for an incident, offered once, and what the person says of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents import offering, routing, triage
from incidents.conversation import requester_says
from incidents.errors import Conflict, Invalid
from incidents.lifecycle import Change, apply, locked
from incidents.models import Channel, Event, Incident, Resolution, State
from incidents.people import Person
from incidents.policy import Action, require
from incidents.timeline import record
from knowledge_base import outcomes, suggest, text
from knowledge_base.models import Article, Attempt, Offer

_TRIED = (
    select(Attempt.incident_id, func.count(), func.count().filter(Offer.helped.is_(False)))
    .join(Offer)
    .where(Attempt.incident_id.in_(bindparam("incident_ids", expanding=True)), Attempt.is_held_out.is_(False))
    .group_by(Attempt.incident_id)
)


@dataclass(frozen=True, kw_only=True)
class Fix:
    """A known fix as it was offered for an incident. `helped` is None until the person said."""

    article_id: int
    slug: str
    title: str
    summary: str
    steps: tuple[str, ...]
    score: float
    helped: bool | None


@dataclass(frozen=True)
class Tried:
    """How many fixes a person was offered, and how many they said did not help."""

    offered: int
    failed: int


def offer_fixes(incident_id: int) -> list[Fix]:
    """Find fixes for an incident and record what is offered; asked again, it tells the same.

    Without a fitting fix a waiting incident goes to its team at once; so does one that a lot holds out.
    """
    offering.offer(incident_id)
    return fixes_of(incident_id)


def fixes_of(incident_id: int) -> list[Fix]:
    """What was offered for this incident, in order, without searching."""
    return [_as_fix(offer) for offer in outcomes.offers_of(db.session(), incident_id)]


def was_held_out(incident_id: int) -> bool:
    """Whether a lot sent this incident straight to support, though there were fixes."""
    return any(attempt.is_held_out for attempt in outcomes.attempts_of(db.session(), incident_id))


def show_fixes(
    person: Person, words: str, found: Sequence[suggest.Suggestion], *, channel: Channel
) -> int | None:
    """Record fixes shown to somebody who asked and reported nothing; returns the attempt, if any."""
    if not found:
        return None
    category = triage.classify(title="", text=words).category
    with write() as session:
        return outcomes.record_question(
            session, found, words=words, channel=channel, person_id=person.id, category=category
        ).id


def answer_question(person: Person, words: str, *, solved: bool, article_id: int | None = None) -> None:
    """The person says whether the fixes they were shown for these words helped.

    Where only one was shown, it is the one. Without such a question nothing happens.
    """
    with write() as session:
        asked = outcomes.find_question(session, person_id=person.id, words=words)
        if asked is None:
            return
        if solved:
            only = asked.offers[0].article_id if len(asked.offers) == 1 else None
            outcomes.credit_attempt(session, asked, article_id=article_id or only)
        else:
            outcomes.went_on_attempt(session, asked)


def tried_counts(incident_ids: Sequence[int]) -> dict[int, Tried]:
    """What came of the fixes of many incidents at once; none offered, none named."""
    rows = db.session.execute(_TRIED, {"incident_ids": incident_ids})
    return {number: Tried(offered, failed) for number, offered, failed in rows if number is not None}


def tell_outcome(
    incident_id: int, *, by: Person, solved: bool, article_id: int | None = None, note: str = ""
) -> None:
    """The person says whether it is solved: resolves as self-service, or routes now.

    Works from every open state; saying the same again changes nothing.
    """
    with locked(incident_id) as (session, incident):
        require(by, Action.TELL_OUTCOME, incident)
        if solved and incident.state in {State.RESOLVED, State.CLOSED}:
            return
        if incident.state == State.MERGED:
            words = _("It is solved for me.") if solved else _("It is not solved for me.")
            requester_says(session, incident, by, note or words, Channel(incident.channel), ())
            return
        if not incident.is_open and not (not solved and incident.state == State.RESOLVED):
            raise Conflict(
                _("%(number)s is %(state)s already.", number=incident.number, state=incident.state)
            )
        if solved:
            _check_article(session, article_id)
            wanted = Change(
                to=State.RESOLVED, resolution=Resolution.SELF_SERVICE, article_id=article_id, note=note
            )
            apply(session, incident, wanted, by=by)
        else:
            go_on(session, incident, by, note)


def go_on(session: Session, incident: Incident, by: Person, note: str) -> None:
    """Still not solved: what was offered did not help, and support has it now."""
    if incident.state == State.RESOLVED:
        apply(session, incident, Change(to=State.QUEUED, note=note), by=by)
        return
    outcomes.went_on(session, incident.id)
    if incident.state == State.OFFERED:
        record(session, incident, Event.NOT_SOLVED, author=by, text=note)
        because = _("The known fixes did not help") if incident.suggested_at else _("Asked for support")
        routing.route(session, incident, because=because)
    elif note.strip():
        record(session, incident, Event.COMMENTED, author=by, text=note)


def _check_article(session: Session, article_id: int | None) -> None:
    if article_id is not None and session.get(Article, article_id) is None:
        raise Invalid(
            _("There is no such article. Leave it out, or choose one that was offered."), field="article"
        )


def _as_fix(offer: Offer) -> Fix:
    article = offer.article
    return Fix(
        article_id=article.id,
        slug=article.slug,
        title=article.title,
        summary=article.summary,
        steps=text.steps(article.body),
        score=offer.score,
        helped=offer.helped,
    )


def route_expired() -> int:
    """Silence is never a resolution: route what nobody answered within the self-help time."""
    now = clock.now()
    expired = select(Incident.id).where(Incident.state == State.OFFERED, Incident.offered_until < now)
    ids = db.session.scalars(expired.limit(200)).all()
    for incident_id in ids:
        with write() as session:
            incident = session.scalar(
                select(Incident).where(Incident.id == incident_id).with_for_update(of=Incident)
            )
            if incident is not None and incident.state == State.OFFERED:
                routing.route(session, incident, because=_("No answer within the self-help time"))
    return len(ids)
