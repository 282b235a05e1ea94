"""A receiver of webhooks that behaves as a test wants: hangs, breaks, lies, counts."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from incidents.remediations.actions import sign_answer

SECRET = "a secret of sixteen letters"


class Receiver(ThreadingHTTPServer):
    """`orders` are all that came; `answers` makes (status, body, signature) of an order's key."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.orders: list[dict[str, object]] = []
        self.answers: Callable[[str], tuple[int, bytes, str]] = done
        self.let_go = threading.Event()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.orders.append(order)
        status, body, signed = self.server.answers(order["key"])
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "http://169.254.169.254/")
        self.send_header("Firstline-Signature", signed)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def done(key: str, words: str = "Unlocked. Sign in again.", secret: str = SECRET, at: int | None = None):
    body = json.dumps({"result": "done", "message": words}).encode()
    return 200, body, sign_answer(key, body, secret, at=at or int(time.time()))


@contextmanager
def receiving() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield server
    finally:
        server.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
