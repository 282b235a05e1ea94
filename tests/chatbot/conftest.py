"""The bot under test: fakes that misbehave like Rasa can, and one real bot for the whole session."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

import chatbot.client.models  # noqa: F401 - its tables belong to the database of these tests
from chatbot import model
from chatbot.client import conversations
from chatbot.client.messages import Reply
from chatbot.client.rasa import Rasa
from chatbot.server import api_token
from commands.context import create_context
from firstline import clock
from firstline.db import db, write
from firstline.settings import Settings
from incidents.people import Person, Team
from incidents.services import Outage, Service
from tests import ground
from tests.chatbot.talk import Talk
from tests.servers import free_port, has_postgresql, missing, postgresql, redis, wait_until

Behaviour = Callable[[dict[str, Any]], tuple[int, bytes]]
People = Callable[..., Person]
ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstline"
STARTS_WITHIN_S = 600.0
"""Training included, when the shared cache has no model of the present content."""

RUN = "from commands import main; main()"


@dataclass(frozen=True)
class RunningBot:
    """A bot that answers, and the settings of its installation.

    `shared` is what a second Rasa needs to stand beside it: locks and trackers; empty without Redis.
    """

    settings: Settings
    environ: dict[str, str]
    shared: dict[str, str]

    def answers(self) -> bool:
        try:
            token = {"token": api_token(self.settings)}
            ready = httpx.get(f"{self.settings.rasa_url}/status", params=token, timeout=5).is_success
            return ready and httpx.get(f"{self.settings.actions_url}/health", timeout=5).is_success
        except httpx.HTTPError:
            return False


def sentence_model() -> Path:
    """Where set-up put the model of the search; a folder without one where it did not."""
    given = os.environ.get("FIRSTLINE_MODEL_DIR")
    places = [Path(given)] if given else [ROOT / "var/models/minilm", CACHE / "models/minilm"]
    return next((place for place in places if (place / "model.onnx").is_file()), places[-1])


def _environ(data_dir: Path) -> dict[str, str]:
    """The settings of one installation; the ports are chosen once and kept beside its data."""
    kept = data_dir / "ports.json"
    if not kept.exists():
        kept.write_text(json.dumps([free_port(), free_port()]))
    rasa, actions = json.loads(kept.read_text())
    return {
        "FIRSTLINE_DATA_DIR": str(data_dir),
        "FIRSTLINE_SECRET_KEY": "a secret only the tests know",
        "FIRSTLINE_RASA_URL": f"http://127.0.0.1:{rasa}",
        "FIRSTLINE_ACTIONS_LISTEN": f"127.0.0.1:{actions}",
        "FIRSTLINE_MODEL_DIR": str(sentence_model()),
    }


@contextmanager
def process(name: str, settings: Settings, **more: str) -> Iterator[None]:
    """One `firstline` process of this installation; `more` are settings of it alone."""
    log = settings.data_dir / f"{name}-{free_port()}.log"
    with log.open("wb") as output:
        started = subprocess.Popen(
            [sys.executable, "-c", RUN, name],
            cwd=ROOT,
            env={**os.environ, **_environ(settings.data_dir), **more},
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The order of turns rests on the database, so both are asked."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{tmp_path / 'firstline.db'}"


@pytest.fixture
def no_rasa() -> Rasa:
    """Nothing listens there."""
    return Rasa("http://127.0.0.1:9", 1.0)


@pytest.fixture
def erin(person: People, desk: dict[str, Team]) -> Person:
    return person("erin")


@pytest.fixture
def talk(erin: Person) -> Talk:
    return Talk(erin)


@pytest.fixture
def say(erin: Person, no_rasa: Rasa) -> Callable[..., Reply]:
    """Erin says something in one conversation, with Rasa away."""
    held: list[str] = []

    def speak(words: str, **more: Any) -> Reply:
        begun = held[0] if held else None
        reply = conversations.say(erin, words, conversation=begun, **{"rasa": no_rasa, **more})
        held[:] = [reply.conversation]
        return reply

    return speak


@pytest.fixture
def vpn_outage(erin: Person) -> Outage:
    with write() as session:
        vpn = session.scalars(select(Service).where(Service.slug == "vpn")).one()
        outage = Outage(title="VPN is slow in Berlin", service_id=vpn.id, since=clock.now())
        session.add(outage)
    return outage


def _shared(running: ExitStack) -> Iterator[tuple[str, str]]:
    """Locks in Redis and trackers in PostgreSQL, as for a company, where both are installed."""
    if shutil.which("redis-server") and has_postgresql():
        yield "FIRSTLINE_REDIS_URL", running.enter_context(redis())
        yield "FIRSTLINE_RASA_STORE_URL", running.enter_context(postgresql())


@pytest.fixture(scope="session")
def running_bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBot]:
    """Actions and the trained Rasa on free ports, with a database, for everything that needs them real.

    `running_bot.environ` is what other processes (the portal of a browser test) are started with.
    """
    if not model.PYTHON.exists():
        missing("Rasa", "nothing: it comes with `make setup`")
    settings = Settings.from_environ(_environ(tmp_path_factory.mktemp("bot")))
    app = create_context(settings)
    with app.app_context():
        ground.lay()
        db.session.remove()
    with ExitStack() as running:
        shared = dict(_shared(running))
        running.enter_context(process("actions", settings))
        running.enter_context(process("bot", settings, **shared))
        bot = RunningBot(settings, _environ(settings.data_dir), shared)
        wait_until(bot.answers, "the bot's start", seconds=STARTS_WITHIN_S)
        yield bot
