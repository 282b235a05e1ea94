"""Files by the hash of their content: written once, found again, never renamed by a user."""

import os
import secrets
import time
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import filetype
from flask import current_app

SNIFFED_BYTES = 4096
YOUNG_S = 120
"""Longer than the time between keeping a file and committing the row that names it."""
INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
UNKNOWN = "application/octet-stream"


def put(content: bytes) -> str:
    """Keep `content` durably and return its SHA-256 in hex. Safe to repeat."""
    digest = sha256(content).hexdigest()
    path = _path(digest)
    if not _renew(path):
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            _settle(path.parent.parent)
        draft = path.with_name(f".{digest}.{secrets.token_hex(4)}")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _settle(path.parent)
    return digest


def _settle(folder: Path) -> None:
    """A name is only durable once its folder is on disk."""
    known = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(known)
    finally:
        os.close(known)


def remove(digest: str) -> None:
    """Let go of what no row names any more, unless somebody has just stored the same again."""
    path = _path(digest)
    doomed = path.with_name(f".{digest}.{secrets.token_hex(4)}.doomed")
    try:
        path.rename(doomed)
    except FileNotFoundError:
        return
    if time.time() - doomed.stat().st_mtime < YOUNG_S:
        doomed.replace(path)
    else:
        doomed.unlink()


def _renew(path: Path) -> bool:
    """Whether the file is there; its age begins anew, so that nobody removes it meanwhile."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def opened(digest: str) -> BinaryIO:
    """The content under this hash; `FileNotFoundError` when it is not there."""
    return _path(digest).open("rb")


def sniff(content: bytes) -> str:
    """The type by its first bytes; what the sender claims is not believed."""
    kind = filetype.guess(content[:SNIFFED_BYTES])
    if kind is not None:
        return str(kind.mime)
    return "text/plain" if _is_text(content[:SNIFFED_BYTES]) else UNKNOWN


def _is_text(start: bytes) -> bool:
    if b"\0" in start:
        return False
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        # A cut inside the last character is no reason to call it binary.
        return error.start >= len(start) - 3
    return True


def _path(digest: str) -> Path:
    if len(digest) != 64 or not digest.isalnum():
        raise FileNotFoundError(digest)
    return Path(current_app.config["FILES_DIR"]) / digest[:2] / digest
