"""Which incidents a report is about: a range of days and what they have in common."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression

from firstline import clock
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.reports.models import Fact

LONGEST = timedelta(days=3653)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """`since` and `until` are days of the desk's zone, both included; empty or None means any."""

    since: date
    until: date
    channel: str = ""
    category: str = ""
    service_id: int | None = None
    team_id: int | None = None
    priority: int | None = None

    def before(self) -> "Scope":
        """The same number of days just before it."""
        length = self.until - self.since + DAY
        return replace(self, since=self.since - length, until=self.since - DAY)

    def conditions(self, day: SQLColumnExpression[Any]) -> list[ColumnElement[bool]]:
        """What a row must satisfy, its `day` within the range."""
        wanted = [day >= self.since, day <= self.until]
        for column, value in (
            (Fact.channel, self.channel),
            (Fact.category, self.category),
            (Fact.service_id, self.service_id),
            (Fact.team_id, self.team_id),
            (Fact.priority, self.priority),
        ):
            if value:
                wanted.append(column == value)
        return wanted


def check(scope: Scope) -> Scope:
    """Refuse a range that cannot be meant."""
    if scope.until < scope.since:
        raise Invalid(
            _("The last day lies before the first. Choose them the other way round."), field="until"
        )
    if scope.until - scope.since > LONGEST:
        raise Invalid(_("Choose at most ten years."), field="since")
    if scope.since > clock.now().date() + DAY:
        raise Invalid(_("This range has not begun yet."), field="since")
    return scope
