"""How often one person or address may ask before we ask them to wait."""

import sqlite3
import time
from collections.abc import Sequence
from typing import Any, ClassVar, override

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import Storage

from portal.access import signed_in_person
from portal.shared import ALONE, COUNTED, FILE, FORGET, Shared

SIGN_IN = "20 per minute; 200 per hour"
REPORT = "60 per minute"
SUGGEST = "240 per minute"
ANSWER = "30 per minute"
SWEEP_EVERY_S = 60.0
SCHEME = "counters"
COUNT = """
INSERT INTO counter VALUES (:name, :amount, :now + :lasts) ON CONFLICT (name) DO UPDATE SET
  many = :amount + CASE WHEN ends_at > :now THEN many ELSE 0 END,
  ends_at = CASE WHEN ends_at > :now THEN ends_at ELSE :now + :lasts END
RETURNING many
"""
SWEEP = "DELETE FROM counter WHERE ends_at <= :now"


def whoever_asks() -> str:
    """The person, else the address."""
    person = signed_in_person()
    return f"person:{person.id}" if person else f"address:{get_remote_address()}"


class Counters(Storage):
    """Counts in fixed windows that all web processes of this machine share."""

    STORAGE_SCHEME: ClassVar[list[str]] = [SCHEME]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: str) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._shared = Shared((uri or "").removeprefix(f"{SCHEME}://") or ALONE)
        self._swept_at = time.time()

    @property
    @override
    def base_exceptions(self) -> type[Exception]:
        return sqlite3.Error

    @override
    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        if now - self._swept_at > SWEEP_EVERY_S:
            self._swept_at = now
            self._shared.ask(SWEEP, now=now)
        return int(self._shared.ask(COUNT, name=key, amount=amount, now=now, lasts=expiry)[0][0])

    @override
    def get(self, key: str) -> int:
        return next((many for many, _ends_at in self._known(key)), 0)

    @override
    def get_expiry(self, key: str) -> float:
        return next((ends_at for _many, ends_at in self._known(key)), time.time())

    @override
    def check(self) -> bool:
        return True

    @override
    def reset(self) -> int:
        return len(self._shared.ask("DELETE FROM counter RETURNING name"))

    @override
    def clear(self, key: str) -> None:
        self._shared.ask(FORGET, name=key)

    def _known(self, key: str) -> Sequence[tuple[Any, ...]]:
        return self._shared.ask(COUNTED, name=key, now=time.time())


limiter = Limiter(key_func=whoever_asks)


def init_app(app: Flask) -> None:
    app.config.setdefault(
        "RATELIMIT_STORAGE_URI", app.config["REDIS_URL"] or f"{SCHEME}://{app.config[FILE]}"
    )
    # Said outright: the limiter outlives an app, and would pass on what the last one said.
    app.config.setdefault("RATELIMIT_ENABLED", True)
    app.config.setdefault("RATELIMIT_HEADERS_ENABLED", True)
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", bool(app.config["REDIS_URL"]))
    limiter.init_app(app)
    for endpoint in ("security.login", "security.change_password"):
        view = app.view_functions[endpoint]
        app.view_functions[endpoint] = limiter.limit(SIGN_IN, methods=["POST"])(view)
