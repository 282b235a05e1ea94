"""Finds a Python that really runs: a shim on PATH may stand for a version that is not selected."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from console import SetupError

Version = tuple[int, int]
PROBE = "import ctypes, sqlite3, ssl, sys; print(*sys.version_info[:2], sys.executable)"


def version_of(python: str | Path) -> Version | None:
    """None when it does not start, or was built without what we need."""
    try:
        done = subprocess.run([str(python), "-c", PROBE], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.split()
    return (int(words[0]), int(words[1])) if done.returncode == 0 and len(words) > 2 else None


def find(wanted: tuple[Version, ...]) -> Path | None:
    """The first Python of a wanted version, on PATH or among pyenv's, versions in order of preference."""
    for version in wanted:
        for candidate in (*_on_path(version), *_of_pyenv(version)):
            if version_of(candidate) == version:
                return candidate
    return None


def brought_by(uv: Path, version: Version) -> Path:
    """Let uv bring one, where it may download."""
    name = ".".join(map(str, version))
    subprocess.run([str(uv), "python", "install", "--quiet", name], capture_output=True, text=True)
    found = subprocess.run([str(uv), "python", "find", name], capture_output=True, text=True)
    python = found.stdout.strip()
    if found.returncode or version_of(python) != version:
        raise SetupError(
            f"Python {name} was not found on PATH or among pyenv's versions, and uv could not bring it. "
            f"Install it (for example with “pyenv install {name}”) and run this again."
        )
    return Path(python)


def any_with_pip() -> Iterator[Path]:
    """Pythons to make a small environment with, the one that runs us first."""
    yield Path(sys.executable)
    for version in ((3, 12), (3, 13), (3, 11), (3, 10), (3, 14)):
        yield from (*_on_path(version), *_of_pyenv(version))


def _on_path(version: Version) -> Iterator[Path]:
    for name in (f"python{version[0]}.{version[1]}", "python3", "python"):
        found = shutil.which(name)
        if found:
            yield Path(found)


def _of_pyenv(version: Version) -> list[Path]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = (root / "versions").glob(f"{version[0]}.{version[1]}*/bin/python3")
    return sorted(found, key=_patch_level, reverse=True)


def _patch_level(python: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", python.parts[-3])]
