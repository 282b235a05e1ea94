"""What is entered in pages and must not be read from a stolen database: encrypted under SECRET_KEY.

The key is derived by HKDF for one purpose, so that nothing signed elsewhere says anything about it.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

PURPOSE = b"firstline.secrets.1"


class Unreadable(Exception):
    """It was encrypted under another SECRET_KEY, or is damaged: it must be entered again."""


def encrypt(plain: str) -> str:
    """A text for the database; empty stays empty."""
    return _box().encrypt(plain.encode()).decode() if plain else ""


def decrypt(kept: str) -> str:
    """What `encrypt` was given; raises `Unreadable`."""
    try:
        return _box().decrypt(kept.encode()).decode() if kept else ""
    except InvalidToken as error:
        raise Unreadable from error


def _box() -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return Fernet(urlsafe_b64encode(derived.derive(current_app.config["SECRET_KEY"].encode())))
