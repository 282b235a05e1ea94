"""The whole product as `make run` starts it: every process under the supervisor, on free ports."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests import servers

ROOT = Path(__file__).parents[1]
FIRSTLINE = str(Path(sys.executable).with_name("firstline"))
READY_WITHIN_S = 420


@dataclass(frozen=True)
class Stack:
    """A running Firstline with demo data of its own."""

    folder: Path
    environment: dict[str, str]
    port: int
    mail_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> str:
        """A `firstline` command on this stack's data; returns what it prints."""
        done = subprocess.run(
            [FIRSTLINE, *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr or done.stdout
        return done.stdout

    def token(self, email: str, role: str) -> str:
        return self.run("token", "create", "--email", email, "--role", role).split()[-1]

    def client(self, token: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def pid(self, process: str) -> int | None:
        """The process id under which the supervisor runs this process now."""
        with suppress(FileNotFoundError, ValueError):
            return int((self.folder / "var" / "run" / f"{process}.pid").read_text())
        return None

    def kill(self, process: str) -> int:
        """`kill -9` one process; returns the pid it had."""
        servers.wait_until(lambda: self.pid(process) is not None, f"a start of {process}")
        pid = self.pid(process)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return pid

    def log(self, process: str) -> str:
        path = self.folder / "var" / "log" / f"{process}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def await_portal(self) -> None:
        servers.wait_until(lambda: self._status("/healthz") == 200, "an answer of the portal", seconds=60)

    def await_everything(self) -> None:
        """Wait for every part, the trained bot too; fails with what is not ready."""
        deadline = time.monotonic() + READY_WITHIN_S
        while self._status("/readyz") != 200:
            assert time.monotonic() < deadline, (
                f"not ready: {self._get('/readyz')}\n{self.log('bot')[-3000:]}"
            )
            time.sleep(0.5)

    def _status(self, path: str) -> int:
        with suppress(httpx.HTTPError):
            return httpx.get(self.url + path, timeout=10).status_code
        return 0

    def _get(self, path: str) -> str:
        with suppress(httpx.HTTPError):
            return httpx.get(self.url + path, timeout=10).text
        return "no answer"


@contextmanager
def running(*processes: str) -> Iterator[Stack]:
    """Start the product (or only these processes) on an empty folder; stop it as Ctrl-C does."""
    with tempfile.TemporaryDirectory(prefix="firstline-stack-") as name:
        stack = _prepare(Path(name))
        stack.run("db", "upgrade")
        stack.run("demo", "load")
        log = (stack.folder / "supervisor.log").open("w")
        supervisor = subprocess.Popen(
            [FIRSTLINE, "up", "--workers", "1", *processes],
            env=stack.environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        try:
            stack.await_portal()
            yield stack
        finally:
            supervisor.send_signal(signal.SIGINT)
            supervisor.wait(60)
            log.close()


def _prepare(folder: Path) -> Stack:
    portal, mail, rasa, actions, sample = (servers.free_port() for _ in range(5))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTLINE_")}
    environment |= {
        "FIRSTLINE_DATA_DIR": str(folder / "var"),
        "FIRSTLINE_MODEL_DIR": os.environ.get("FIRSTLINE_MODEL_DIR", str(ROOT / "var/models/minilm")),
        "FIRSTLINE_DEMO": "1",
        "FIRSTLINE_LISTEN": f"127.0.0.1:{portal}",
        "FIRSTLINE_MAIL_LISTEN": f"127.0.0.1:{mail}",
        "FIRSTLINE_RASA_URL": f"http://127.0.0.1:{rasa}",
        "FIRSTLINE_ACTIONS_LISTEN": f"127.0.0.1:{actions}",
        "FIRSTLINE_SAMPLE_LISTEN": f"127.0.0.1:{sample}",
    }
    return Stack(folder=folder, environment=environment, port=portal, mail_port=mail)
