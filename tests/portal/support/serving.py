"""The real server on a test's database, in two processes, and how to speak to each of them."""

import http.client
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import psutil
from flask.testing import FlaskClient

from firstline.settings import Settings
from tests import servers
from tests.stack import FIRSTLINE, ROOT


@dataclass(frozen=True)
class Server:
    """One that runs: its port and its process, whose children are the web processes.

    Connections to it are closed when it ends, at the latest.
    """

    port: int
    pid: int
    closing: ExitStack = field(default_factory=ExitStack)

    def web_processes(self) -> list[psutil.Process]:
        return psutil.Process(self.pid).children()

    def one_to_each(self) -> Sequence[http.client.HTTPConnection]:
        """A connection that stays with each web process: whichever takes one up answers all it asks."""
        found: dict[int, http.client.HTTPConnection] = {}

        def look() -> bool:
            connection = self.connect()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            here = connection.sock.getsockname()[1]
            for process in self.web_processes():
                if any(one.raddr and one.raddr.port == here for one in process.net_connections()):
                    found.setdefault(process.pid, connection)
            return len(found) == 2

        servers.wait_until(look, "an answer of both web processes", seconds=60)
        return list(found.values())

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=100)
        self.closing.callback(connection.close)
        return connection


@contextmanager
def running(settings: Settings) -> Iterator[Server]:
    port = servers.free_port()
    environment = os.environ | {
        "FIRSTLINE_DATA_DIR": str(settings.data_dir),
        "FIRSTLINE_DATABASE_URL": settings.database_url,
        "FIRSTLINE_SECRET_KEY": settings.secret_key,
        "FIRSTLINE_LISTEN": f"127.0.0.1:{port}",
    }
    process = subprocess.Popen([FIRSTLINE, "serve", "--processes", "2"], env=environment, cwd=ROOT)
    try:
        servers.wait_until(lambda: servers.listens(port), "the server's start")
        server = Server(port, process.pid)
        with server.closing:
            yield server
    finally:
        process.terminate()
        process.wait(20)


def cookie_of(client: FlaskClient) -> dict[str, str]:
    """The header by which the real server knows whom a test's browser belongs to."""
    cookie = client.get_cookie("firstline_session", path="/")
    assert cookie is not None
    return {"Cookie": f"firstline_session={cookie.value}"}
