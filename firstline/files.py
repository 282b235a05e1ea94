"""Files by the hash of their content: written once, found again, never renamed by a user."""

import os
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import filetype
from flask import current_app

SNIFFED_BYTES = 4096
SIDE_BY_SIDE = 8
YOUNG_S = 120
"""Longer than the time between keeping a file and committing the row that names it."""
INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
UNKNOWN = "application/octet-stream"


def put(content: bytes) -> str:
    """Keep `content` durably and return its SHA-256 in hex. Safe to repeat."""
    return put_all([content])[0]


def put_all(contents: Sequence[bytes]) -> list[str]:
    """The same for many, waiting for the disk side by side: it takes them together."""
    digests = [sha256(content).hexdigest() for content in contents]
    paths = {_path(digest): content for digest, content in zip(digests, contents, strict=True)}
    write_durably({path: content for path, content in paths.items() if not _renew(path)})
    return digests


def write_durably(contents: Mapping[Path, bytes]) -> None:
    """Each file whole under its name and settled on disk, or not there at all; folders are made.

    A reader that lists the folder must leave out names with a dot in front: those are drafts.
    """
    folders = {path.parent for path in contents}
    made = {_made(folder) for folder in folders if not folder.is_dir()}
    drafts = {path: _draft(path, content) for path, content in contents.items()}
    _settle(drafts.values())
    for path, draft in drafts.items():
        draft.replace(path)
    # A name is only durable once its folder is.
    _settle(folders | made)


def _made(folder: Path) -> Path:
    """Make it and name the one above, which has a new name in it."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder.parent


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_bytes(content)
    return draft


def _settle(paths: Collection[Path]) -> None:
    if len(paths) < 2:
        list(map(_sync, paths))
        return
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="disk") as pool:
        list(pool.map(_sync, paths))


def _sync(path: Path) -> None:
    known = os.open(path, os.O_RDONLY)
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
