"""Where an incident goes first, and who has it there: always with a reason that people can read."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents.models import Event, Incident, State
from incidents.people import Team
from incidents.routing import assignment, rules
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
    decision = rules.decide(session, rules.facts_of(incident))
    while decision.team is not None and not _holds(session, decision.team):
        session.expire_all()
        decision = rules.decide(session, rules.facts_of(incident))
    incident.team_id, incident.team = decision.team.id if decision.team else None, decision.team
    incident.routed_by = decision.because[:300]
    return decision


def _holds(session: Session, team: Team) -> bool:
    """Keep the team from being removed until this transaction ends; False if it is gone already."""
    return (
        session.scalar(select(Team.id).where(Team.id == team.id).with_for_update(read=True, key_share=True))
        is not None
    )
