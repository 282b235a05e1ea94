"""What became of mail, for the reports."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select

from email_intake.models import Outcome, RawMessage
from firstline.db import db
from firstline.i18n import lazy_gettext as _
from incidents.reports.boards import Board, Row, Span


def _count(span: Span) -> Sequence[Row]:
    counted = select(RawMessage.outcome, func.count()).where(_within(span)).group_by(RawMessage.outcome)
    found: dict[str, int] = {outcome: many for outcome, many in db.session.execute(counted).all()}  # noqa: C416
    whole = sum(found.values())
    return [Row(key=key, number=found[key], of=whole) for key in BOARD.words if key in found]


def _within(span: Span) -> ColumnElement[bool]:
    return (RawMessage.received_at >= span.since) & (RawMessage.received_at < span.until)


def _behind(span: Span, key: str) -> Select[int]:
    named = RawMessage.incident_id.is_not(None)
    return select(RawMessage.incident_id).where(_within(span), RawMessage.outcome == key, named)  # type: ignore[return-value]


BOARD = Board(
    slug="mail",
    label=_("What became of mail"),
    definition=_("Messages received in the range, each by what it came to. They add up to what was taken."),
    leaves_out=_("Originals that were erased on request: their incidents are kept."),
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
