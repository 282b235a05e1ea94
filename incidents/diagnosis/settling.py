"""What a resolution and a reopening do to the diagnosis, inside the caller's transaction."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents.diagnosis.models import Finding, Hypothesis, Proposal
from incidents.errors import Conflict
from incidents.models import Incident
from incidents.people import Person
from knowledge_base.models import Article

MOST_LETTERS = 300


def accept(session: Session, incident: Incident, proposal_id: int, by: Person | None) -> Proposal:
    """Take the proposal into the resolution; raises `Conflict` when it is no longer the one."""
    proposal = session.get(Proposal, proposal_id)
    if proposal is None or proposal.incident_id != incident.id or proposal.settled_at is not None:
        raise Conflict(_("This proposal does not stand any more. Look at what is new, then decide."))
    proposal.settled_at = clock.now()
    proposal.accepted_by_id = by.id if by else None
    return proposal


def withdraw_open(session: Session, incident: Incident) -> None:
    """What was proposed and not taken is settled with the resolution, or by a newer proposal."""
    still_open = select(Proposal).where(Proposal.incident_id == incident.id, Proposal.settled_at.is_(None))
    for proposal in session.scalars(still_open):
        proposal.settled_at = clock.now()


def keep_what_failed(session: Session, incident: Incident, by: Person | None) -> None:
    """A solution that did not hold goes back into the diagnosis, so that nobody tries it twice."""
    tried = " ".join(incident.solution.split()) or _article(session, incident)
    if not tried:
        return
    words = _("Did not hold: %(solution)s", solution=tried)[:MOST_LETTERS]
    session.add(
        Hypothesis(
            incident_id=incident.id,
            text=words,
            finding=Finding.RULED_OUT,
            decided_by_id=by.id if by else None,
            decided_at=clock.now(),
        )
    )


def _article(session: Session, incident: Incident) -> str:
    article = session.get(Article, incident.article_id) if incident.article_id else None
    return f"“{article.title}”" if article is not None else ""
