"""How vendors keep their promises."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, select

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext
from firstline.i18n import lazy_gettext as _
from incidents.reports.boards import Board, Row, Span
from incidents.routing.models import VendorRequest

HOUR = timedelta(hours=1)


def _count(span: Span) -> Sequence[Row]:
    asked: defaultdict[str, list[VendorRequest]] = defaultdict(list)
    for request in db.session.scalars(select(VendorRequest).where(_within(span))):
        asked[request.vendor_name].append(request)
    rows = [_row(name, requests) for name, requests in asked.items()]
    return sorted(rows, key=lambda row: row.key)


def _row(name: str, requests: Sequence[VendorRequest]) -> Row:
    """In time of those of which it is known: answered, or overdue by now."""
    judged = [one for one in requests if one.answered_at or one.answer_by < clock.now()]
    in_time = [one for one in judged if one.answered_at and one.answered_at <= one.answer_by]
    waits = [one.answered_at - one.asked_at for one in requests if one.answered_at]
    mean = f"{sum(waits, timedelta()) / len(waits) / HOUR:.1f}" if waits else gettext("not known")
    note = gettext("asked %(asked)s times, answered %(answered)s, on average after %(hours)s h")
    said = note % {"asked": len(requests), "answered": len(waits), "hours": mean}
    return Row(key=name, label=name, number=len(in_time), of=len(judged) or None, note=said)


def _within(span: Span) -> ColumnElement[bool]:
    return span.holds(VendorRequest.asked_at) & span.passes(VendorRequest.incident_id)


def _behind(span: Span, key: str) -> Select[int]:
    return select(VendorRequest.incident_id).where(_within(span), VendorRequest.vendor_name == key)


BOARD = Board(
    slug="vendors",
    label=_("Vendors"),
    definition=_(
        "Answers that came by the agreed time, of what each vendor was asked in the range and has answered "
        "or should have answered by now. The average is on the clock."
    ),
    leaves_out=_("Questions whose time is not over and which are not answered yet."),
    count=_count,
    behind=_behind,
    words={},
)
