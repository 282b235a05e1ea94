"""Which team has it: tier 1 first, up a tier by escalation, and always a reason."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid, NotFound
from incidents.models import Event, Incident, State, Visibility
from incidents.people import Person, Team
from incidents.timeline import record

TOP_TIER = 3


def route(session: Session, incident: Incident, *, because: str) -> None:
    """Put the incident on a tier-1 team; an incident that has a team keeps it."""
    incident.state = State.QUEUED
    incident.offered_until = None
    if incident.team_id is None:
        team = _first_line(session, incident)
        incident.team_id = team.id if team else None
        incident.team = team
    name = incident.team.name if incident.team else _("the service desk")
    incident.routed_because = because[:300]
    record(session, incident, Event.ROUTED, text=because, facts={"team": name})


def escalate(
    session: Session, incident: Incident, *, by: Person, note: str, team_slug: str | None = None
) -> Team:
    """Hand the incident to the next tier, or to the named team or vendor, with a hand-over note."""
    if not note.strip():
        raise Invalid(
            _("Say in a sentence what you found and tried: the next tier starts from it."), field="note"
        )
    team = _named(session, team_slug) if team_slug else _next_tier(session, incident)
    if team.id == incident.team_id:
        raise Conflict(_("%(team)s has it already. Choose another team.", team=team.name))
    left = incident.team.name if incident.team else ""
    incident.team_id, incident.team, incident.assignee_id, incident.assignee = team.id, team, None, None
    incident.state = State.QUEUED
    incident.waiting_on = None
    incident.routed_because = _("Escalated by %(name)s", name=by.name)
    facts = {"from": left, "to": team.name, "tier": team.tier}
    record(
        session, incident, Event.ESCALATED, author=by, text=note, facts=facts, visibility=Visibility.INTERNAL
    )
    return team


def teams_to_escalate_to(session: Session, incident: Incident) -> Sequence[Team]:
    """Every other team and vendor, lowest tier first."""
    others = select(Team).where(Team.id != (incident.team_id or 0))
    return session.scalars(others.order_by(Team.is_vendor, Team.tier, Team.name)).all()


def _first_line(session: Session, incident: Incident) -> Team | None:
    owner = incident.service.team if incident.service else None
    if owner is not None and owner.tier == 1 and not owner.is_vendor:
        return owner
    return session.scalar(_on_tier(1))


def _next_tier(session: Session, incident: Incident) -> Team:
    tier = incident.team.tier if incident.team else 0
    owner = incident.service.team if incident.service else None
    if owner is not None and owner.tier == tier + 1:
        return owner
    for higher in range(tier + 1, TOP_TIER + 1):
        team = session.scalar(_on_tier(higher))
        if team is not None:
            return team
    raise Conflict(_("There is no higher tier. Choose a team or a vendor, or call the lead."))


def _on_tier(tier: int) -> Select[Team]:
    return select(Team).where(Team.tier == tier, Team.is_vendor.is_(False)).order_by(Team.id).limit(1)


def _named(session: Session, slug: str) -> Team:
    team: Team | None = session.scalar(select(Team).where(Team.slug == slug))
    if team is None:
        raise NotFound(_("There is no such team."))
    return team
