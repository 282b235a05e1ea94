"""Every figure, with what it means and what it leaves out. A figure is a sum, or a sum over a count."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, literal

from firstline.i18n import lazy_gettext as _
from incidents.models import Resolution, State
from incidents.reports.models import Fact

BY_PEOPLE = [Resolution.SUPPORT, Resolution.HIGHER_TIER, Resolution.VENDOR]


class Unit(StrEnum):
    """How a figure reads."""

    COUNT = "count"
    SHARE = "share"
    DURATION = "duration"
    MINUTES = "minutes"


class Basis(StrEnum):
    """The day by which an incident falls into the range."""

    OPENED = "opened"
    RESOLVED = "resolved"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`amount` is summed over the rows where `among` holds; `per_row`: divided by their number.

    Durations are in seconds. `is_better_low` says which way is good, None where neither is.
    """

    slug: str
    label: object
    definition: object
    leaves_out: object
    unit: Unit
    basis: Basis
    amount: SQLColumnExpression[Any]
    among: ColumnElement[bool]
    per_row: bool = True
    is_better_low: bool | None = None

    @property
    def total(self) -> ColumnElement[int]:
        """The sum, in SQL."""
        return func.coalesce(func.sum(case((self.among, self.amount), else_=0)), 0)

    @property
    def count(self) -> ColumnElement[int]:
        """The number of rows it is about, in SQL."""
        return func.coalesce(func.sum(case((self.among, 1), else_=0)), 0)


def day_of(figure: Figure) -> SQLColumnExpression[Any]:
    """The day by which an incident falls into the range."""
    return Fact.opened_on if figure.basis == Basis.OPENED else Fact.resolved_on


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


_ONE = literal(1)
_COUNTED = Fact.state.not_in([State.MERGED, State.CANCELLED])
_RESOLVED = and_(_COUNTED, Fact.resolve_s.is_not(None))
_ANSWERED = and_(_COUNTED, Fact.answer_s.is_not(None))
_SELF = Fact.resolution == Resolution.SELF_SERVICE

FIGURES = (
    Figure(
        slug="reports",
        label=_("Reports"),
        definition=_("Incidents that were reported in the range, by whatever way."),
        leaves_out=_("Nothing: joined and withdrawn ones count."),
        unit=Unit.COUNT, basis=Basis.OPENED, amount=_ONE, among=Fact.state.is_not(None), per_row=False,
    ),
    Figure(
        slug="joined",
        label=_("Joined"),
        definition=_("Share of reports that turned out to be the same trouble as another and were joined with it."),
        leaves_out=_("Reports joined after today."),
        unit=Unit.SHARE, basis=Basis.OPENED, amount=_one_if(Fact.state == State.MERGED), among=Fact.state.is_not(None),
    ),
    Figure(
        slug="resolved",
        label=_("Resolved"),
        definition=_("Incidents whose last resolution falls into the range."),
        leaves_out=_("Joined and withdrawn ones, and what was reopened and is open now."),
        unit=Unit.COUNT, basis=Basis.RESOLVED, amount=_ONE, among=_RESOLVED, per_row=False,
    ),
    Figure(
        slug="self_service",
        label=_("Resolved by self-service"),
        definition=_("Share of what was resolved of which the person said that a known fix helped."),
        leaves_out=_("Silence: it is never counted as a success."),
        unit=Unit.SHARE, basis=Basis.RESOLVED, amount=_one_if(_SELF), among=_RESOLVED, is_better_low=False,
    ),
    Figure(
        slug="answer_clock",
        label=_("Time to answer"),
        definition=_("MTTA: mean time on the clock from receipt to the first word of a person."),
        leaves_out=_("What nobody answered, as most of self-service; joined and withdrawn ones. Suggestions are no answer."),
        unit=Unit.DURATION, basis=Basis.OPENED, amount=Fact.answer_s, among=_ANSWERED, is_better_low=True,
    ),
    Figure(
        slug="answer_working",
        label=_("Time to answer, working time"),
        definition=_("MTTA in working time of the calendar that applies: mean from receipt to the first word of a person."),
        leaves_out=_("Nights, days off and waiting for the requester or a vendor; what nobody answered."),
        unit=Unit.DURATION, basis=Basis.OPENED, amount=Fact.answer_working_s, among=_ANSWERED, is_better_low=True,
    ),
    Figure(
        slug="resolve_clock",
        label=_("Time to resolve"),
        definition=_("MTTR: mean time on the clock from receipt to the last resolution."),
        leaves_out=_("Joined and withdrawn ones. Time before a reopening is inside."),
        unit=Unit.DURATION, basis=Basis.RESOLVED, amount=Fact.resolve_s, among=_RESOLVED, is_better_low=True,
    ),
    Figure(
        slug="resolve_working",
        label=_("Time to resolve, working time"),
        definition=_("MTTR in working time of the calendar that applies: mean from receipt to the last resolution."),
        leaves_out=_("Nights, days off, waiting for the requester or a vendor, and the time between a resolution and its reopening."),
        unit=Unit.DURATION, basis=Basis.RESOLVED, amount=Fact.resolve_working_s, among=_RESOLVED, is_better_low=True,
    ),
    Figure(
        slug="waiting",
        label=_("Waiting"),
        definition=_("Mean time on the clock that a resolved incident waited for its requester or a vendor."),
        leaves_out=_("Waiting in the queue: that is ours."),
        unit=Unit.DURATION, basis=Basis.RESOLVED, amount=Fact.waiting_s, among=_RESOLVED, is_better_low=True,
    ),
    Figure(
        slug="vendor",
        label=_("Waiting for vendors"),
        definition=_("Mean time on the clock that those waited which a vendor was asked about."),
        leaves_out=_("Incidents no vendor was asked about."),
        unit=Unit.DURATION, basis=Basis.RESOLVED, amount=Fact.waiting_vendor_s,
        among=and_(_RESOLVED, Fact.waiting_vendor_s > 0), is_better_low=True,
    ),
    Figure(
        slug="first_contact",
        label=_("Resolved on first contact"),
        definition=_("Share of what people of support resolved that was solved in the first conversation."),
        leaves_out=_("Self-service and automatic remedies."),
        unit=Unit.SHARE, basis=Basis.RESOLVED, amount=_one_if(Fact.is_first_contact.is_(True)),
        among=and_(_RESOLVED, Fact.resolution.in_(BY_PEOPLE)), is_better_low=False,
    ),
    Figure(
        slug="reopened",
        label=_("Reopened"),
        definition=_("Share of what was resolved that had been reopened at least once before."),
        leaves_out=_("What is open again now."),
        unit=Unit.SHARE, basis=Basis.RESOLVED, amount=_one_if(Fact.is_reopened.is_(True)), among=_RESOLVED, is_better_low=True,
    ),
    Figure(
        slug="answered_in_time",
        label=_("Answered in time"),
        definition=_("Share of answered reports whose first answer came by the agreed time."),
        leaves_out=_("What nobody answered yet; joined and withdrawn ones."),
        unit=Unit.SHARE, basis=Basis.OPENED, amount=_one_if(Fact.is_answered_in_time.is_(True)), among=_ANSWERED, is_better_low=False,
    ),
    Figure(
        slug="resolved_in_time",
        label=_("Resolved in time"),
        definition=_("Share of what was resolved that was resolved by the agreed time."),
        leaves_out=_("What is open; joined and withdrawn ones."),
        unit=Unit.SHARE, basis=Basis.RESOLVED, amount=_one_if(Fact.is_resolved_in_time.is_(True)), among=_RESOLVED, is_better_low=False,
    ),
    Figure(
        slug="minutes",
        label=_("Time spent"),
        definition=_("Minutes people of support wrote down for what was resolved in the range, all together."),
        leaves_out=_("What nobody wrote down."),
        unit=Unit.MINUTES, basis=Basis.RESOLVED, amount=Fact.minutes_spent, among=_RESOLVED, per_row=False,
    ),
)  # fmt: skip
BY_SLUG = {figure.slug: figure for figure in FIGURES}
