"""`make lock`: writes every lock anew from what pyproject.toml, package.json and the *.in files ask for.

Locks hold hashes but no address and no path of this machine, so that they mean the same everywhere.
"""

from __future__ import annotations

from pathlib import Path

import browser
from console import ROOT, run, say
from packages import NETWORK, PINS, find_uv

COMMON = ["--universal", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"]


def write_all(upgrade: bool) -> None:
    extra = ["--upgrade"] if upgrade else []
    say("locks", "written anew from the package indexes")
    _compile("pyproject.toml", "requirements.lock", "3.12", ["--group", "dev", *extra])
    overrides = ["--override", "chatbot/overrides.txt"]
    _compile("chatbot/requirements.in", "chatbot/requirements.lock", "3.10", [*overrides, *extra])
    for pin in sorted(PINS.glob("*.in")):
        source = pin.relative_to(ROOT)
        _compile(str(source), str(source.with_suffix(".txt")), "3.10", ["--no-deps", *extra])
    run([*browser.npm(), "install", "--package-lock-only", "--no-audit", "--no-fund"], NETWORK)


def _compile(source: str, lock: str, python: str, extra: list[str]) -> None:
    command: list[str | Path] = [find_uv(), "pip", "compile", source, "-o", lock, "--quiet"]
    label = ["--custom-compile-command", "make lock"]
    run([*command, "--python-version", python, *COMMON, *label, *extra], NETWORK)
