"""Writes a year in bulk: rows by the thousand, in one transaction, in the order in which things happened."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from commands.demo.year.life import Life, Row
from firstline.db import Model
from incidents.models import Entry, Incident
from incidents.resolutions.models import Rating
from incidents.sla.models import ClockStop

BATCH = 2_000


def write_lives(session: Session, lives: Sequence[Life]) -> None:
    """Write incidents, timelines and all that goes with them, inside the caller's `write()`."""
    put(session, Incident, [_incident(one) for one in lives])
    put(session, Entry, _entries(session, lives))
    put(session, ClockStop, [_stop(one, stop, why) for one in lives for stop, why in one.stops])
    beside: defaultdict[type[Model], list[Row]] = defaultdict(list)
    for life in lives:
        for model, row in life.beside:
            beside[model].append(row)
    for row in beside[Rating]:
        row["resolution_id"] = row["resolution_id"]["id"]
    for model, rows in beside.items():
        put(session, model, rows)


def put(session: Session, model: type[Model], rows: Sequence[Row]) -> None:
    """Insert the rows, all with the same columns, and let the database number on behind them."""
    for start in range(0, len(rows), BATCH):
        session.execute(insert(model), rows[start : start + BATCH])
    if rows and "id" in rows[0] and session.get_bind().dialect.name == "postgresql":
        table = model.__tablename__
        highest = select(func.max(model.__table__.c.id)).scalar_subquery()
        session.execute(select(func.setval(func.pg_get_serial_sequence(table, "id"), highest)))


def _incident(life: Life) -> Row:
    one = life.incident
    return {column.key: getattr(one, column.key) for column in COLUMNS}


def _entries(session: Session, lives: Sequence[Life]) -> list[Row]:
    """Numbered over all incidents by time; what happened at once keeps its order."""
    entries = sorted((entry for one in lives for entry in one.entries), key=lambda entry: entry["created_at"])
    first = (session.scalar(select(func.max(Entry.id))) or 0) + 1
    for number, entry in enumerate(entries, start=first):
        entry["id"] = number
    return entries


def _stop(life: Life, stop: Any, because: str) -> Row:
    return {
        "incident_id": life.incident.id,
        "began_at": stop.began_at,
        "ended_at": stop.ended_at,
        "because": because,
    }


COLUMNS = tuple(Incident.__table__.columns)
