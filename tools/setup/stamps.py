"""A stamp says what a folder was made from, so that a second run can tell that nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from console import ROOT


class Stamp:
    """Lies inside the folder it speaks of: whoever deletes the folder deletes the claim with it."""

    def __init__(self, file: Path, made_from: Iterable[Path | str]) -> None:
        self._file = file
        self._made_from = list(made_from)

    def is_current(self) -> bool:
        return self._file.is_file() and self._file.read_text() == self._content()

    def set(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(self._content())

    def clear(self) -> None:
        if self._file.exists():
            self._file.unlink()

    def _content(self) -> str:
        # The path is part of it: scripts of an environment name the folder they were made in.
        digest = hashlib.sha256(str(ROOT).encode())
        for part in self._made_from:
            digest.update(b"\0" + (part.read_bytes() if isinstance(part, Path) else part.encode()))
        return digest.hexdigest() + "\n"


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
