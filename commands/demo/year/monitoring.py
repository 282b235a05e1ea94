"""The alerts behind what monitors raised: repeated, joined and over again, far more than incidents."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from commands.demo.year.desk import Desk
from commands.demo.year.story import Tale
from incidents.alerts.models import Alert, Outcome, Received, Status
from incidents.moving import rows
from incidents.moving.life import Life, Row

SOURCE = "alertmanager"


def write_alerts(session: Session, desk: Desk) -> None:
    """One row for each alert received, and how each stands now."""
    received: list[Row] = []
    standing: dict[str, Row] = {}
    for key, tale in desk.tales.items():
        if tale.alert is not None:
            for row in _of(desk, desk.lives[key], tale):
                received.append(row)
                standing[row["fingerprint"]] = row
    rows.put(session, Received, sorted(received, key=lambda row: row["received_at"]))
    rows.put(session, Alert, [_stands(row, desk.now) for row in standing.values()])


def _of(desk: Desk, life: Life, tale: Tale) -> Iterator[Row]:
    """Opened one incident; what came meanwhile changed nothing, and its end was told."""
    assert tale.alert is not None
    host, one = desk.chance.choice(tale.alert["hosts"]), life.incident
    over = one.resolved_at or desk.now
    yield _row(tale, life, host, tale.at, Outcome.OPENED)
    for _ in range(desk.chance.randrange(0, 9)):
        at = tale.at + (over - tale.at) * desk.chance.random()
        yield _row(tale, life, host, at, Outcome.REPEATED)
    for other in tale.alert["hosts"]:
        if other != host and desk.happens(0.35):
            yield _row(tale, life, other, tale.at + timedelta(seconds=40), Outcome.JOINED)
    if one.resolved_at is not None:
        yield _row(tale, life, host, one.resolved_at, Outcome.RECOVERED)


def _row(tale: Tale, life: Life, host: str, at: datetime, outcome: Outcome) -> Row:
    assert tale.alert is not None
    name, service = tale.alert["alert"], tale.trouble.service
    return {
        "source": SOURCE,
        "by_id": tale.by.id,
        "fingerprint": sha256(f"{name}/{host}/{life.incident.id}".encode()).hexdigest()[:16],
        "group_key": f"{service}/{name}".casefold(),
        "status": Status.RESOLVED if outcome == Outcome.RECOVERED else Status.FIRING,
        "title": life.incident.title,
        "description": life.incident.description,
        "labels": {
            "alertname": name,
            "service": service,
            "instance": host,
            "severity": tale.alert["severity"],
        },
        "starts_at": tale.at,
        "received_at": at,
        "outcome": outcome,
        "incident_id": life.incident.id,
    }


def _stands(row: Row, now: datetime) -> Row:
    names = ("fingerprint", "group_key", "incident_id", "starts_at")
    kept = {name: row[name] for name in names}
    return kept | {"status": Status.RESOLVED, "seen_at": min(row["received_at"], now), "began": []}
