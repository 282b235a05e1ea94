"""How often one person or address may ask before we ask them to wait."""

import threading
import time
from typing import ClassVar, override

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import MemoryStorage

from portal.access import signed_in_person

SIGN_IN = "20 per minute; 200 per hour"
REPORT = "60 per minute"
SUGGEST = "240 per minute"
ANSWER = "30 per minute"


def whoever_asks() -> str:
    """The person, else the address."""
    person = signed_in_person()
    return f"person:{person.id}" if person else f"address:{get_remote_address()}"


SWEEP_EVERY_S = 60.0


class Counters(MemoryStorage):
    """Counts in this process, for fixed windows.

    The one it stands in for starts a thread at almost every request to look for counts that are over.
    """

    STORAGE_SCHEME: ClassVar[list[str]] = ["counters"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: str) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._lock, self._swept_at = threading.Lock(), time.time()

    @override
    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        with self._lock:
            if now - self._swept_at > SWEEP_EVERY_S:
                self._sweep(now)
            if self.expirations.get(key, 0.0) <= now:
                self.storage[key], self.expirations[key] = 0, now + expiry
            self.storage[key] += amount
            return self.storage[key]

    def _sweep(self, now: float) -> None:
        self._swept_at = now
        for key in [key for key, ends in self.expirations.items() if ends <= now]:
            self.storage.pop(key, None)
            self.expirations.pop(key)


limiter = Limiter(key_func=whoever_asks)


def init_app(app: Flask) -> None:
    app.config.setdefault("RATELIMIT_STORAGE_URI", app.config["REDIS_URL"] or "counters://")
    # Said outright: the limiter outlives an app, and would pass on what the last one said.
    app.config.setdefault("RATELIMIT_ENABLED", True)
    app.config.setdefault("RATELIMIT_HEADERS_ENABLED", True)
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", bool(app.config["REDIS_URL"]))
    limiter.init_app(app)
    for endpoint in ("security.login", "security.change_password"):
        view = app.view_functions[endpoint]
        app.view_functions[endpoint] = limiter.limit(SIGN_IN, methods=["POST"])(view)
