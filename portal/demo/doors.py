"""When the demo's doors are open: only in a demo, on loopback, asked from this very machine."""

from urllib.parse import urlsplit

from flask import abort, current_app, request

from firstline.app import settings_of
from firstline.settings import Address


def are_open() -> bool:
    """A proxy in front or another name for this host means that strangers may be asking."""
    if not settings_of(current_app).demo_doors_open:  # type: ignore[arg-type]
        return False
    host = urlsplit(f"//{request.host}").hostname or ""
    return Address(host, 0).is_loopback and not _was_forwarded()


def only_when_open() -> None:
    if not are_open():
        abort(404)


def _was_forwarded() -> bool:
    names = (name.lower() for name, _value in request.headers)
    return any(name == "forwarded" or name.startswith("x-forwarded-") for name in names)
