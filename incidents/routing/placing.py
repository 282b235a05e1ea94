"""Where an incident goes first: the owner of its service on tier 1, else the first line; always a reason."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents.models import Event, Incident, State
from incidents.people import Team
from incidents.timeline import record


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


def on_tier(tier: int) -> Select[Team]:
    """The first team on this tier."""
    return select(Team).where(Team.tier == tier, Team.is_vendor.is_(False)).order_by(Team.id).limit(1)


def _first_line(session: Session, incident: Incident) -> Team | None:
    owner = incident.service.team if incident.service else None
    if owner is not None and owner.tier == 1 and not owner.is_vendor:
        return owner
    return session.scalar(on_tier(1))
