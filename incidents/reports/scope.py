"""Which incidents a report is about: a range of days and what they have in common."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression

from firstline import clock
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.models import Incident
from incidents.reports.models import Fact

FILTERS = ("channel", "category", "service_id", "team_id", "priority")
LONGEST = timedelta(days=3653)
DAY = timedelta(days=1)
EARLIEST = date(1980, 1, 1)


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

    @property
    def chosen(self) -> dict[str, Any]:
        """The filters that are set, with their values."""
        return {name: value for name in FILTERS if (value := getattr(self, name))}

    def only(self, names: Collection[str]) -> "Scope":
        """The same days with these filters alone."""
        kept = {name: value for name, value in self.chosen.items() if name in names}
        return Scope(since=self.since, until=self.until, **kept)

    def conditions(self, day: SQLColumnExpression[Any]) -> list[ColumnElement[bool]]:
        """What a row must satisfy, its `day` within the range."""
        return [day >= self.since, day <= self.until, *self.filters(Fact)]

    def filters(self, model: type[Fact] | type[Incident]) -> list[ColumnElement[bool]]:
        """What a row must satisfy whatever its day."""
        return [getattr(model, name) == value for name, value in self.chosen.items()]


def check(scope: Scope) -> Scope:
    """Refuse a range that cannot be meant."""
    if scope.until < scope.since:
        raise Invalid(
            _("The last day lies before the first. Choose them the other way round."), field="until"
        )
    if scope.since < EARLIEST:
        raise Invalid(_("Choose days from 1980 on."), field="since")
    if scope.until - scope.since > LONGEST:
        raise Invalid(_("Choose at most ten years."), field="since")
    if scope.since > clock.now().date() + DAY:
        raise Invalid(_("This range has not begun yet."), field="since")
    return scope
