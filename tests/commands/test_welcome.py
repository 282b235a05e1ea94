"""What the terminal says when the portal answers."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from commands.welcome import _words, greet_when_ready
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
        answers = greet_when_ready(settings(tmp_path, FIRSTLINE_LISTEN=listen), stop)
        assert answers.wait(10)
        time.sleep(1)
        stop.set()
        server.shutdown()
    said = capsys.readouterr().out
    assert f"Firstline answers at http://{listen}" in said
    assert "Every part is ready" not in said


def test_a_portal_that_does_not_answer_is_not_said_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        listen = f"127.0.0.1:{nobody.getsockname()[1]}"
    answers = greet_when_ready(settings(tmp_path, FIRSTLINE_LISTEN=listen), stop)
    assert not answers.wait(1)
    stop.set()
    assert capsys.readouterr().out == ""
