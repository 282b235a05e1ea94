"""What rules of routing and rules of time name: a team of ours, and a rule that is still there."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents.errors import Invalid, NotFound
from incidents.people import Team
from incidents.routing.models import EscalationRule, RoutingRule


def own_team(session: Session, slug: str) -> Team:
    """The team with this slug; raises `Invalid` for none and for a vendor."""
    team: Team | None = session.scalar(select(Team).where(Team.slug == slug))
    if team is None:
        raise Invalid(_("There is no such team. Choose one of the list."), field="team")
    if team.is_vendor:
        raise Invalid(
            _("A vendor is asked by a person, who says what they may see. Choose a team of ours."),
            field="team",
        )
    return team


def rule_of[Rule: (EscalationRule, RoutingRule)](session: Session, kind: type[Rule], rule_id: int) -> Rule:
    """The rule with this id; raises `NotFound` once somebody removed it."""
    rule = session.get(kind, rule_id)
    if rule is None:
        raise NotFound(_("There is no such rule any more. Go back and look again."))
    return rule
