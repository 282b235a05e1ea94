"""Which open incidents are nearest in meaning, without asking for a thousand of them each time.

Those that came more than a minute ago are known for a second; younger ones are asked for each time, so that
of many who tell of one trouble at once each finds the others. What ended within that second is left out when its
words are read (`telling.told`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import numpy as np
from flask import current_app
from numpy.typing import NDArray
from sqlalchemy import select

from firstline import clock
from firstline.db import db
from incidents import duplicates
from incidents.kinship.models import IncidentVector
from incidents.kinship.telling import MOST_COMPARED, may_be_joined
from incidents.kinship.vectors import vectors_of
from incidents.models import Incident
from knowledge_base.embedding import Encoder

KNOWN_FOR_S = 1.0
SETTLED_AFTER = timedelta(minutes=1)
CACHE = "firstline_open_incidents"

Which = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]
"""Of incidents and their requesters, by their numbers: which ones are meant."""


@dataclass(frozen=True)
class _Known:
    """Rows of number and requester, the newest first, up to this number."""

    read_at: float
    up_to: int
    rows: NDArray[np.int64]


def nearest_in_meaning(
    vector: NDArray[np.float32], encoder: Encoder, which: Which, *, limit: int
) -> list[int]:
    """The nearest of those that are alike enough in meaning to be proposed at all."""
    rows = _open_ones(encoder.identity)
    ids = rows[which(rows[:, 0], rows[:, 1]), 0][:MOST_COMPARED].tolist()
    if not ids:
        return []
    alike = vectors_of(ids, model=encoder.identity) @ vector
    nearest = [place for place in np.argsort(-alike)[:limit] if alike[place] >= duplicates.LEAST_MEANING]
    return [ids[place] for place in nearest]


def _open_ones(model: str) -> NDArray[np.int64]:
    """The newest that may be joined and have a vector by this model."""
    cache: dict[str, _Known] = current_app.extensions.setdefault(CACHE, {})
    known = cache.get(model)
    if known is None or monotonic() - known.read_at >= KNOWN_FOR_S:
        known = cache[model] = _settled(_read(model))
    return np.concatenate([_read(model, after=known.up_to)[:, :2], known.rows])


def _settled(rows: NDArray[np.int64]) -> _Known:
    young = rows[rows[:, 2] == 0, 0]
    up_to = int(young.min() - 1 if len(young) else rows[:, 0].max(initial=0))
    return _Known(monotonic(), up_to, rows[rows[:, 0] <= up_to, :2])


def _read(model: str, *, after: int = 0) -> NDArray[np.int64]:
    is_settled = Incident.created_at < clock.now() - SETTLED_AFTER
    found = (
        select(IncidentVector.incident_id, Incident.requester_id, is_settled)
        .join(Incident, Incident.id == IncidentVector.incident_id)
        .where(*may_be_joined(), IncidentVector.model == model, IncidentVector.incident_id > after)
    )
    newest = found.order_by(IncidentVector.incident_id.desc()).limit(MOST_COMPARED + 1)
    rows = [tuple(row) for row in db.session.execute(newest)]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)
