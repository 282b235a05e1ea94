"""`firstline sample`: a small service on loopback whose accounts, print queues and services the demo repairs.

It shows what a receiver of our webhooks does: check the signature, do each key once, sign the answer.
"""

import hmac
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, override

import click

from firstline import log
from firstline.outgoing import signature
from firstline.settings import Settings, kept_secret
from incidents.oncall.hooks import HEADER
from incidents.remediations.actions import FRESH_FOR_S, sign_answer

SECRET_FILE = "sample_secret"  # noqa: S105 - the name of a file
MOST_BYTES = 64 * 1024
DEEDS = {
    "/unlock-account": ("The account of {target} is unlocked. Please sign in again.", "account"),
    "/clear-print-queue": ("The print queue of {target} is empty. Please print again.", "print queue"),
    "/restart-service": ("{target} was restarted and answers.", "service"),
}


class Sample(ThreadingHTTPServer):
    """What was done, by key: the same order again gets the same answer and does nothing."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], secret: str) -> None:
        super().__init__(address, _Handler)
        self.secret = secret
        self.done: dict[str, bytes] = {}

    def carry_out(self, path: str, order: dict[str, Any]) -> bytes:
        """The answer to an order, done now or before."""
        words, _what = DEEDS[path]
        would = "Would do: " if order["dry_run"] else ""
        told = {"result": "done", "message": would + words.format(target=order["target"])}
        return self.done.setdefault(order["key"], json.dumps(told).encode())


class _Handler(BaseHTTPRequestHandler):
    server: Sample

    def do_GET(self) -> None:
        lines = [answer.decode() for answer in self.server.done.values()]
        self._answer(200, "\n".join(["What was done:", *lines, ""]).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST_BYTES))
        if self.path not in DEEDS:
            self._answer(404, b"nothing here can be repaired")
        elif not self._is_signed(body):
            self._answer(403, b"the signature does not fit")
        else:
            order = json.loads(body)
            answer = self.server.carry_out(self.path, order)
            signed = sign_answer(order["key"], answer, self.server.secret, at=int(time.time()))
            self._answer(200, answer, signed)

    def _is_signed(self, body: bytes) -> bool:
        given = self.headers.get(HEADER, "")
        at = given.partition(",")[0].removeprefix("t=")
        if not at.isdecimal() or abs(time.time() - int(at[:12])) > FRESH_FOR_S:
            return False
        return hmac.compare_digest(signature(self.server.secret, int(at), body).encode(), given.encode())

    def _answer(self, status: int, body: bytes, signed: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if signed else "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if signed:
            self.send_header(HEADER, signed)
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        log.get(__name__).info("sample", request=format % args)


@click.command()
def sample() -> None:
    """A sample service that the demo's remediations repair, at FIRSTLINE_SAMPLE_LISTEN."""
    settings = Settings.from_environ()
    log.configure("sample")
    address = settings.sample_listen
    Sample((address.host, address.port), kept_secret(settings.data_dir / SECRET_FILE)).serve_forever()
