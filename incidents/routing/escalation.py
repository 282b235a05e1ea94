"""Up: to the next tier, a team or a vendor by hand (functional), and to the lead (hierarchical)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents import notices
from incidents.errors import Conflict, Invalid, NotFound
from incidents.models import Event, Incident, State, Visibility
from incidents.notices import Topic
from incidents.people import Person, Role, Team
from incidents.routing.rules import on_tier
from incidents.timeline import record

TOP_TIER = 3


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


def call_lead(
    session: Session, incident: Incident, *, because: str, by: Person | None = None
) -> Sequence[Person]:
    """Tell the lead of its team, inside the caller's transaction, and return who was told.

    `because` is the reason in a sentence, kept on the timeline for support; `by` None is the desk
    itself, as when a target is missed. Owner, team and clock stay as they are. Asked twice, it tells
    twice: whoever calls it for something that happens once sees to that.
    """
    leads = leads_of(session, incident.team)
    facts: dict[str, object] = {"leads": [lead.name for lead in leads]}
    entry = record(
        session,
        incident,
        Event.LEAD_CALLED,
        author=by,
        text=because,
        facts=facts,
        visibility=Visibility.INTERNAL,
    )
    for lead in leads:
        if by is None or lead.id != by.id:
            notices.owe(session, Topic.LEAD_CALLED, incident, lead, entry=entry)
    return leads


def leads_of(session: Session, team: Team | None) -> Sequence[Person]:
    """The leads among the team's people; without one every lead, without any the administrators."""
    own = [one for one in team.members if one.role == Role.LEAD and one.active] if team else []
    return own or _with_role(session, Role.LEAD) or _with_role(session, Role.ADMIN)


def _with_role(session: Session, role: Role) -> Sequence[Person]:
    return session.scalars(select(Person).where(Person.role == role, Person.active).order_by(Person.id)).all()


def _next_tier(session: Session, incident: Incident) -> Team:
    tier = incident.team.tier if incident.team else 0
    owner = incident.service.team if incident.service else None
    if owner is not None and owner.tier == tier + 1:
        return owner
    for higher in range(tier + 1, TOP_TIER + 1):
        team = session.scalar(on_tier(higher))
        if team is not None:
            return team
    raise Conflict(_("There is no higher tier. Choose a team or a vendor, or call the lead."))


def _named(session: Session, slug: str) -> Team:
    team: Team | None = session.scalar(select(Team).where(Team.slug == slug))
    if team is None:
        raise NotFound(_("There is no such team."))
    return team
