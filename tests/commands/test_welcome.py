"""What the terminal says when the portal answers."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from commands.welcome import _greet, _words
from firstline.settings import Settings


def settings(data_dir: Path, **more: str) -> Settings:
    return Settings.from_environ({"FIRSTLINE_DATA_DIR": str(data_dir), **more})


def test_the_demo_is_greeted_with_its_people_its_mail_and_their_address(tmp_path: Path) -> None:
    words = _words(settings(tmp_path, FIRSTLINE_DEMO="1", FIRSTLINE_MAIL_LISTEN="127.0.0.1:2599"))
    for told in ("http://127.0.0.1:8000/login", "employee erin@", "agent tess@", "smtp://127.0.0.1:2599"):
        assert told in words


def test_outside_the_demo_no_account_is_told(tmp_path: Path) -> None:
    assert "@example.com" not in _words(settings(tmp_path))


class Portal(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


def test_the_words_come_when_the_portal_answers_and_do_not_wait_for_the_bot(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stop = threading.Event()
    with HTTPServer(("127.0.0.1", 0), Portal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        listen = f"127.0.0.1:{server.server_port}"
        threading.Timer(1.0, stop.set).start()
        _greet(settings(tmp_path, FIRSTLINE_LISTEN=listen), stop)
        server.shutdown()
    said = capsys.readouterr().out
    assert f"Firstline answers at http://{listen}" in said
    assert "Every part is ready" not in said
