"""The rows behind the figures, batch by batch; no session is held between two of them."""

from sqlalchemy import select

from firstline.db import db
from incidents.reports.models import Fact
from incidents.reports.scope import Scope

COLUMNS = [column for column in Fact.__table__.columns if column.key not in {"version", "incident_id"}]
NAMES: tuple[object, ...] = ("number", *(column.key for column in COLUMNS))

Row = tuple[object, ...]


def batch(scope: Scope, *, after: int, size: int) -> tuple[list[Row], int]:
    """What was reported in the scope behind the id `after`, in the order it came, and the last id.

    None is unknown. An empty batch is the end.
    """
    wanted = select(Fact.incident_id, *COLUMNS).where(
        *scope.conditions(Fact.opened_on), Fact.incident_id > after
    )
    found = db.session.execute(wanted.order_by(Fact.incident_id).limit(size)).all()
    rows: list[Row] = [(f"INC-{row[0]:06d}", *row[1:]) for row in found]
    return rows, found[-1][0] if found else after
