"""The bot under test: fakes that misbehave like Rasa can, and one real bot for the whole session."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

import chatbot.client.models  # noqa: F401 - its tables belong to the database of these tests
from chatbot.client.rasa import Rasa

Behaviour = Callable[[dict[str, Any]], tuple[int, bytes]]


@contextmanager
def fake_rasa(behaviour: Behaviour, *, limit_s: float = 3.0) -> Iterator[Rasa]:
    """A real HTTP server that answers as `behaviour` says: status and body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = behaviour(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Rasa(f"http://127.0.0.1:{server.server_port}", limit_s)
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def no_rasa() -> Rasa:
    """Nothing listens there."""
    return Rasa("http://127.0.0.1:9", 1.0)
