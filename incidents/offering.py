"""Known fixes are offered for an incident, once: what its words mean is thought out first, then all is written.

Incidents that come together, as mail does, are offered together: one transaction holds what is written of all,
and what routing and holding out ask of the database is asked once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from threading import RLock

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from firstline import clock, jobs, log
from firstline.db import db
from firstline.i18n import gettext as _
from incidents import filing, holdout, routing
from incidents.classifier import Reasoned
from incidents.intake import BY_HAND, OFFER_TASK
from incidents.kinship import lookalikes
from incidents.lifecycle import locked_all
from incidents.models import Channel, Event, Incident, State
from incidents.timeline import record
from knowledge_base import outcomes, suggest
from knowledge_base.models import Attempt, Audience

AT_ONCE = 10
NEEDED = (joinedload(Incident.requester), joinedload(Incident.service))
ONE_AT_A_TIME = RLock()
"""In one process: two threads that think take each other's processor, and both together take longer."""
logger = log.get(__name__)


@dataclass(frozen=True, kw_only=True)
class _Thought:
    """What was thought out of an incident before its transaction."""

    words: str
    guess: Reasoned | None
    found: Sequence[suggest.Suggestion]


def offer(*incident_ids: int) -> None:
    """Find fixes for these incidents and record what is offered; asked again, nothing happens.

    Without a fitting fix a waiting incident goes to its team at once; so does one that a lot holds out.
    Where one of many goes wrong the others are offered theirs; one alone raises.
    """
    for some in batched(incident_ids, AT_ONCE):
        with ONE_AT_A_TIME:
            _offer_some(some, is_alone=len(incident_ids) == 1)


def _offer_some(incident_ids: Sequence[int], *, is_alone: bool) -> None:
    try:
        _offer_together(incident_ids)
    except Exception:
        db.session.rollback()
        if is_alone:
            raise
        _offer_one_by_one(incident_ids)


def _offer_one_by_one(incident_ids: Sequence[int]) -> None:
    for incident_id in incident_ids:
        try:
            _offer_together([incident_id])
        except Exception:
            logger.exception("fixes are looked for later", incident=incident_id)
            db.session.rollback()


def _offer_together(incident_ids: Sequence[int]) -> None:
    wanted = select(Incident).where(Incident.id.in_(incident_ids), Incident.suggested_at.is_(None))
    incidents = db.session.scalars(wanted.options(*NEEDED).order_by(Incident.id)).all()
    if not incidents:
        return
    thoughts = {incident.id: _think(incident) for incident in incidents}
    alike = lookalikes.try_to_seek(incidents)
    with locked_all(list(thoughts), read_with=NEEDED) as (session, found):
        waiting = [incident for incident in found if incident.suggested_at is None]
        lookalikes.keep(session, [pair for incident in waiting for pair in alike.get(incident.id, ())])
        shown = outcomes.attempts_of_each(session, [incident.id for incident in waiting])
        for incident in waiting:
            _write(session, incident, thoughts[incident.id], shown.get(incident.id, ()))


def _think(incident: Incident) -> _Thought:
    words = f"{incident.title}\n{incident.description}"
    return _Thought(words=words, guess=filing.try_to_guess(incident), found=_find_fixes(incident, words))


def _write(session: Session, incident: Incident, thought: _Thought, earlier: Sequence[Attempt]) -> None:
    if thought.guess is not None:
        filing.file(session, incident, thought.guess)
    incident.suggested_at = clock.now()
    because = _offer_to(session, incident, thought, earlier) if incident.is_open else None
    if because and incident.state == State.OFFERED:
        routing.route(session, incident, because=because)


def _offer_to(
    session: Session, incident: Incident, thought: _Thought, earlier: Sequence[Attempt]
) -> str | None:
    """Record what is offered; says why it goes straight to support where nothing is."""
    found = thought.found
    if incident.channel == Channel.MONITORING:
        return None if found else _("No known fix fits")
    if not can_be_shown(incident):
        return _("Nobody could be shown a fix: mail to them comes back")
    if earlier:
        return _offer_more(session, incident, earlier[-1], found)
    lot = holdout.draw(session, incident) if found else None
    _record(session, incident, thought, lot)
    if lot is not None and lot.is_held_out:
        return _("Straight to support: drawn for the hold-out")
    return None if found else _("No known fix fits")


def _offer_more(
    session: Session, incident: Incident, asked: Attempt, found: Sequence[suggest.Suggestion]
) -> str | None:
    """They report what they were shown fixes for already: those did not help, others may."""
    outcomes.went_on_attempt(session, asked)
    if not outcomes.show_more(session, asked, found):
        return _("The known fixes did not help")
    outcomes.reopen(asked)
    _note_offered(session, incident, found)
    return None


def can_be_shown(incident: Incident) -> bool:
    """Whether the requester sees what is offered: not if others logged it and mail comes back."""
    by_themselves = incident.logged_by_id in {None, incident.requester_id}
    by_mail = incident.channel in BY_HAND or not by_themselves
    return not (by_mail and incident.requester.is_undeliverable)


def _find_fixes(incident: Incident, words: str) -> list[suggest.Suggestion]:
    """Fixes for all the words, else for the title alone: there the person says it shortest."""
    service = incident.service.slug if incident.service else None
    for asked in (words, incident.title):
        found = suggest.suggest(asked, audience=Audience.EVERYONE, service=service)
        if found:
            return found
    return []


def _record(session: Session, incident: Incident, thought: _Thought, lot: holdout.Lot | None) -> None:
    outcomes.record_attempt(
        session,
        thought.found,
        words=thought.words,
        channel=incident.channel,
        person_id=incident.requester_id,
        incident_id=incident.id,
        category=incident.category,
        hold_out_id=lot.hold_out_id if lot else None,
        is_held_out=lot is not None and lot.is_held_out,
    )
    if thought.found and not (lot and lot.is_held_out):
        _note_offered(session, incident, thought.found)


def _note_offered(session: Session, incident: Incident, found: Sequence[suggest.Suggestion]) -> None:
    facts: dict[str, object] = {"articles": [fix.title for fix in found]}
    record(session, incident, Event.OFFERED, facts=facts)


jobs.task(OFFER_TASK)(offer)


def due_for_offers(*, older_than_s: int, limit: int = 100) -> Sequence[int]:
    """Incidents whose fixes nobody has looked for yet."""
    before = clock.now() - timedelta(seconds=older_than_s)
    waiting = select(Incident.id).where(Incident.suggested_at.is_(None), Incident.created_at < before)
    return db.session.scalars(waiting.order_by(Incident.id).limit(limit)).all()
