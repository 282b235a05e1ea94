"""Signed values for links and addresses: proof that we wrote them, bound to one purpose."""

import hmac
from hashlib import sha256

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

SHORT = 16


class SignatureInvalid(Exception):
    """The value was not signed by us for this purpose, or is too old; show nothing about it."""


def sign(purpose: str, value: object) -> str:
    """A URL-safe text that carries `value` (JSON) and proves it is ours."""
    return str(_serializer(purpose).dumps(value))


def unsign(purpose: str, text: str, *, max_age_days: int | None = None) -> object:
    """What `sign` was given; raises `SignatureInvalid`."""
    seconds = None if max_age_days is None else max_age_days * 86400
    try:
        value: object = _serializer(purpose).loads(text, max_age=seconds)
    except (BadSignature, SignatureExpired) as error:
        raise SignatureInvalid from error
    return value


def short_mac(purpose: str, value: str) -> str:
    """64 bits of HMAC-SHA256 in lower-case hex, for mail addresses and Message-IDs.

    Sixteen characters are enough where each guess costs an attacker a mail.
    """
    key = f"{purpose}\0{current_app.config['SECRET_KEY']}".encode()
    return hmac.new(key, value.encode(), sha256).hexdigest()[:SHORT]


def mac_matches(purpose: str, value: str, mac: str) -> bool:
    """Whether `mac` belongs to `value`, in constant time."""
    return hmac.compare_digest(short_mac(purpose, value).encode(), mac.lower().encode())


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"firstline.{purpose}")
