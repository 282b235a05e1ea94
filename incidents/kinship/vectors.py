"""Vectors of incidents in the memory of one process.

They never change, and a thousand of them take longer to read than to compare.
"""

import threading
from collections.abc import Sequence

import numpy as np
from flask import current_app
from numpy.typing import NDArray
from sqlalchemy import select

from firstline.db import db
from incidents.kinship.models import IncidentVector
from knowledge_base.rows import Rows

MOST_HELD = 10_000
"""15 MB; then all are forgotten, and those still asked for are read anew."""
CACHE = "firstline_incident_vectors"


def vectors_of(ids: Sequence[int], *, model: str) -> NDArray[np.float32]:
    """A row each; every one of these incidents has a vector by this model."""
    held: dict[str, _Held] = current_app.extensions.setdefault(CACHE, {})
    return held.setdefault(model, _Held()).rows_of(ids, model)


class _Held:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forget()

    def rows_of(self, ids: Sequence[int], model: str) -> NDArray[np.float32]:
        with self._lock:
            if len(self._places) > MOST_HELD:
                self._forget()
            missing = [one for one in ids if one not in self._places]
            if missing:
                self._read(missing, model)
            rows: NDArray[np.float32] = self._rows.rows[[self._places[one] for one in ids]]
            return rows

    def _forget(self) -> None:
        self._places: dict[int, int] = {}
        self._rows = Rows()

    def _read(self, missing: Sequence[int], model: str) -> None:
        kept = select(IncidentVector.incident_id, IncidentVector.vector).where(
            IncidentVector.incident_id.in_(missing), IncidentVector.model == model
        )
        for row in db.session.execute(kept):
            self._places[row.incident_id] = self._rows.size
            self._rows.append(np.frombuffer(row.vector, dtype=np.float32)[np.newaxis])
