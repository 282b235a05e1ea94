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
from sqlalchemy import bindparam, select

from firstline import clock
from firstline.db import db, once_a_transaction
from incidents import duplicates
from incidents.kinship.models import IncidentVector
from incidents.kinship.telling import MAY_BE_JOINED, MOST_COMPARED
from incidents.kinship.vectors import vectors_of
from incidents.models import Incident
from knowledge_base.embedding import Encoder

KNOWN_FOR_S = 1.0
SETTLED_AFTER = timedelta(minutes=1)
CACHE = "firstline_open_incidents"

NEWEST = (
    select(
        IncidentVector.incident_id, Incident.requester_id, Incident.created_at < bindparam("settled_before")
    )
    .join(Incident, Incident.id == IncidentVector.incident_id)
    .where(
        *MAY_BE_JOINED,
        IncidentVector.model == bindparam("model"),
        IncidentVector.incident_id > bindparam("after"),
    )
    .order_by(IncidentVector.incident_id.desc())
    .limit(MOST_COMPARED + 1)
)
"""Made once: to put it together takes as long as to ask it."""

Which = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]
"""Of incidents and their requesters, by their numbers: which ones are meant."""


@dataclass(frozen=True)
class _Open:
    """Rows of number and requester, the newest first, and the vector of each."""

    rows: NDArray[np.int64]
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class _Known:
    """What has settled, up to this number."""

    read_at: float
    up_to: int
    open: _Open


def nearest_in_meaning(
    vector: NDArray[np.float32], encoder: Encoder, which: Which, *, limit: int
) -> list[int]:
    """The nearest of those that are alike enough in meaning to be proposed at all."""
    settled = _settled(encoder.identity)
    young = _young(encoder.identity, settled.up_to)
    ids = np.concatenate([young.rows[:, 0], settled.open.rows[:, 0]])
    people = np.concatenate([young.rows[:, 1], settled.open.rows[:, 1]])
    alike = np.concatenate([_alike(young, vector), _alike(settled.open, vector)])
    meant = np.flatnonzero(which(ids, people))[:MOST_COMPARED]
    nearest = meant[np.argsort(-alike[meant])[:limit]]
    return [int(ids[place]) for place in nearest if alike[place] >= duplicates.LEAST_MEANING]


def _settled(model: str) -> _Known:
    """The newest that may be joined and have a vector by this model, but for those of the last minute."""
    cache: dict[str, _Known] = current_app.extensions.setdefault(CACHE, {})
    known = cache.get(model)
    if known is None or monotonic() - known.read_at >= KNOWN_FOR_S:
        known = cache[model] = _known(_read(model), model)
    return known


def _known(rows: NDArray[np.int64], model: str) -> _Known:
    young = rows[rows[:, 2] == 0, 0]
    up_to = int(young.min() - 1 if len(young) else rows[:, 0].max(initial=0))
    return _Known(monotonic(), up_to, _with_vectors(rows[rows[:, 0] <= up_to, :2], model))


def _young(model: str, after: int) -> _Open:
    """Read once a transaction: what comes meanwhile has its vector later than who asks, and finds them."""
    return once_a_transaction(
        db.session(),
        f"young-open:{model}:{after}",
        lambda: _with_vectors(_read(model, after=after)[:, :2], model),
    )


def _alike(some: _Open, vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return some.vectors @ vector if len(some.rows) else np.zeros(0, dtype=np.float32)


def _with_vectors(rows: NDArray[np.int64], model: str) -> _Open:
    return _Open(rows, vectors_of(rows[:, 0].tolist(), model=model))


def _read(model: str, *, after: int = 0) -> NDArray[np.int64]:
    given = {"model": model, "after": after, "settled_before": clock.now() - SETTLED_AFTER}
    rows = [tuple(row) for row in db.session.execute(NEWEST, given)]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)
