"""Why promises were missed: where the time went of what was resolved too late."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, case, select

from firstline.i18n import lazy_gettext as _
from incidents.models import State
from incidents.reports.boards import Board, Row, Span, shares
from incidents.reports.models import Fact

_HANDS = Fact.resolve_s - Fact.queued_s - Fact.waiting_s
_reason = case(
    (Fact.is_reopened, "reopened"),
    ((Fact.queued_s >= _HANDS) & (Fact.queued_s >= Fact.waiting_s), "queued"),
    (Fact.waiting_s >= _HANDS, "waiting"),
    else_="worked",
)
"""Reopened whatever else; else where most of the time on the clock went."""


def _late(span: Span) -> ColumnElement[bool]:
    counted = Fact.state.not_in([State.MERGED, State.CANCELLED])
    return and_(counted, Fact.is_resolved_in_time.is_(False), *span.scope.conditions(Fact.resolved_on))


def _count(span: Span) -> Sequence[Row]:
    return shares(_reason, _late(span), BOARD.words)


def _behind(span: Span, key: str) -> Select[int]:
    return select(Fact.incident_id).where(_late(span), _reason == key)


BOARD = Board(
    slug="missed",
    label=_("Promises missed, and why"),
    definition=_(
        "What was resolved in the range after the agreed time, by where its time went: reopened at least "
        "once, or else where it spent most of its time on the clock."
    ),
    leaves_out=_("What is still open; joined and withdrawn ones."),
    count=_count,
    behind=_behind,
    words={
        "queued": _("lay in the queue"),
        "worked": _("was worked on"),
        "waiting": _("waited for the requester or a vendor"),
        "reopened": _("was reopened"),
    },
)
