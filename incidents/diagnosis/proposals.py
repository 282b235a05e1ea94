"""The solution found, handed to the one who applies it."""

from sqlalchemy import select

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from incidents import notices
from incidents.diagnosis import settling
from incidents.diagnosis.models import Proposal
from incidents.errors import Invalid
from incidents.lifecycle import locked
from incidents.models import Event, Incident, Visibility
from incidents.notices import Topic
from incidents.people import Person
from incidents.policy import Action, require
from incidents.resolutions import causes
from incidents.standing import require_open
from incidents.timeline import record

MOST_LETTERS = 10_000


def open_on(incident: Incident) -> Proposal | None:
    """The solution that waits to be applied; None where there is none."""
    waiting = select(Proposal).where(Proposal.incident_id == incident.id, Proposal.settled_at.is_(None))
    found: Proposal | None = db.session.scalar(waiting.order_by(Proposal.id.desc()).limit(1))
    return found


def propose(
    incident_id: int,
    text: str,
    *,
    by: Person,
    cause: str = "",
    cause_code: str | None = None,
    article_id: int | None = None,
) -> Proposal:
    """Hand over the solution; it replaces one that nobody applied yet, and the assignee is told."""
    text = text.replace("\0", "").strip()
    if not text or len(text) > MOST_LETTERS:
        raise Invalid(_("Write what solves it, so that another can apply it."), field="solution")
    with locked(incident_id) as (session, incident):
        require(by, Action.WORK, incident)
        require_open(incident)
        settling.withdraw_open(session, incident)
        made = Proposal(
            incident_id=incident.id,
            text=text,
            cause=cause.strip()[:200],
            cause_code=causes.check(session, cause_code),
            article_id=article_id,
            author_id=by.id,
            created_at=clock.now(),
        )
        session.add(made)
        internal = Visibility.INTERNAL
        entry = record(session, incident, Event.PROPOSED, author=by, text=text, visibility=internal)
        if incident.assignee is not None and incident.assignee_id != by.id:
            notices.owe(session, Topic.PROPOSED, incident, incident.assignee, entry=entry)
        return made
