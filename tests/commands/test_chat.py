"""`firstline chat`: another client of the open chat API, against a portal that really listens."""

import threading
from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from commands.chat import VARIABLE, chat
from firstline.db import db
from firstline.settings import Settings
from incidents import conversation
from incidents.models import Attachment, Channel, Incident
from incidents.people import Person, Role, Team, create_token
from portal import create_app
from tests import ground
from tests.servers import free_port

Run = Callable[..., Result]


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    away = f"http://127.0.0.1:{free_port()}"
    app = create_app(replace(settings, rasa_url=away), TESTING=True, JOBS_INLINE=True)
    with app.app_context():
        ground.lay()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=Context().run, args=[server.serve_forever], daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def run(url: str, desk: dict[str, Team]) -> Run:
    """What Erin sees when she types these lines."""
    token = create_token("erin@example.com", Role.EMPLOYEE)

    def type_lines(*lines: str, token: str = token, at: str = url) -> Result:
        typed = "".join(f"{line}\n" for line in lines)
        return CliRunner().invoke(chat, ["--url", at], input=typed, env={VARIABLE: token})

    return type_lines


def test_a_report_in_the_terminal_is_an_incident(run: Run) -> None:
    result = run("my headset crackles since monday")
    assert result.exit_code == 0, result.output
    assert "INC-000001 is logged" in result.output
    assert "Talk to a person" in result.output
    db.session.rollback()
    assert db.session.scalars(select(Incident)).one().channel == Channel.CHAT


def test_a_number_presses_a_button_and_the_conversation_goes_on(run: Run) -> None:
    result = run("my headset crackles since monday", "1")
    assert "  [1] I cannot work" in result.output
    assert "Who else has it?" in result.output


def test_an_agents_answer_is_read_there_too(run: Run, person: Callable[..., Person]) -> None:
    run("my headset crackles since monday")
    db.session.rollback()
    tess = person("tess", Role.AGENT)
    conversation.say(1, by=tess, text="Try another port.", channel=Channel.PORTAL)
    result = run("what is the status of INC-000001?", "")
    assert result.output.count("Tess: Try another port.") == 1


def test_a_person_in_the_conversation_is_told(run: Run) -> None:
    result = run("my headset crackles since monday", "/talk_to_human", "are you there?")
    assert "A person has this conversation." in result.output


@pytest.mark.parametrize(
    ("token", "sentence"), [("", "Set FIRSTLINE_API_TOKEN"), ("forged", "token"), ("ü", "Latin letters")]
)
def test_without_a_token_there_is_a_sentence(run: Run, token: str, sentence: str) -> None:
    result = run("hello", token=token)
    assert result.exit_code == 1
    assert sentence in result.output


def test_a_portal_that_is_away_is_a_sentence(run: Run) -> None:
    result = run("hello", at=f"http://127.0.0.1:{free_port()}")
    assert result.exit_code == 1
    assert "does not answer" in result.output


def test_a_file_goes_on_the_incident_with_the_words_behind_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "my screen.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    result = run("my headset crackles since monday", f'/file "{tmp_path}/my screen.png" this is what I see')
    assert "I have added “my screen.png” to INC-000001." in result.output
    db.session.rollback()
    assert [file.name for file in db.session.scalars(select(Attachment))] == ["my screen.png"]


def test_a_file_that_is_not_there_is_a_sentence_and_the_conversation_goes_on(run: Run) -> None:
    result = run("/file nowhere.png", "my headset crackles since monday")
    assert "Nothing was sent:" in result.output and "INC-000001 is logged" in result.output
