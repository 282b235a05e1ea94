"""How often one person or address may ask before we ask them to wait."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from portal.access import signed_in_person

SIGN_IN = "20 per minute; 200 per hour"
REPORT = "60 per minute"
SUGGEST = "240 per minute"
ANSWER = "30 per minute"


def whoever_asks() -> str:
    """The person, else the address."""
    person = signed_in_person()
    return f"person:{person.id}" if person else f"address:{get_remote_address()}"


limiter = Limiter(key_func=whoever_asks)


def init_app(app: Flask) -> None:
    app.config.setdefault("RATELIMIT_STORAGE_URI", app.config["REDIS_URL"] or "memory://")
    # Said outright: the limiter outlives an app, and would pass on what the last one said.
    app.config.setdefault("RATELIMIT_ENABLED", True)
    app.config.setdefault("RATELIMIT_HEADERS_ENABLED", True)
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", bool(app.config["REDIS_URL"]))
    limiter.init_app(app)
    for endpoint in ("security.login", "security.change_password"):
        view = app.view_functions[endpoint]
        app.view_functions[endpoint] = limiter.limit(SIGN_IN, methods=["POST"])(view)
