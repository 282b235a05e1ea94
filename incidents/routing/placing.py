"""Where an incident goes first, and who has it there: always with a reason that people can read."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import once_a_transaction
from firstline.i18n import gettext as _
from incidents.models import Event, Incident, State
from incidents.people import Team
from incidents.routing import assignment, rules
from incidents.routing.models import RoutingRule
from incidents.timeline import record

SETTLED = frozenset({State.RESOLVED, State.CLOSED})


def route(session: Session, incident: Incident, *, because: str) -> None:
    """Put the incident on the team that the first fitting rule names; one that has a team keeps it.

    `because` says why now; why this team is kept beside it as `routed_by`.
    """
    was_settled = incident.state in SETTLED
    incident.state = State.QUEUED
    incident.offered_until = None
    incident.placed_at = clock.now()
    incident.routed_because = because[:300]
    # Where it goes is read before anything of it is written: all is one flush.
    with session.no_autoflush:
        decision = None if incident.team_id is not None else _place(session, incident)
    name = incident.team.name if incident.team else _("the service desk")
    facts: dict[str, object] = {"team": name}
    if decision is not None:
        facts["why"] = decision.because
    record(session, incident, Event.ROUTED, text=because, facts=facts)
    if decision is not None:
        assignment.assign(session, incident, decision.assigning)
    elif was_settled and incident.team is not None:
        # Whoever resolved it knows best what did not hold.
        incident.routed_by = _("Back with %(team)s, who resolved it", team=incident.team.name)
        assignment.relieve(session, incident)


def _place(session: Session, incident: Incident) -> rules.Decision:
    facts = rules.facts_of(incident)
    decision = rules.decide(session, facts, rules=_rules(session), default=partial(_default, session))
    while decision.team is not None and not _holds(session, decision.team):
        session.expire_all()
        decision = rules.decide(session, facts)
    incident.team_id, incident.team = decision.team.id if decision.team else None, decision.team
    incident.routed_by = decision.because[:300]
    return decision


def _rules(session: Session) -> Sequence[RoutingRule]:
    """Asked for once, where many are routed in one transaction."""
    return once_a_transaction(session, "routing-rules", lambda: rules.in_order(session))


def _default(session: Session, slug: str) -> rules.Decision:
    return once_a_transaction(session, f"routing-default:{slug}", lambda: rules.by_default(session, slug))


def _holds(session: Session, team: Team) -> bool:
    """Keep the team from being removed until this transaction ends; False if it is gone already."""
    held = select(Team.id).where(Team.id == team.id).with_for_update(read=True, key_share=True)
    return once_a_transaction(session, f"team-held:{team.id}", lambda: session.scalar(held) is not None)
