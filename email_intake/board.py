"""What became of mail, for the reports."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, select

from email_intake.models import Outcome, RawMessage
from firstline.i18n import lazy_gettext as _
from incidents.reports.boards import Board, Row, Span, shares


def _count(span: Span) -> Sequence[Row]:
    return shares(RawMessage.outcome, _within(span), BOARD.words)


def _within(span: Span) -> ColumnElement[bool]:
    return span.holds(RawMessage.received_at) & span.passes(RawMessage.incident_id)


def _behind(span: Span, key: str) -> Select[int]:
    named = RawMessage.incident_id.is_not(None)
    return select(RawMessage.incident_id).where(_within(span), RawMessage.outcome == key, named)  # type: ignore[return-value]


BOARD = Board(
    slug="mail",
    label=_("What became of mail"),
    definition=_("Messages received in the range, each by what it came to. They add up to what was taken."),
    leaves_out=_("Originals that were erased on request: their incidents are kept."),
    filtered=_("Messages that belong to no incident: they have nothing that could be filtered."),
    count=_count,
    behind=_behind,
    words={
        Outcome.OPENED: _("opened an incident"),
        Outcome.APPENDED: _("was added to one"),
        Outcome.IGNORED: _("was ignored, with a reason"),
        Outcome.QUARANTINED: _("was held back"),
        Outcome.WAITING: _("waits to be read"),
    },
)
