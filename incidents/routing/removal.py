"""A team that holds work is not taken away under it: its work moves to a named team, or it stays."""

from collections.abc import Iterable

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from firstline import jobs
from firstline.db import write
from firstline.i18n import gettext as _
from firstline.i18n import ngettext
from incidents import notices
from incidents.automation import teams as automated
from incidents.errors import Conflict, Invalid, NotFound
from incidents.models import OPEN, Incident, State
from incidents.people import Person, Team
from incidents.policy import Action, require
from incidents.routing.escalation import hand_to
from incidents.routing.models import EscalationRule, RoutingRule
from incidents.services import Service

HELD = tuple(sorted(OPEN | {State.RESOLVED}))
"""What a team still answers for: a resolved incident may come back."""


def held_by(session: Session, team: Team) -> int:
    """How many incidents the team answers for."""
    held = select(func.count()).select_from(Incident)
    return session.scalar(held.where(Incident.team_id == team.id, Incident.state.in_(HELD))) or 0


def remove_team(team_id: int, *, by: Person, to: str = "") -> int:
    """Remove a team; what it holds, owns and gets by rules goes to the team `to`, in one transaction.

    Returns how many incidents moved. Without `to`, a team that anything depends on is refused.
    """
    require(by, Action.ADMINISTER)
    with write() as session:
        team = session.scalar(select(Team).where(Team.id == team_id).with_for_update())
        if team is None:
            raise NotFound(_("There is no such team any more."))
        heir = _heir(session, team, to) if to else None
        if heir is None:
            _refuse_if_needed(session, team)
            session.delete(team)
            return 0
        moved = _move_work(session, team, heir, by)
        _move_rest(session, team, heir)
        session.delete(team)
    jobs.nudge(notices.TASK)
    return moved


def refuse_emptying(session: Session, person: Person, leaves: Iterable[Team]) -> None:
    """The last one does not leave a team that holds work."""
    for team in leaves:
        others = [one for one in team.members if one.id != person.id and one.active and one.is_support]
        held = 0 if others else held_by(session, team)
        if held:
            raise Conflict(
                _(
                    "%(name)s is the last of %(team)s, which holds %(held)s incidents. Put somebody else there first.",
                    name=person.name,
                    team=team.name,
                    held=held,
                ),
                field="teams",
            )


def _heir(session: Session, team: Team, slug: str) -> Team:
    heir = session.scalar(select(Team).where(Team.slug == slug))
    if heir is None or heir.id == team.id or heir.is_vendor:
        raise Invalid(_("Choose another team of ours to take its work."), field="to")
    return heir


def _refuse_if_needed(session: Session, team: Team) -> None:
    held = held_by(session, team)
    if held:
        words = ngettext("%(num)s incident", "%(num)s incidents", held)
        raise Conflict(
            _("%(team)s holds %(held)s. Name the team that takes them.", team=team.name, held=words)
        )
    if _is_named(session, team):
        raise Conflict(
            _("%(team)s owns services or gets work by rules. Name the team that takes them.", team=team.name)
        )


def _is_named(session: Session, team: Team) -> bool:
    columns = (RoutingRule.team_id, EscalationRule.team_id, Service.team_id)
    by_id = any(session.scalar(select(func.count()).where(column == team.id)) for column in columns)
    return by_id or automated.is_named(session, team.slug)


def _move_work(session: Session, team: Team, heir: Team, by: Person) -> int:
    held = select(Incident).where(Incident.team_id == team.id, Incident.state.in_(HELD))
    moved = session.scalars(held.order_by(Incident.id).with_for_update(of=Incident)).all()
    note = _("%(team)s was dissolved.", team=team.name)
    for incident in moved:
        _move_one(session, incident, heir, note, by)
    return len(moved)


def _move_one(session: Session, incident: Incident, heir: Team, note: str, by: Person) -> None:
    """Work in hand goes on with whoever has it; only what lies in the queue waits there anew."""
    state, assignee, waiting_on = incident.state, incident.assignee, incident.waiting_on
    offered_until = incident.offered_until
    hand_to(session, incident, heir, note=note, by=by)
    if state != State.QUEUED:
        incident.state, incident.waiting_on, incident.offered_until = state, waiting_on, offered_until
    incident.assignee_id, incident.assignee = (assignee.id, assignee) if assignee else (None, None)


def _move_rest(session: Session, team: Team, heir: Team) -> None:
    for model in (RoutingRule, EscalationRule, Service):
        session.execute(update(model).where(model.team_id == team.id).values(team_id=heir.id))
    automated.rename(session, team.slug, heir.slug)
    _drop_steps_to_itself(session, heir)


def _drop_steps_to_itself(session: Session, heir: Team) -> None:
    """A rule of time that led from the heir to the dissolved team leads nowhere now."""
    steps = select(EscalationRule).where(EscalationRule.team_id == heir.id)
    for step in session.scalars(steps):
        if step.from_team_id == heir.id or (step.from_team_id is None and step.tier == heir.tier):
            session.delete(step)
