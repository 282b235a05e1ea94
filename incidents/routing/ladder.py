"""Rules of time: what nobody touches goes up. Rules that would send it round are refused.

A step is by the next tier, a named team, or the lead, who is told while the team keeps it. Steps are
followed as a graph over teams (docs/decisions/0047), whatever their times and priorities: refusing one too many is
harmless, an incident that wanders for ever is not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid
from incidents.overtaking import require_unchanged
from incidents.people import Person, Team
from incidents.policy import Action, require
from incidents.routing.models import EscalationRule, Upwards
from incidents.routing.named import own_team, rule_of

LONGEST = 60 * 24 * 30


@dataclass(frozen=True, kw_only=True)
class StepFacts:
    """What an administrator says of a rule of time. Teams are slugs; `from_team` empty means the whole tier."""

    tier: int
    after_minutes: int
    upwards: str
    from_team: str = ""
    team: str = ""
    worst_priority: int = 5
    is_on: bool = True


def list_steps() -> Sequence[EscalationRule]:
    """Every rule of time, quickest first on each tier."""
    order = (EscalationRule.tier, EscalationRule.after_minutes, EscalationRule.id)
    return db.session.scalars(select(EscalationRule).order_by(*order)).all()


def save_step(facts: StepFacts, *, by: Person, rule_id: int | None = None, seen: str = "") -> EscalationRule:
    """Add or correct a rule; one that would send incidents round is refused and names the way.

    `seen` as in `overtaking`.
    """
    require(by, Action.ADMINISTER)
    _check(facts)
    with write() as session:
        rule = rule_of(session, EscalationRule, rule_id) if rule_id else EscalationRule()
        if rule_id:
            require_unchanged(rule, seen)
        rule.from_team = own_team(session, facts.from_team) if facts.from_team else None
        rule.tier = rule.from_team.tier if rule.from_team else facts.tier
        rule.upwards, rule.after_minutes = facts.upwards, facts.after_minutes
        rule.team = own_team(session, facts.team) if facts.upwards == Upwards.TEAM else None
        rule.worst_priority, rule.is_on = facts.worst_priority, facts.is_on
        session.add(rule)
        session.flush()
        _refuse_rounds(session)
    return rule


def remove_step(rule_id: int, *, by: Person) -> None:
    """Forget a rule of time."""
    require(by, Action.ADMINISTER)
    with write() as session:
        session.delete(rule_of(session, EscalationRule, rule_id))


def rules_for(rules: Iterable[EscalationRule], team: Team, *, priority: int) -> list[EscalationRule]:
    """Which rules hold for what lies with this team: its own before those of its tier, quickest first."""
    fitting = [
        rule
        for rule in rules
        if rule.is_on
        and priority <= rule.worst_priority
        and rule.from_team_id in {None, team.id}
        and (rule.from_team_id is not None or rule.tier == team.tier)
    ]
    return sorted(fitting, key=lambda rule: (rule.from_team_id is None, rule.after_minutes, rule.id))


def round_trip(ways: Mapping[int, set[int]]) -> list[int] | None:
    """A way that comes back to where it began, None when there is none. `ways` leads from team to team."""
    done: set[int] = set()
    for start in ways:
        found = _follow(ways, start, [], done)
        if found:
            return found
    return None


def _follow(ways: Mapping[int, set[int]], at: int, path: list[int], done: set[int]) -> list[int] | None:
    if at in path:
        return [*path[path.index(at) :], at]
    if at in done:
        return None
    for step in sorted(ways.get(at, ())):
        found = _follow(ways, step, [*path, at], done)
        if found:
            return found
    done.add(at)
    return None


def ways_of(rules: Iterable[EscalationRule], teams: Sequence[Team]) -> dict[int, set[int]]:
    """Where each team's work may go by these rules; the next tier may be any team above."""
    ways: dict[int, set[int]] = {team.id: set() for team in teams}
    for rule in rules:
        for team in teams if rule.is_on else ():
            if rule.from_team_id == team.id or (rule.from_team_id is None and rule.tier == team.tier):
                ways[team.id] |= _targets(rule, team, teams)
    return ways


def _targets(rule: EscalationRule, team: Team, teams: Sequence[Team]) -> set[int]:
    if rule.upwards == Upwards.TEAM and rule.team_id is not None:
        return {rule.team_id}
    if rule.upwards == Upwards.NEXT_TIER:
        return {other.id for other in teams if other.tier > team.tier}
    return set()


def _refuse_rounds(session: Session) -> None:
    teams = session.scalars(select(Team).where(or_(Team.is_vendor.is_(False)))).all()
    found = round_trip(ways_of(session.scalars(select(EscalationRule)).all(), teams))
    if found:
        names = {team.id: team.name for team in teams}
        way = " → ".join(names[team_id] for team_id in found)
        raise Conflict(_("This would send incidents round: %(way)s.", way=way))


def _check(facts: StepFacts) -> None:
    if facts.tier not in {1, 2, 3}:
        raise Invalid(_("A team stands on tier 1, 2 or 3."), field="tier")
    if facts.upwards not in set(Upwards):
        raise Invalid(_("Choose where it goes: the next tier, a team, or the lead."), field="upwards")
    if not 1 <= facts.after_minutes <= LONGEST:
        raise Invalid(_("Write after how many working minutes, such as 60."), field="after_minutes")
    if facts.worst_priority not in range(1, 6):
        raise Invalid(_("Priorities go from 1 to 5."), field="worst_priority")
