"""What requesters think of how it was solved."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, select

from firstline.i18n import lazy_gettext as _
from incidents.policy import Action
from incidents.reports.boards import Board, Row, Span, counts
from incidents.resolutions.models import Rating, Score


def _count(span: Span) -> Sequence[Row]:
    found = counts(Rating.score, _within(span))
    whole = sum(found.values())
    return [Row(key=key, number=found.get(key, 0), of=whole) for key in Score] if whole else []


def _within(span: Span) -> ColumnElement[bool]:
    return span.holds(Rating.created_at) & span.passes(Rating.incident_id)


def _behind(span: Span, key: str) -> Select[int]:
    return select(Rating.incident_id).where(_within(span), Rating.score == key)


BOARD = Board(
    slug="satisfaction",
    label=_("Satisfaction"),
    definition=_(
        "CSAT: what requesters said of a resolution by one click in the range, each resolution once."
    ),
    leaves_out=_("Who said nothing: that is most people, and not the average of them."),
    count=_count,
    behind=_behind,
    words={Score.GREAT: _("great"), Score.OKAY: _("okay"), Score.NOT_GOOD: _("not good")},
    allowed=Action.SEE_SATISFACTION,
)
