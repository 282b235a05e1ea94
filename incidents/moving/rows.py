"""Writes past incidents in bulk: rows by the thousand, in the order in which things happened."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from firstline.db import Model
from incidents.models import Entry, Incident
from incidents.moving.life import Life, Row
from incidents.sla.models import ClockStop

BATCH = 2_000
COLUMNS = tuple(column.key for column in Incident.__table__.columns)


def write_lives(session: Session, lives: Sequence[Life]) -> None:
    """Write incidents, timelines and all that goes with them, inside the caller's `write()`.

    An incident without an id gets one. Where a row beside names an entry, its id takes its place.
    """
    _write_incidents(session, lives)
    entries = sorted((entry for one in lives for entry in one.entries), key=lambda entry: entry["created_at"])
    for entry, number in zip(entries, _put_numbered(session, Entry, entries), strict=True):
        entry["id"] = number
    put(session, ClockStop, [_stop(one, place) for one in lives for place in range(len(one.stops))])
    beside: defaultdict[type[Model], list[Row]] = defaultdict(list)
    for life in lives:
        for model, row in life.beside:
            beside[model].append(_named(life, row))
    for model, rows in beside.items():
        put(session, model, rows)


def put(session: Session, model: type[Model], rows: Sequence[Row]) -> None:
    """Insert the rows, all with the same columns, and let the database number on behind them."""
    for start in range(0, len(rows), BATCH):
        session.execute(insert(model), rows[start : start + BATCH])
    if rows and rows[0].get("id"):
        number_on(session, model)


def number_on(session: Session, model: type[Model]) -> None:
    """PostgreSQL counts by itself and does not see which ids were given."""
    if session.get_bind().dialect.name == "postgresql":
        highest = select(func.max(model.__table__.c.id)).scalar_subquery()
        session.execute(select(func.setval(func.pg_get_serial_sequence(model.__tablename__, "id"), highest)))


def _write_incidents(session: Session, lives: Sequence[Life]) -> None:
    if all(life.incident.id is not None for life in lives):
        return put(
            session, Incident, [{name: getattr(one.incident, name) for name in COLUMNS} for one in lives]
        )
    named = [name for name in COLUMNS if name != "id"]
    told = [{name: getattr(one.incident, name) for name in named} for one in lives]
    for life, number in zip(lives, _put_numbered(session, Incident, told), strict=True):
        life.incident.id = number
        for entry in life.entries:
            entry["incident_id"] = number
    return None


def _put_numbered(session: Session, model: type[Model], rows: Sequence[Row]) -> list[int]:
    """Insert the rows and say which ids they got, in their order."""
    statement = insert(model).returning(model.__table__.c.id, sort_by_parameter_order=True)
    found: list[int] = []
    for start in range(0, len(rows), BATCH):
        found += session.scalars(statement, rows[start : start + BATCH])
    return found


def _stop(life: Life, place: int) -> Row:
    stop, because = life.stops[place]
    return {
        "incident_id": life.incident.id,
        "began_at": stop.began_at,
        "ended_at": stop.ended_at,
        "because": because,
    }


def _named(life: Life, row: Row) -> Row:
    """The row with the ids of what it names: its incident, and entries that stand in it as rows."""
    ids = {name: value["id"] for name, value in row.items() if isinstance(value, dict) and "event" in value}
    return {**row, **ids, "incident_id": life.incident.id} if "incident_id" in row else {**row, **ids}
