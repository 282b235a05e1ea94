"""Noise kept from people: alerts in, incidents out."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, select

from firstline.i18n import lazy_gettext as _
from incidents.alerts.models import Outcome, Received
from incidents.reports.boards import Board, Row, Span, shares


def _count(span: Span) -> Sequence[Row]:
    return shares(Received.outcome, _within(span), Outcome)


def _within(span: Span) -> ColumnElement[bool]:
    return span.holds(Received.received_at) & span.passes(Received.incident_id)


def _behind(span: Span, key: str) -> Select[int]:
    named = Received.incident_id.is_not(None)
    return select(Received.incident_id).where(_within(span), Received.outcome == key, named)  # type: ignore[return-value]


BOARD = Board(
    slug="noise",
    label=_("Alerts in, incidents out"),
    definition=_(
        "Alerts received in the range, by what became of them. Only the first row opened incidents: "
        "the rest is what was kept from people."
    ),
    leaves_out=_("Alarms that came by mail: they are read as incidents at once."),
    filtered=_("Alerts that belong to no incident: they have nothing that could be filtered."),
    count=_count,
    behind=_behind,
    words={
        Outcome.OPENED: _("opened an incident"),
        Outcome.JOINED: _("joined an incident"),
        Outcome.REPEATED: _("known already"),
        Outcome.RECOVERED: _("is over"),
        Outcome.FLAPPING: _("flaps, kept together"),
        Outcome.MAINTENANCE: _("expected: maintenance"),
        Outcome.OVER_ALREADY: _("was over already"),
        Outcome.NEVER_SEEN: _("end of what was never seen"),
        Outcome.REFUSED: _("refused"),
        Outcome.DUE: _("waits to be sorted"),
    },
)
