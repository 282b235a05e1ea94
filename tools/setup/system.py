"""Real servers and a browser for the tests, by Debian's package manager when it may be used."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from console import SetupError, run, warn


def _has_chromium() -> bool:
    own = Path.home() / ".cache/ms-playwright"
    return any(map(shutil.which, ("chromium", "chromium-browser"))) or any(own.glob("chromium-*"))


def _has_dovecot() -> bool:
    return Path("/usr/sbin/dovecot").exists() and Path("/usr/lib/dovecot/imap").exists()


def _has_alertmanager() -> bool:
    return any(map(shutil.which, ("prometheus-alertmanager", "alertmanager")))


def _has_postgresql() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or bool(shutil.which("initdb"))


def _has_redis() -> bool:
    return bool(shutil.which("redis-server"))


NO_SERVICE = """#!/bin/sh
# Firstline's set-up is installing packages. If it is not, delete this file.
exit 101
"""
PARTS: dict[str, Callable[[], bool]] = {
    "chromium": _has_chromium,
    "dovecot-imapd": _has_dovecot,
    "postgresql": _has_postgresql,
    "prometheus-alertmanager": _has_alertmanager,
    "redis-server": _has_redis,
}


def missing() -> list[str]:
    return [package for package, is_there in PARTS.items() if not is_there()]


def is_current() -> bool:
    return not missing()


def install() -> None:
    """Under CI what is missing is an error; elsewhere the tests that need it are skipped with a sentence."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _install_by_apt(missing())
    if missing():
        sentence = f"Install {', '.join(missing())} (Debian's names) to run the tests that need them."
        if os.environ.get("CI"):
            raise SetupError(sentence)
        warn(sentence)


def _install_by_apt(packages: list[str]) -> None:
    apt = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    hint = "Are Debian's packages reachable? Run this again."
    with _no_service_started():
        run([*apt, "update"], hint, quiet)
        run([*apt, "install", "--no-install-recommends", *packages], hint, quiet)


@contextmanager
def _no_service_started() -> Iterator[None]:
    """The tests start servers of their own; Debian would also start one for the whole machine."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text(NO_SERVICE)
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()
