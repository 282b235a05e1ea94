"""Where alerts wait until the worker takes them into the database: a file for each webhook.

SQLite has one writer at a time. In a storm that is the worker, and a webhook that needed its turn was
seen to wait a second for it; a file waits for nobody. PostgreSQL has no such lock, and its portals may
run on several hosts: there the webhook writes its rows itself.
"""

import fcntl
import json
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy.exc import IntegrityError

from firstline import clock, files, log
from firstline.db import db, settle_on_disk, write
from incidents.alerts.models import FINGERPRINT_LENGTH, Outcome, Received, Status
from incidents.alerts.signals import Signal, group_of
from incidents.models import TITLE_LENGTH

FOLDER = "alerts"
AT_ONCE = 8
"""Webhooks taken in one transaction."""
logger = log.get(__name__)


def is_wanted() -> bool:
    """Whether webhooks leave files here."""
    return db.engine.dialect.name == "sqlite"


def keep(signals: Sequence[Signal], *, by_id: int, source: str) -> bool:
    """Keep them on disk; whether they are the first that wait."""
    folder = _folder()
    is_first = not _names(folder)
    told = {
        "by_id": by_id,
        "source": source,
        "at": clock.now().isoformat(),
        "signals": [{**asdict(one), "starts_at": one.starts_at.isoformat()} for one in signals],
    }
    name = f"{time.time_ns():020d}-{secrets.token_hex(4)}.json"
    files.write_durably({folder / name: json.dumps(told).encode()})
    return is_first


def gather() -> bool:
    """Make rows of the next files that wait; whether there were any.

    Cut off between the commit and the removal it does so again: an alert told twice changes nothing.
    """
    folder = _folder()
    if not folder.is_dir():
        return False
    with _alone(folder) as is_alone:
        names = _names(folder)[:AT_ONCE] if is_alone else []
        _take_in([folder / name for name in names])
    return bool(names)


def row_of(signal: Signal, *, by_id: int, source: str, at: datetime) -> Received:
    """The alert as it is kept in the database, to be sorted."""
    return Received(
        source=source[:60],
        by_id=by_id,
        fingerprint=signal.fingerprint[:FINGERPRINT_LENGTH],
        group_key=group_of(signal),
        status=signal.status,
        title=signal.title[:TITLE_LENGTH],
        description=signal.description,
        labels=dict(signal.labels),
        starts_at=signal.starts_at,
        received_at=at,
        outcome=Outcome.DUE,
    )


def _take_in(paths: Sequence[Path]) -> None:
    try:
        rows = [row for path in paths for row in _read(path)]
        with write() as session:
            session.add_all(rows)
    except (ValueError, KeyError, TypeError, IntegrityError) as error:
        _find_the_bad_one(paths, error)
        return
    settle_on_disk()
    for path in paths:
        path.unlink()


def _find_the_bad_one(paths: Sequence[Path], error: Exception) -> None:
    """A file that a disk spoiled keeps no other away; it is set aside for people."""
    if len(paths) > 1:
        for path in paths:
            _take_in([path])
        return
    logger.error("alerts that waited cannot be read", file=str(paths[0]), error=str(error))
    paths[0].rename(paths[0].with_suffix(".unreadable"))


def _read(path: Path) -> list[Received]:
    told = json.loads(path.read_bytes())
    by_id, source, at = told["by_id"], told["source"], datetime.fromisoformat(told["at"])
    return [row_of(_signal(one), by_id=by_id, source=source, at=at) for one in told["signals"]]


def _signal(told: dict[str, Any]) -> Signal:
    starts_at = datetime.fromisoformat(told["starts_at"])
    return Signal(**{**told, "status": Status(told["status"]), "starts_at": starts_at})


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("[0-9]*.json"))


def _folder() -> Path:
    return Path(current_app.config["SETTINGS"].data_dir) / FOLDER


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else gathers just now; the lock is gone with its process."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
