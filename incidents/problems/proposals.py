"""Proposes what recurs as a problem: looked for by the worker, opened or dismissed by people."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from firstline import clock, jobs
from firstline.app import settings_of
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents import duplicates
from incidents.errors import Conflict, NotFound
from incidents.models import Incident, Kind, State
from incidents.people import Person
from incidents.policy import Action, require
from incidents.problems import clusters, work
from incidents.problems.clusters import Cluster, Item
from incidents.problems.models import Link, Problem, Proposal, ProposalIncident
from incidents.problems.work import Findings
from knowledge_base.embedding import try_encoder

LOOK_BACK = timedelta(days=60)
SHOWN = 12
WORTH_MINUTES, WORTH_PEOPLE = 60, 8
"""From so much work, or so many people, a common cause is worth somebody's search for it."""
MOST = 600
"""The newest incidents that are compared: what recurs is found in them or not yet."""


@jobs.sweep(every_s=3600)
def look() -> None:
    """Compare outside any transaction, then keep what was found."""
    found = clusters.find(_items(db.session()))
    with write() as session:
        _keep(session, found)


def worth_it(person: Person) -> tuple[Sequence[Proposal], Sequence[Proposal]]:
    """The dozen open ones that cost most and clear the bar, and all others."""
    found = open_ones(person)
    worth = [one for one in found if is_worth_it(one)][:SHOWN]
    return worth, [one for one in found if one not in worth]


def is_worth_it(proposal: Proposal) -> bool:
    """It costs an hour of work, hits many people, or it is one device, which can be replaced."""
    by_cost = proposal.minutes >= WORTH_MINUTES or proposal.people >= WORTH_PEOPLE
    return by_cost or proposal.device_id is not None


def open_ones(person: Person) -> Sequence[Proposal]:
    """What nobody has decided on, what cost most work first."""
    require(person, Action.SEE_QUEUE)
    loaded = (
        selectinload(Proposal.members).joinedload(ProposalIncident.incident),
        joinedload(Proposal.service),
    )
    undecided = select(Proposal).where(Proposal.dismissed_at.is_(None), Proposal.problem_id.is_(None))
    found = db.session.scalars(undecided.options(*loaded)).all()
    return sorted(found, key=lambda one: (-one.minutes, -len(one.members), one.id))


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


def _items(session: Session) -> list[Item]:
    """Incidents of the last weeks that belong to no problem and were not dismissed before."""
    linked = select(Link.incident_id).where(Link.incident_id == Incident.id).exists()
    denied = (
        select(ProposalIncident.incident_id)
        .join(Proposal)
        .where(ProposalIncident.incident_id == Incident.id, Proposal.dismissed_at.is_not(None))
        .exists()
    )
    left_out = [State.MERGED, State.CANCELLED]
    wanted = select(Incident).where(
        Incident.created_at >= clock.now() - LOOK_BACK,
        Incident.state.not_in(left_out),
        Incident.kind != Kind.REQUEST,
        ~linked,
        ~denied,
    )
    newest = session.scalars(wanted.order_by(Incident.id.desc()).limit(MOST)).all()
    facts = [
        (one.id, one.requester_id, one.created_at, one.category, one.service_id, one.device_id, _words(one))
        for one in newest
    ]
    session.rollback()
    encoder, _why_not = try_encoder(settings_of(current_app).model_dir)
    texts = [fact[-1] for fact in facts]
    vectors = list(encoder.encode(texts)) if encoder and texts else [None] * len(texts)
    return [
        Item(
            incident_id=incident_id,
            person_id=person_id,
            at=at,
            category=category,
            service_id=service_id,
            device_id=device_id,
            reading=duplicates.read(text, vector),
        )
        for (incident_id, person_id, at, category, service_id, device_id, text), vector in zip(
            facts, vectors, strict=True
        )
    ]


def _keep(session: Session, found: Iterable[Cluster]) -> None:
    """What was proposed before and is found again keeps its row; what holds no more goes."""
    before = session.scalars(
        select(Proposal).where(Proposal.dismissed_at.is_(None), Proposal.problem_id.is_(None))
    ).all()
    unmatched = {proposal.id: proposal for proposal in before}
    for cluster in found:
        shared = {one.id: len(_ids(one) & cluster.ids) for one in unmatched.values()}
        nearest = max(shared, key=lambda key: shared[key], default=None)
        known = unmatched.pop(nearest) if nearest is not None and shared[nearest] else Proposal()
        _fill(session, known, cluster)
    for proposal in unmatched.values():
        session.delete(proposal)


def _fill(session: Session, proposal: Proposal, cluster: Cluster) -> None:
    center = session.get_one(Incident, cluster.center.incident_id)
    proposal.title, proposal.symptoms = center.title, center.description
    proposal.service_id, proposal.device_id = center.service_id, cluster.device_id
    proposal.people, proposal.days = cluster.people, cluster.days
    proposal.since, proposal.until = cluster.items[0].at, cluster.items[-1].at
    proposal.members = [ProposalIncident(incident_id=incident_id) for incident_id in sorted(cluster.ids)]
    session.add(proposal)
    session.flush()


def _ids(proposal: Proposal) -> set[int]:
    return {one.incident_id for one in proposal.members}


def _words(incident: Incident) -> str:
    return f"{incident.title}\n{incident.description}"
