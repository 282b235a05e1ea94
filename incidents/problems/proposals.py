"""What people do with the problems the desk proposes: look at them, open one, dismiss one (`looking` finds them)."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Conflict, NotFound
from incidents.models import Incident
from incidents.people import Person
from incidents.policy import Action, require
from incidents.problems import work
from incidents.problems.models import Link, Problem, Proposal, ProposalIncident
from incidents.problems.work import Findings

SHOWN = 12
WORTH_MINUTES, WORTH_PEOPLE = 60, 8
"""From so much work, or so many people, a common cause is worth somebody's search for it."""
MEMBERS_SHOWN = 8


def worth_it(person: Person) -> tuple[Sequence[Proposal], Sequence[Proposal]]:
    """The dozen open ones that clear the bar, rising ones before those as often as ever, and all others."""
    found = open_ones(person)
    worth = [one for one in found if is_worth_it(one)][:SHOWN]
    return worth, [one for one in found if one not in worth]


def is_worth_it(proposal: Proposal) -> bool:
    """It costs an hour of work, hits many people, or it is one device, which can be replaced."""
    by_cost = proposal.minutes >= WORTH_MINUTES or proposal.people >= WORTH_PEOPLE
    return by_cost or proposal.device_id is not None


def open_ones(person: Person) -> Sequence[Proposal]:
    """What nobody has decided on: what comes more often than before, then what cost most work."""
    require(person, Action.SEE_QUEUE)
    undecided = select(Proposal).where(Proposal.dismissed_at.is_(None), Proposal.problem_id.is_(None))
    found = db.session.scalars(
        undecided.options(joinedload(Proposal.service), joinedload(Proposal.device))
    ).all()
    return sorted(found, key=lambda one: (not one.is_rising, -one.minutes, -one.many, one.id))


def newest_of(proposals: Collection[Proposal]) -> dict[int, list[Incident]]:
    """The newest incidents of each, by the proposal's id: some hundreds say no more than eight."""
    place = func.row_number().over(
        partition_by=ProposalIncident.proposal_id, order_by=ProposalIncident.incident_id.desc()
    )
    ids = [one.id for one in proposals]
    numbered = (
        select(ProposalIncident, place.label("place")).where(ProposalIncident.proposal_id.in_(ids)).subquery()
    )
    wanted = (
        select(numbered.c.proposal_id, Incident)
        .join(Incident, Incident.id == numbered.c.incident_id)
        .where(numbered.c.place <= MEMBERS_SHOWN)
        .order_by(numbered.c.proposal_id, Incident.id.desc())
    )
    found: dict[int, list[Incident]] = {one: [] for one in ids}
    for proposal_id, incident in db.session.execute(wanted):
        found[proposal_id].append(incident)
    return found


def accept(proposal_id: int, *, by: Person) -> Problem:
    """Open the problem with these incidents; raises `Conflict` when somebody decided before."""
    require(by, Action.SEE_QUEUE)
    proposal = _undecided(db.session(), proposal_id)
    free = [one.incident_id for one in proposal.members if db.session.get(Link, one.incident_id) is None]
    findings = Findings(
        title=proposal.title,
        symptoms=proposal.symptoms,
        service=proposal.service.slug if proposal.service else "",
        owner_id=by.id,
    )
    problem = work.open_problem(findings, incident_ids=free, by=by)
    with write() as session:
        session.get_one(Proposal, proposal_id).problem_id = problem.id
    return problem


def dismiss(proposal_id: int, *, by: Person) -> None:
    """These incidents have no cause in common; they are not proposed again, new ones may be."""
    require(by, Action.SEE_QUEUE)
    with write() as session:
        proposal = _undecided(session, proposal_id)
        proposal.dismissed_at, proposal.dismissed_by_id = clock.now(), by.id


def bring_back(proposal_id: int, *, by: Person) -> None:
    """Take a dismissal back."""
    require(by, Action.SEE_QUEUE)
    with write() as session:
        proposal = session.get(Proposal, proposal_id)
        if proposal is None:
            raise NotFound(_("This proposal is gone. The next look finds it again if it still holds."))
        proposal.dismissed_at = proposal.dismissed_by_id = None


def _undecided(session: Session, proposal_id: int) -> Proposal:
    proposal = session.get(Proposal, proposal_id)
    if proposal is None:
        raise NotFound(_("This proposal is gone. The next look finds it again if it still holds."))
    if proposal.problem_id is not None or proposal.dismissed_at is not None:
        raise Conflict(_("Somebody has decided on this meanwhile."))
    return proposal
