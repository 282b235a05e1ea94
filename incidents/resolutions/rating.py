"""Satisfaction: one click of the requester for each resolution, and a few words if they like."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.lifecycle import locked
from incidents.models import Channel, Entry, Event, Incident, State
from incidents.people import Person
from incidents.policy import Action, require
from incidents.resolutions.models import Rating, Score
from incidents.timeline import record

MOST_WORDS = 2_000
RATEABLE = frozenset({State.RESOLVED, State.CLOSED})


def rate(
    incident_id: int,
    score: Score,
    *,
    by: Person,
    channel: Channel,
    words: str = "",
    resolution_id: int | None = None,
) -> Rating:
    """Keep what the requester thinks of the present resolution; the same click again changes nothing.

    Words may follow the click. `resolution_id` is the resolution a link was about: raises `Conflict`
    when there has been another since, or the first word was a different one.
    """
    words = words.replace("\0", "").strip()
    if len(words) > MOST_WORDS:
        raise Invalid(_("Write at most %(most)s characters.", most=MOST_WORDS), field="words")
    with locked(incident_id) as (session, incident):
        require(by, Action.CONFIRM, incident)
        if incident.requester_id != by.id:
            raise NotAllowed(_("Only the one who reported it can say how it went."))
        current = _resolution_to_rate(session, incident, resolution_id)
        kept = session.scalar(select(Rating).where(Rating.resolution_id == current))
        if kept is None:
            kept = _new(session, incident, current, by, score, channel)
        elif kept.score != score:
            raise Conflict(_("You have told us already how this went. Thank you."))
        elif not words or kept.words:
            return kept
        kept.words = words
        _record(session, incident, kept)
        return kept


def of_incident(incident: Incident) -> Sequence[Rating]:
    """What was said of each resolution of this incident, the latest first."""
    found = select(Rating).where(Rating.incident_id == incident.id)
    return db.session.scalars(found.order_by(Rating.id.desc())).all()


def of_present(incident: Incident) -> Rating | None:
    """What was said of the resolution it has now."""
    if not may_be_rated(incident):
        return None
    present = resolution_of(db.session(), incident.id)
    said: Rating | None = db.session.scalar(select(Rating).where(Rating.resolution_id == present))
    return said


def may_be_rated(incident: Incident) -> bool:
    """Whether there is a resolution to speak of."""
    return incident.state in RATEABLE and incident.resolution is not None


def resolution_of(session: Session, incident_id: int) -> int | None:
    """The entry of the latest resolution."""
    latest: int | None = session.scalar(
        select(func.max(Entry.id)).where(Entry.incident_id == incident_id, Entry.event == Event.RESOLVED)
    )
    return latest


def latest(*, limit: int = 100) -> Sequence[tuple[Rating, Incident]]:
    """What was said lately, with its incident, for leads."""
    found = (
        select(Rating, Incident)
        .join(Incident, Incident.id == Rating.incident_id)
        .options(joinedload(Incident.team), joinedload(Incident.requester))
        .order_by(Rating.id.desc())
        .limit(limit)
    )
    return [(rating, incident) for rating, incident in db.session.execute(found)]


def counts(*, days: int) -> dict[Score, int]:
    """How often each score was given within these days."""
    from_ = clock.now() - timedelta(days=days)
    counted = select(Rating.score, func.count()).where(Rating.created_at >= from_).group_by(Rating.score)
    found = {row[0]: int(row[1]) for row in db.session.execute(counted)}
    return {score: found.get(score, 0) for score in Score}


def _resolution_to_rate(session: Session, incident: Incident, meant: int | None) -> int:
    present = resolution_of(session, incident.id)
    if not may_be_rated(incident) or present is None:
        raise Conflict(_("It is not solved yet. Tell us how it went once it is."))
    if meant is not None and meant != present:
        raise Conflict(_("This was about an earlier solution. There has been another since."))
    return present


def _new(
    session: Session, incident: Incident, resolution_id: int, by: Person, score: Score, channel: Channel
) -> Rating:
    made = Rating(
        incident_id=incident.id,
        resolution_id=resolution_id,
        person_id=by.id,
        person=by,
        score=score,
        channel=channel,
        created_at=clock.now(),
    )
    session.add(made)
    return made


def _record(session: Session, incident: Incident, rating: Rating) -> None:
    facts: dict[str, object] = {"score": rating.score}
    channel = Channel(rating.channel)
    record(
        session, incident, Event.RATED, author=rating.person, text=rating.words, facts=facts, channel=channel
    )
