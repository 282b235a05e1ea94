"""How much noise was kept from people: alerts in, incidents out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from firstline.db import db
from incidents.alerts.models import Outcome, Received

MOST = 100


@dataclass(frozen=True)
class Noise:
    """`alerts` received, `incidents` opened for them, and how many met which outcome."""

    alerts: int
    incidents: int
    by_outcome: dict[str, int]

    @property
    def kept_away(self) -> float:
        """The share of alerts that opened no incident, 0 to 1."""
        return 1 - self.incidents / self.alerts if self.alerts else 0.0


def noise_since(at: datetime) -> Noise:
    """The figures from then until now."""
    counted = select(Received.outcome, func.count()).where(Received.received_at >= at)
    by_outcome = {row[0]: row[1] for row in db.session.execute(counted.group_by(Received.outcome))}
    return Noise(sum(by_outcome.values()), by_outcome.get(Outcome.OPENED, 0), by_outcome)


def lately(*, outcome: str = "") -> Sequence[Received]:
    """What was received last, latest first; only with this outcome where one is given."""
    found = select(Received).options(joinedload(Received.incident)).order_by(Received.id.desc())
    if outcome:
        found = found.where(Received.outcome == outcome)
    return db.session.scalars(found.limit(MOST)).all()
