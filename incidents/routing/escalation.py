"""Up: to the next tier, a team or a vendor by hand (functional), and to the lead (hierarchical)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents import notices
from incidents.errors import Conflict, Invalid, NotFound
from incidents.models import Event, Incident, State, Visibility
from incidents.notices import Topic
from incidents.people import Person, Role, Team
from incidents.routing import presence, vendors
from incidents.routing.vendors import Handover
from incidents.timeline import record


def escalate(
    session: Session, incident: Incident, *, by: Person, note: str, team_slug: str | None = None
) -> Team:
    """Hand the incident to the next tier or the named team, with a hand-over note.

    A vendor is written to instead, and reads the note; the team keeps the incident, and the caller
    lets it wait.
    """
    if not note.strip():
        raise Invalid(
            _("Say in a sentence what you found and tried: the next tier starts from it."), field="note"
        )
    team = _named(session, team_slug) if team_slug else next_tier(session, incident)
    if team is None:
        raise Conflict(_("There is no higher tier. Choose a team or a vendor, or call the lead."))
    if team.id == incident.team_id:
        raise Conflict(_("%(team)s has it already. Choose another team.", team=team.name))
    if team.is_vendor:
        subject = _("A question about %(number)s", number=incident.number)
        vendors.ask(session, incident, team, Handover(subject=subject, words=note), by=by)
    else:
        hand_to(session, incident, team, note=note, by=by)
    return team


def hand_to(
    session: Session,
    incident: Incident,
    team: Team,
    *,
    note: str,
    by: Person | None = None,
    rule_id: int | None = None,
) -> None:
    """Another team has it now, in its queue; `by` None is the desk itself, by a rule of time."""
    left = incident.team.name if incident.team else ""
    incident.team_id, incident.team, incident.assignee_id, incident.assignee = team.id, team, None, None
    incident.state, incident.placed_at, incident.offered_until = State.QUEUED, clock.now(), None
    incident.waiting_on = None
    incident.routed_because = _("Handed over by %(name)s", name=by.name) if by else note[:300]
    incident.routed_by = ""
    facts: dict[str, object] = {"from": left, "to": team.name, "tier": team.tier}
    if rule_id is not None:
        facts["rule"] = rule_id
    record(
        session, incident, Event.ESCALATED, author=by, text=note, facts=facts, visibility=Visibility.INTERNAL
    )


def teams_to_escalate_to(session: Session, incident: Incident) -> Sequence[Team]:
    """Every other team of ours, lowest tier first."""
    return _others(session, incident, are_vendors=False)


def vendors_to_ask(session: Session, incident: Incident) -> Sequence[Team]:
    """Every vendor, by name."""
    return _others(session, incident, are_vendors=True)


def call_lead(
    session: Session,
    incident: Incident,
    *,
    because: str,
    by: Person | None = None,
    rule_id: int | None = None,
) -> Sequence[Person]:
    """Tell the lead of its team, inside the caller's transaction, and return who was told.

    `because` is the reason in a sentence, kept on the timeline for support; `by` None is the desk
    itself, as when a target is missed or a rule of time says so. Owner, team and clock stay as they are. Asked twice, it tells
    twice: whoever calls it for something that happens once sees to that.
    """
    leads = leads_of(session, incident.team)
    facts: dict[str, object] = {"leads": [lead.name for lead in leads]}
    if rule_id is not None:
        facts["rule"] = rule_id
    entry = record(
        session,
        incident,
        Event.LEAD_CALLED,
        author=by,
        text=because,
        facts=facts,
        visibility=Visibility.INTERNAL,
        is_beside=by is None,
    )
    for lead in leads:
        if by is None or lead.id != by.id:
            notices.owe(session, Topic.LEAD_CALLED, incident, lead, entry=entry)
    return leads


def leads_of(session: Session, team: Team | None) -> Sequence[Person]:
    """The team's named lead, else the leads among its people, else every lead, else the administrators.

    Whoever of them is away is replaced by their substitute; being off shift excuses no lead.
    """
    named = [team.lead] if team and team.lead and team.lead.active else []
    own = [one for one in team.members if one.role == Role.LEAD and one.active] if team else []
    found = named or own or _with_role(session, Role.LEAD) or _with_role(session, Role.ADMIN)
    at_hand = presence.now(session)
    return list({one.id: one for one in (at_hand.instead_of(lead) for lead in found)}.values())


def _with_role(session: Session, role: Role) -> Sequence[Person]:
    return session.scalars(select(Person).where(Person.role == role, Person.active).order_by(Person.id)).all()


def next_tier(session: Session, incident: Incident) -> Team | None:
    """The owner of its service where that is the next tier, else the first team above; None at the top."""
    tier = incident.team.tier if incident.team else 0
    owner = incident.service.team if incident.service else None
    if owner is not None and owner.tier == tier + 1 and not owner.is_vendor:
        return owner
    above = select(Team).where(Team.tier > tier, Team.is_vendor.is_(False)).order_by(Team.tier, Team.id)
    found: Team | None = session.scalar(above.limit(1))
    return found


def _others(session: Session, incident: Incident, *, are_vendors: bool) -> Sequence[Team]:
    others = select(Team).where(Team.id != (incident.team_id or 0), Team.is_vendor.is_(are_vendors))
    return session.scalars(others.order_by(Team.tier, Team.name)).all()


def _named(session: Session, slug: str) -> Team:
    team: Team | None = session.scalar(select(Team).where(Team.slug == slug))
    if team is None:
        raise NotFound(_("There is no such team."))
    return team
