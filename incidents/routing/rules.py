"""The ordered rules: the first that fits decides, and below them what has always been so.

At the end stands the default: the service's owner where it is a team on tier 1, else the first line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents.models import Incident
from incidents.people import Team
from incidents.routing.conditions import Facts, met, sentence
from incidents.routing.models import Assigning, RoutingRule
from incidents.services import Service
from knowledge_base.models import Category


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Which team, why, and how the one who works on it is found; `rule` None is the default."""

    team: Team | None
    because: str
    rule: RoutingRule | None = None

    @property
    def assigning(self) -> Assigning:
        return Assigning(self.rule.assigning) if self.rule else Assigning.NOBODY


def in_order(session: Session) -> Sequence[RoutingRule]:
    """Every rule, those that are switched off too."""
    return session.scalars(select(RoutingRule).order_by(RoutingRule.position, RoutingRule.id)).all()


def facts_of(session: Session, incident: Incident) -> Facts:
    """What rules see of an incident."""
    return Facts(
        categories=with_parent(session, incident.category),
        service=incident.service.slug if incident.service else "",
        kind=incident.kind,
        priority=incident.priority,
        channel=incident.channel,
        site=incident.requester.site,
        department=incident.requester.department,
        text=f"{incident.title}\n{incident.description}",
    )


def with_parent(session: Session, slug: str) -> tuple[str, ...]:
    """A category and the one above it."""
    category = session.get(Category, slug)
    return (slug, category.parent_slug) if category and category.parent_slug else (slug,)


def decide(session: Session, facts: Facts, *, rules: Iterable[RoutingRule] | None = None) -> Decision:
    """Where it goes. `rules` in their order save asking for them again."""
    for rule in in_order(session) if rules is None else rules:
        seen = met(rule.conditions, facts) if rule.is_on else None
        if seen is not None:
            because = _("Rule “%(name)s”: %(seen)s", name=rule.name, seen=sentence(seen))
            return Decision(team=rule.team, because=because, rule=rule)
    return _by_default(session, facts.service)


def on_tier(tier: int) -> Select[Team]:
    """The first team on this tier."""
    return select(Team).where(Team.tier == tier, Team.is_vendor.is_(False)).order_by(Team.id).limit(1)


def _by_default(session: Session, slug: str) -> Decision:
    service = session.scalar(select(Service).where(Service.slug == slug)) if slug else None
    owner = service.team if service else None
    if service is not None and owner is not None and owner.tier == 1 and not owner.is_vendor:
        return Decision(team=owner, because=_("No rule fits; %(service)s is theirs", service=service.name))
    return Decision(team=session.scalar(on_tier(1)), because=_("No rule fits; the first line has it"))
