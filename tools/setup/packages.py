"""The two Python environments, each installed from its own lock with hashes, by uv."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pythons
from console import CACHE, ROOT, SetupError, run
from stamps import Stamp, sha256

PINS = Path(__file__).resolve().parent / "pins"
OLDEST_UV = (0, 8)
NETWORK = "Is the package index reachable? Nothing is lost: run this again."

_getting_uv = threading.Lock()


class Environment:
    """A virtual environment made from a lock; `project` also puts the command `firstline` into it."""

    def __init__(
        self, folder: Path, lock: Path, versions: tuple[pythons.Version, ...], project: bool
    ) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        self._lock = lock
        self._versions = versions
        self._project = project
        made_from = [lock, ROOT / "pyproject.toml"] if project else [lock]
        self._stamp = Stamp(folder / "setup.stamp", made_from)

    def is_current(self) -> bool:
        return self._stamp.is_current() and self.python.exists()

    def install(self) -> None:
        uv = find_uv()
        self._stamp.clear()
        if pythons.version_of(self.python) not in self._versions:
            self._create(uv)
        run([uv, "pip", "sync", "--require-hashes", "--python", self.python, self._lock], NETWORK)
        if self._project:
            self._install_project(uv)
        self._stamp.set()

    def _create(self, uv: Path) -> None:
        base = pythons.find(self._versions) or pythons.brought_by(uv, self._versions[0])
        shutil.rmtree(self.folder, ignore_errors=True)
        run([uv, "venv", "--python", base, self.folder], f"Delete {self.folder} and run this again.")

    def _install_project(self, uv: Path) -> None:
        # "compat" leaves a plain path entry: a package added later is found without installing again.
        command = [uv, "pip", "install", "--python", self.python, "--no-deps", "--no-build-isolation"]
        run([*command, "--config-settings", "editable_mode=compat", "--editable", ROOT], NETWORK)
        self._compile_what_a_start_loads()

    def _compile_what_a_start_loads(self) -> None:
        """So that the first start is as quick as the next; a fault in it is not for set-up to report."""
        compiled = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
        code = "import commands.context, commands.database, commands.demo, portal"
        subprocess.run([str(self.python), "-c", code], cwd=ROOT, env=compiled, capture_output=True)


MAIN = Environment(ROOT / ".venv", ROOT / "requirements.lock", ((3, 12), (3, 13)), project=True)
BOT = Environment(ROOT / "chatbot/.venv", ROOT / "chatbot/requirements.lock", ((3, 10),), project=False)


def find_uv() -> Path:
    """uv from PATH, else our own copy in the cache."""
    found = shutil.which("uv")
    if found and _uv_version(found) >= OLDEST_UV:
        return Path(found)
    folder = CACHE / f"uv-{sha256(PINS / 'uv.txt')[:12]}"
    with _getting_uv:
        if not (folder / "bin/uv").exists():
            _install_uv(folder)
    return folder / "bin/uv"


def unpack(pin: str, folder: Path) -> None:
    """Lay the files of pinned wheels into `folder`, which no environment sees."""
    shutil.rmtree(folder, ignore_errors=True)
    command = [find_uv(), "pip", "install", "--python", sys.executable, "--python-version", "3.12"]
    wheels = ["--target", folder, "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    run([*command, *wheels, "-r", PINS / pin], NETWORK)


def _uv_version(uv: str) -> tuple[int, ...]:
    try:
        done = subprocess.run([uv, "--version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    return tuple(map(int, re.findall(r"\d+", done.stdout)[:2])) if done.returncode == 0 else (0,)


def _install_uv(folder: Path) -> None:
    draft = folder.with_name(folder.name + ".draft")
    for python in pythons.any_with_pip():
        shutil.rmtree(draft, ignore_errors=True)
        made = subprocess.run([str(python), "-m", "venv", str(draft)], capture_output=True)
        if made.returncode == 0:
            break
    else:
        raise SetupError("No Python here can make an environment: install “python3-venv” or uv itself.")
    pip = [draft / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--no-deps", "--require-hashes", "-r", PINS / "uv.txt"], NETWORK)
    draft.rename(folder)
