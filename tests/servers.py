"""Real servers for tests: each in a temporary folder on a free loopback port, stopped by its starter."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError

CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run"
)
ALERTMANAGER = """
route: {{receiver: firstline, group_by: [alertname], group_wait: 100ms, group_interval: 200ms}}
receivers:
  - name: firstline
    webhook_configs:
      - url: {hook}
        http_config: {{authorization: {{credentials: {token}}}}}
"""


def missing(what: str, package: str) -> NoReturn:
    """Skip with a sentence where a server is missing; under `CI=true` that is a failure."""
    sentence = f"{what} is not installed; run `make setup-test`, or install Debian's {package}."
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


def free_port() -> int:
    """A loopback port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool], what: str, *, seconds: float = 30, every: float = 0.05) -> None:
    """Poll until `true()`, each time after so many seconds; fails with `what` was awaited."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen within {seconds:g} s")
        time.sleep(every)


def listens(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, else Playwright's own."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS.split()
            )
        except PlaywrightError:
            missing("Chromium", "chromium")
        yield browser
        browser.close()


@contextmanager
def server_folder() -> Iterator[Path]:
    """A folder that a server under another user can reach: pytest closes its own to all but us."""
    with tempfile.TemporaryDirectory(prefix="firstline-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL cluster of our own; yields the URL of an empty database."""
    binaries = _postgresql_binaries()
    if binaries is None:
        missing("PostgreSQL", "postgresql")
    with server_folder() as folder:
        yield from _run_postgresql(binaries, folder)


def _run_postgresql(binaries: str, folder: Path) -> Iterator[str]:
    port, data = free_port(), folder / "data"
    as_postgres = _unprivileged("postgres", folder)
    run = lambda *command: subprocess.run([*as_postgres, *command], check=True, capture_output=True, cwd="/")  # noqa: E731
    run(
        f"{binaries}/initdb",
        "-D",
        str(data),
        "-U",
        "firstline",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run(f"{binaries}/pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        run(f"{binaries}/createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "firstline", "firstline")
        yield f"postgresql://firstline@127.0.0.1:{port}/firstline"
    finally:
        run(f"{binaries}/pg_ctl", "-D", str(data), "-m", "immediate", "stop")


@contextmanager
def redis() -> Iterator[str]:
    """A Redis of our own that keeps nothing; yields its URL."""
    binary = shutil.which("redis-server")
    if binary is None:
        missing("Redis", "redis-server")
    port = free_port()
    quiet = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning"]
    with server_folder() as folder:
        started = subprocess.Popen([binary, "--port", str(port), "--dir", str(folder), *quiet])
        try:
            wait_until(lambda: listens(port), "Redis's start")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            started.terminate()
            started.wait(15)


@contextmanager
def alertmanager(hook: str, token: str) -> Iterator[str]:
    """An Alertmanager of our own that tells `hook` of everything at once; yields its URL."""
    binary = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if binary is None:
        missing("Alertmanager", "prometheus-alertmanager")
    port = free_port()
    with server_folder() as folder:
        settings = folder / "alertmanager.yml"
        settings.write_text(ALERTMANAGER.format(hook=hook, token=token))
        started = subprocess.Popen(
            [
                binary,
                f"--config.file={settings}",
                f"--storage.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=",
                "--log.level=error",
            ]
        )
        try:
            wait_until(lambda: listens(port), "Alertmanager's start")
            yield f"http://127.0.0.1:{port}"
        finally:
            started.terminate()
            started.wait(15)


def has_postgresql() -> bool:
    return _postgresql_binaries() is not None


def _postgresql_binaries() -> str | None:
    if found := shutil.which("pg_ctl"):
        return str(Path(found).resolve().parent)
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return str(installed[-1].parent) if installed else None


def _unprivileged(user: str, folder: Path) -> list[str]:
    """How to run as `user` when we are root; the folder becomes theirs."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, user, user)
    return ["runuser", "-u", user, "--"]
