"""What the web processes of one machine agree on and may forget: counts of requests, open streams, states of parts.

A small SQLite file beside the desk's own data, made anew with each start of the server (docs/decisions/0058).
An app without a server, as in tests, keeps it in memory.
"""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import time
from typing import Any

from flask import Flask, current_app

from firstline import log

ALONE = ":memory:"
WAIT_S = 5.0
KEY = "firstline_shared"
FILE = "SHARED_FILE"
"""Name of the setting of Flask's that holds the path."""
TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, many INTEGER NOT NULL, ends_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS place (id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL, ends_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS part (name TEXT PRIMARY KEY, is_ready INTEGER NOT NULL, since TEXT NOT NULL);
"""
COUNTED = "SELECT many, ends_at FROM counter WHERE name = :name AND ends_at > :now"
KEEP = "INSERT OR REPLACE INTO counter VALUES (:name, :many, :ends_at)"
FORGET = "DELETE FROM counter WHERE name = :name"

logger = log.get(__name__)


class Shared:
    """The file, open in this process. While it cannot be used (a full disk), this process goes by itself."""

    def __init__(self, path: str = ALONE) -> None:
        self._lock = threading.Lock()
        self._file = _open(path)
        self._own = self._file if path == ALONE else _open(ALONE)

    def ask(self, statement: str, **given: object) -> Sequence[tuple[Any, ...]]:
        """The rows of one statement, which is a transaction of its own."""
        with self._lock:
            try:
                return self._file.execute(statement, given).fetchall()
            except sqlite3.Error as error:
                logger.warning("what web processes share cannot be used", error=str(error))
                return self._own.execute(statement, given).fetchall()


def make(path: Path) -> None:
    """A new file, in place of what the last server left; called before there are web processes."""
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    path.parent.mkdir(parents=True, exist_ok=True)
    _open(str(path)).close()


def init_app(app: Flask) -> None:
    app.config.setdefault(FILE, ALONE)
    app.extensions[KEY] = Shared(app.config[FILE])


def shared() -> Shared:
    """The one of this process and app."""
    held: Shared = current_app.extensions[KEY]
    return held


def counted(name: str, count: Callable[[], int], *, for_s: float) -> int:
    """What was counted under this name lately, in whichever process; else counted now."""
    known = shared().ask(COUNTED, name=name, now=time())
    if known:
        return int(known[0][0])
    many = count()
    shared().ask(KEEP, name=name, many=many, ends_at=time() + for_s)
    return many


def count_anew(name: str) -> None:
    """Forget what was counted under this name."""
    shared().ask(FORGET, name=name)


def _open(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
    connection.executescript(TABLES)
    return connection
