"""What a range of days came to, by one question at a time: outages, alerts, satisfaction, vendors, and so on.

A board counts things that are not incidents, or incidents by something only some of them have. Each says
what it counts and what it leaves out, and leads from every row to the incidents behind it. Channels add
boards of their own things (`email_intake.board`, `chatbot.client.board`).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import InstrumentedAttribute

from firstline.app import settings_of
from firstline.db import db
from incidents.policy import Action
from incidents.reports.figures import Unit
from incidents.reports.models import Fact
from incidents.reports.scope import FILTERS, Scope

Moment = InstrumentedAttribute[datetime]
Named = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]


@dataclass(frozen=True)
class Span:
    """From a moment up to, and without, another; `scope` has the days and the filters."""

    since: datetime
    until: datetime
    scope: Scope

    def holds(self, at: Moment) -> ColumnElement[bool]:
        """Whether something happened in it."""
        return (at >= self.since) & (at < self.until)

    def passes(self, incident_id: Named) -> ColumnElement[bool]:
        """Whether the incident a row names passes the filters; without filters every row does."""
        filters = self.scope.filters(Fact)
        return incident_id.in_(select(Fact.incident_id).where(*filters)) if filters else true()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One answer. `of` is what its share is a share of, None where there is no share.

    `label` stands for itself where the board has no word for the key; `note` is said beside it.
    """

    key: str
    number: float
    of: float | None = None
    label: str = ""
    note: object = ""

    @property
    def share(self) -> float | None:
        return self.number / self.of if self.of else None


@dataclass(frozen=True, kw_only=True)
class Board:
    """`count` answers for a span; `behind` are the ids of the incidents behind the row of a key.

    `filters` are those it knows, `filtered` says what a filter leaves out beside.
    """

    slug: str
    label: object
    definition: object
    leaves_out: object
    count: Callable[[Span], Sequence[Row]]
    behind: Callable[[Span, str], Select[int]]
    words: dict[str, object]
    unit: Unit = Unit.COUNT
    allowed: Action = Action.SEE_QUEUE
    filters: Collection[str] = FILTERS
    filtered: object = ""


def span_of(scope: Scope) -> Span:
    """The moments between which the days of a scope lie, in the desk's zone."""
    zone = ZoneInfo(settings_of(current_app).timezone)
    return Span(
        datetime.combine(scope.since, time(), zone),
        datetime.combine(scope.until + timedelta(days=1), time(), zone),
        scope,
    )


Key = ColumnElement[str] | InstrumentedAttribute[str]


def counts(by: Key, within: ColumnElement[bool]) -> dict[str, int]:
    """How many of these there are of each kind."""
    counted = select(by, func.count()).where(within).group_by(by)
    return {key: many for key, many in db.session.execute(counted).all()}  # noqa: C416 - rows are no pairs to mypy


def shares(by: Key, within: ColumnElement[bool], keys: Iterable[str]) -> Sequence[Row]:
    """A row for each kind there is, in the order of `keys`, as a part of all."""
    found = counts(by, within)
    whole = sum(found.values())
    return [Row(key=key, number=found[key], of=whole) for key in keys if key in found]
