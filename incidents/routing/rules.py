"""The ordered rules: the first that fits decides, and below them what has always been so.

At the end stands the default: the service's owner where it is a team on tier 1, else the first line.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from firstline import reference
from firstline.db import db
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


def facts_of(incident: Incident) -> Facts:
    """What rules see of an incident."""
    return Facts(
        categories=with_parent(incident.category),
        service=incident.service.slug if incident.service else "",
        kind=incident.kind,
        priority=incident.priority,
        channel=incident.channel,
        site=incident.requester.site,
        department=incident.requester.department,
        text=f"{incident.title}\n{incident.description}",
    )


def with_parent(slug: str) -> tuple[str, ...]:
    """A category and the one above it."""
    above = _parents().get(slug)
    return (slug, above) if above else (slug,)


@reference.kept(Category)
def _parents() -> dict[str, str | None]:
    found = db.session.execute(select(Category.slug, Category.parent_slug))
    return {one.slug: one.parent_slug for one in found}


def decide(
    session: Session,
    facts: Facts,
    *,
    rules: Iterable[RoutingRule] | None = None,
    default: Callable[[str], Decision] | None = None,
) -> Decision:
    """Where it goes. `rules` in their order, and `by_default` of the session, save asking for them again."""
    for rule in in_order(session) if rules is None else rules:
        seen = met(rule.conditions, facts) if rule.is_on else None
        if seen is not None:
            because = _("Rule “%(name)s”: %(seen)s", name=rule.name, seen=sentence(seen))
            return Decision(team=rule.team, because=because, rule=rule)
    return default(facts.service) if default else by_default(session, facts.service)


def on_tier(tier: int) -> Select[Team]:
    """The first team on this tier."""
    return select(Team).where(Team.tier == tier, Team.is_vendor.is_(False)).order_by(Team.id).limit(1)


def by_default(session: Session, slug: str) -> Decision:
    """Where what no rule takes goes, by its service."""
    service = session.scalar(select(Service).where(Service.slug == slug)) if slug else None
    owner = service.team if service else None
    if service is not None and owner is not None and owner.tier == 1 and not owner.is_vendor:
        return Decision(team=owner, because=_("No rule fits; %(service)s is theirs", service=service.name))
    return Decision(team=session.scalar(on_tier(1)), because=_("No rule fits; the first line has it"))
