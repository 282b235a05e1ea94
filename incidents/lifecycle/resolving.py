"""What a resolution records, and who learns from it."""

from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents import notices
from incidents.errors import Invalid, NotAllowed
from incidents.lifecycle.table import REQUESTER, SUPPORT, actor_of
from incidents.lifecycle.wanted import Change
from incidents.models import Event, Incident, Resolution, State
from incidents.notices import Topic
from incidents.people import Person
from incidents.timeline import record
from knowledge_base import learning, outcomes


def resolve(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    resolution = _checked_resolution(incident, wanted, by)
    now = clock.now()
    incident.state, incident.offered_until, incident.waiting_on = State.RESOLVED, None, None
    incident.resolution, incident.resolved_at = resolution, now
    incident.cause, incident.solution = wanted.cause[:200], wanted.note
    incident.article_id = wanted.article_id
    incident.minutes_spent += max(0, wanted.minutes_spent)
    if resolution == Resolution.SELF_SERVICE:
        is_untouched = incident.responded_at is None and incident.assignee_id is None
        said_so = is_untouched and actor_of(incident, by) == REQUESTER
        outcomes.settle(session, incident.id, article_id=wanted.article_id, said_so=said_so)
    facts: dict[str, object] = {"resolution": resolution, "cause": incident.cause}
    if wanted.article_id:
        facts["article"] = wanted.article_id
        _learn(session, incident, wanted.article_id, by)
    entry = record(session, incident, Event.RESOLVED, author=by, text=wanted.note, facts=facts)
    if resolution != Resolution.SELF_SERVICE:
        notices.notify(session, Topic.RESOLVED, incident, entry=entry)


def _learn(session: Session, incident: Incident, article_id: int, by: Person | None) -> None:
    """Support may name any article; of the requester's word only what was offered counts."""
    offered = {offer.article_id for offer in outcomes.offers_of(session, incident.id)}
    if article_id in offered or actor_of(incident, by) == SUPPORT:
        told = f"{incident.title}\n{incident.description}"
        learning.remember(session, article_id, incident_id=incident.id, words=told)


def _checked_resolution(incident: Incident, wanted: Change, by: Person | None) -> Resolution:
    if wanted.resolution is None:
        raise Invalid(
            _("Say how it was resolved: automatic, self_service, support, higher_tier or vendor."),
            field="resolution",
        )
    if by is not None and not by.is_support and wanted.resolution != Resolution.SELF_SERVICE:
        raise NotAllowed(_("Only support may say that support resolved it."))
    return wanted.resolution
