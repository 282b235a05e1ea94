"""How long each service was down: the outages people were told of, minutes that overlap counted once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select

from firstline import clock
from firstline.db import db
from firstline.i18n import lazy_gettext as _
from incidents.models import Incident
from incidents.reports.boards import Board, Row, Span
from incidents.reports.figures import Unit
from incidents.services import Outage, Service

Stretch = tuple[datetime, datetime]


def union_s(stretches: Iterable[Stretch]) -> float:
    """Seconds that lie in at least one of the stretches."""
    seconds, reached = 0.0, None
    for began, ended in sorted(stretches):
        start = began if reached is None else max(began, reached)
        seconds += max((ended - start).total_seconds(), 0)
        reached = ended if reached is None else max(reached, ended)
    return seconds


def _count(span: Span) -> Sequence[Row]:
    found: defaultdict[tuple[int, str], list[Stretch]] = defaultdict(list)
    for outage, name in db.session.execute(_outages(span).add_columns(Service.name)):
        stretch = max(outage.since, span.since), min(outage.ended_at or clock.now(), _end(span))
        found[outage.service_id, name].append(stretch)
    whole = (_end(span) - span.since).total_seconds()
    rows = [
        Row(key=str(key), label=name, number=union_s(stretches), of=whole)
        for (key, name), stretches in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.number, row.label))


def _outages(span: Span) -> Select[Outage]:
    is_within = or_(Outage.ended_at.is_(None), Outage.ended_at > span.since)
    return select(Outage).join(Service).where(Outage.since < _end(span), is_within, *_chosen(span))


def _chosen(span: Span) -> Iterator[ColumnElement[bool]]:
    if span.scope.service_id:
        yield Service.id == span.scope.service_id
    if span.scope.team_id:
        yield Service.team_id == span.scope.team_id


def _end(span: Span) -> datetime:
    """The future has no outages yet."""
    return min(span.until, max(clock.now(), span.since))


def _behind(span: Span, key: str) -> Select[int]:
    meanwhile = (
        select(Outage.id)
        .where(
            Outage.service_id == Incident.service_id,
            Outage.since <= Incident.created_at,
            or_(Outage.ended_at.is_(None), Outage.ended_at > Incident.created_at),
        )
        .exists()
    )
    within = span.holds(Incident.created_at)
    return select(Incident.id).where(Incident.service_id == int(key), within, meanwhile)


BOARD = Board(
    slug="downtime",
    label=_("Downtime by service"),
    definition=_(
        "Time in the range in which people were told of an outage of the service, and its share of the range. "
        "Two outages at once count once; one that still runs counts until now."
    ),
    leaves_out=_("Outages of no service, and faults nobody announced. A fault at one site counts in full."),
    count=_count,
    behind=_behind,
    words={},
    unit=Unit.DURATION,
    filters=("service_id", "team_id"),
    filtered=_("Services that another team looks after."),
)
