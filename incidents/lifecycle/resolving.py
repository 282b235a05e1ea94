"""What a resolution records, and who learns from it."""

from dataclasses import replace

from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents import notices
from incidents.diagnosis import settling
from incidents.errors import Invalid, NotAllowed
from incidents.lifecycle.table import REQUESTER, SUPPORT, actor_of
from incidents.lifecycle.wanted import Change
from incidents.models import Event, Incident, Resolution, State
from incidents.notices import Topic
from incidents.people import Person
from incidents.resolutions import acceptance, causes
from incidents.resolutions.items import note_changed
from incidents.resolutions.timers import stop_all
from incidents.timeline import record
from knowledge_base import learning, outcomes


def resolve(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    resolution = _checked_resolution(wanted, by)
    if actor_of(incident, by) == REQUESTER:
        wanted = _as_said_by_requester(wanted)
    wanted = _with_proposal(session, incident, wanted, by)
    incident.state, incident.offered_until, incident.waiting_on = State.RESOLVED, None, None
    incident.resolution, incident.resolved_at = resolution, clock.now()
    facts = {"resolution": resolution, **_keep(session, incident, wanted)}
    acceptance.start(session, incident, at=clock.now())
    if resolution == Resolution.SELF_SERVICE:
        _settle_fixes(session, incident, wanted, by)
    if wanted.article_id:
        _learn(session, incident, wanted.article_id, by)
    entry = record(session, incident, Event.RESOLVED, author=by, text=wanted.note, facts=facts)
    if resolution != Resolution.SELF_SERVICE:
        notices.notify(session, Topic.RESOLVED, incident, entry=entry, after=wanted.told_after)


def _as_said_by_requester(wanted: Change) -> Change:
    """Whoever reported it says that it is over and which fix helped; the rest is support's to say."""
    return Change(to=wanted.to, note=wanted.note, resolution=wanted.resolution, article_id=wanted.article_id)


def _with_proposal(session: Session, incident: Incident, wanted: Change, by: Person | None) -> Change:
    """The change with the words of the proposal it applies, where it has none of its own."""
    if wanted.proposal_id is not None:
        proposal = settling.accept(session, incident, wanted.proposal_id, by)
        wanted = replace(
            wanted,
            note=wanted.note or proposal.text,
            cause=wanted.cause or proposal.cause,
            cause_code=wanted.cause_code or proposal.cause_code,
            article_id=wanted.article_id or proposal.article_id,
        )
    settling.withdraw_open(session, incident)
    return wanted


def _keep(session: Session, incident: Incident, wanted: Change) -> dict[str, object]:
    """Store what the resolution records; returns it for the timeline, without what was not said."""
    items = note_changed(session, incident, wanted.items)
    minutes = max(0, wanted.minutes_spent) + stop_all(session, incident)
    incident.cause, incident.solution = wanted.cause[:200], wanted.note
    incident.cause_code = causes.check(session, wanted.cause_code)
    incident.article_id, incident.is_article_wanted = wanted.article_id, wanted.is_article_wanted
    incident.is_first_contact = wanted.is_first_contact
    if wanted.is_first_contact and incident.responded_at is None:
        incident.responded_at = clock.now()
    incident.minutes_spent += minutes
    said: dict[str, object] = {
        "cause_code": incident.cause_code,
        "article": incident.article_id,
        "article_wanted": incident.is_article_wanted,
        "items": items,
        "minutes": minutes,
        "first_contact": incident.is_first_contact,
    }
    return {"cause": incident.cause, **{name: value for name, value in said.items() if value}}


def _settle_fixes(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    is_untouched = incident.responded_at is None and incident.assignee_id is None
    said_so = is_untouched and actor_of(incident, by) == REQUESTER
    outcomes.settle(session, incident.id, article_id=wanted.article_id, said_so=said_so)


def _learn(session: Session, incident: Incident, article_id: int, by: Person | None) -> None:
    """Support may name any article; of the requester's word only what was offered counts."""
    offered = {offer.article_id for offer in outcomes.offers_of(session, incident.id)}
    if article_id in offered or actor_of(incident, by) == SUPPORT:
        told = f"{incident.title}\n{incident.description}"
        learning.remember(session, article_id, incident_id=incident.id, words=told)


def _checked_resolution(wanted: Change, by: Person | None) -> Resolution:
    if wanted.resolution is None:
        raise Invalid(
            _("Say how it was resolved: automatic, self_service, support, higher_tier or vendor."),
            field="resolution",
        )
    if by is not None and not by.is_support and wanted.resolution != Resolution.SELF_SERVICE:
        raise NotAllowed(_("Only support may say that support resolved it."))
    return wanted.resolution
