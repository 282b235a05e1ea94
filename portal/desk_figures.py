"""Figures of the desk for monitoring: what is open and late, alerts, satisfaction, webhooks."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import Row, func, select
from sqlalchemy.sql.elements import ColumnElement

from firstline import clock
from firstline.db import db
from incidents.alerts.models import Received
from incidents.models import OPEN_NOW, Incident
from incidents.notices import Notice
from incidents.people import Team
from incidents.resolutions.models import Rating
from incidents.webhooks.models import Delivery

Rows = Iterable[Row[*tuple[object, ...]]]


def collect(registry: CollectorRegistry) -> None:
    """Add every figure of the desk to this registry."""
    by_channel = _count(Incident.state, Incident.channel)
    _gauge(registry, "firstline_incidents", "Incidents.", ["state", "channel"], by_channel)
    _open_ones(registry)
    _gauge(registry, "firstline_alerts", "Alerts received.", ["outcome"], _count(Received.outcome))
    _gauge(registry, "firstline_ratings", "What requesters think.", ["score"], _count(Rating.score))
    states = _count(Notice.state)
    _gauge(registry, "firstline_notices", "Messages owed or sent to people.", ["state"], states)
    heard = _count(Delivery.standing)
    _gauge(registry, "firstline_webhook_deliveries", "Events owed to webhooks.", ["standing"], heard)


def _open_ones(registry: CollectorRegistry) -> None:
    """Those the index of open ones finds, however many are over."""
    team = func.coalesce(Team.slug, "none")
    by_team = select(Incident.priority, team, func.count()).outerjoin(Team, Team.id == Incident.team_id)
    rows = db.session.execute(by_team.where(OPEN_NOW).group_by(Incident.priority, team)).all()
    _gauge(registry, "firstline_incidents_open", "Open incidents.", ["priority", "team"], rows)
    now = clock.now()
    for name, what, late in (
        ("firstline_incidents_late", "Open incidents whose next promise is over.", Incident.due_at < now),
        ("firstline_incidents_unowned", "Open incidents nobody has taken.", Incident.assignee_id.is_(None)),
    ):
        Gauge(name, what, registry=registry).set(_how_many(late))


def _how_many(condition: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count(Incident.id)).where(OPEN_NOW, condition)) or 0


def _count(*columns: ColumnElement[object]) -> Rows:
    return db.session.execute(select(*columns, func.count()).group_by(*columns)).all()


def _gauge(registry: CollectorRegistry, name: str, what: str, labels: list[str], rows: Rows) -> None:
    gauge = Gauge(name, what, labels, registry=registry)
    for *values, count in rows:
        gauge.labels(*values).set(count)
