"""The rows behind the figures, batch by batch; no session is held between two of them."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Select, select

from firstline.db import db
from incidents.models import number_of
from incidents.people import Team
from incidents.reports.models import Fact
from incidents.services import Service

COLUMNS = [column for column in Fact.__table__.columns if column.key not in {"version", "incident_id"}]
NAMES: tuple[object, ...] = ("number", *(column.key for column in COLUMNS), "service", "team")
NAMED = (
    select(Fact.incident_id, *COLUMNS, Service.name, Team.name)
    .outerjoin(Service, Service.id == Fact.service_id)
    .outerjoin(Team, Team.id == Fact.team_id)
)
SIZE = 1_000

Row = tuple[object, ...]
Batches = Callable[[int], tuple[list[Row], int]]
"""Gives the rows behind an id in the order they came, and the last id; no rows are the end."""


def that_are(conditions: Sequence[ColumnElement[bool]], *, size: int = SIZE) -> Batches:
    """The rows for which all of this holds. None in a row is unknown."""

    def batch(after: int) -> tuple[list[Row], int]:
        wanted = NAMED.where(*conditions, Fact.incident_id > after)
        found = db.session.execute(wanted.order_by(Fact.incident_id).limit(size)).all()
        rows: list[Row] = [(number_of(row[0]), *row[1:]) for row in found]
        return rows, found[-1][0] if found else after

    return batch


def of(behind: Select[int], *, size: int = SIZE) -> Batches:
    """The rows of these incidents. Their ids are found once: a million of them take eight megabytes."""
    ids = array("q", sorted(set(db.session.scalars(behind))))

    def batch(after: int) -> tuple[list[Row], int]:
        first = bisect_right(ids, after)
        some = ids[first : first + size]
        rows, _last = that_are([Fact.incident_id.in_(some)], size=size)(after)
        return rows, some[-1] if some else after

    return batch
