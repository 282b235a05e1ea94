"""Commands on a folder of its own: schema, tokens, backup and restore, doctor, worker."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from commands import main
from commands.context import create_context
from firstline import files
from firstline.db import db
from incidents.intake import Report, report
from incidents.models import Channel, Incident
from incidents.people import Person, find_by_token
from knowledge_base.models import Category
from tests.servers import free_port, wait_until

Run = Callable[..., Result]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    here = {
        "FIRSTLINE_DATA_DIR": str(tmp_path / "var"),
        "FIRSTLINE_LISTEN": f"127.0.0.1:{free_port()}",
        "FIRSTLINE_MAIL_LISTEN": f"127.0.0.1:{free_port()}",
        "FIRSTLINE_RASA_URL": f"http://127.0.0.1:{free_port()}",
        "FIRSTLINE_ACTIONS_LISTEN": f"127.0.0.1:{free_port()}",
    }
    for name, value in here.items():
        monkeypatch.setenv(name, value)
    for name in ("FIRSTLINE_SECRET_KEY", "FIRSTLINE_DATABASE_URL", "FIRSTLINE_DEMO"):
        monkeypatch.delenv(name, raising=False)
    return {**os.environ, **here}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Run `firstline ...`; it must succeed unless told otherwise."""

    def command(*arguments: str, succeeds: bool = True) -> Result:
        result = CliRunner().invoke(main, arguments)
        assert (result.exit_code == 0) == succeeds, result.output
        return result

    return command


@pytest.fixture
def desk_of_its_own(run: Run) -> Run:
    run("db", "upgrade")
    return run


def test_the_schema_comes_with_categories_and_a_team_and_is_safe_to_repeat(run: Run) -> None:
    run("db", "upgrade")
    run("db", "upgrade")
    with create_context().app_context():
        assert db.session.get(Category, "vpn") is not None
        assert db.session.query(Category).count() > 30


def test_the_schema_is_what_the_models_say_and_goes_back(desk_of_its_own: Run) -> None:
    from alembic import command

    from commands.database import migration_config

    with create_context().app_context():
        command.check(migration_config())
    desk_of_its_own("db", "downgrade", "base")
    desk_of_its_own("db", "upgrade")


def test_the_last_word_printed_is_the_token(desk_of_its_own: Run) -> None:
    printed = desk_of_its_own("token", "create", "--email", "Erin@Example.com", "--role", "agent").output
    with create_context().app_context():
        person = find_by_token(printed.split()[-1])
        assert isinstance(person, Person)
        assert (person.email, person.role) == ("erin@example.com", "agent")
    refused = desk_of_its_own("token", "create", "--email", "nonsense", "--role", "agent", succeeds=False)
    assert "whole e-mail address" in refused.output


def test_a_backup_brings_everything_back(desk_of_its_own: Run, tmp_path: Path) -> None:
    token = desk_of_its_own(
        "token", "create", "--email", "erin@example.com", "--role", "employee"
    ).output.split()[-1]
    with create_context().app_context():
        person = find_by_token(token)
        assert person is not None
        report(Report(requester_id=person.id, description="word " * 8000, channel=Channel.API))
    secret = (tmp_path / "var" / "secret_key").read_text()
    (tmp_path / "var" / "alerts").mkdir()
    (tmp_path / "var" / "alerts" / "1-waits.json").write_text("{}")
    desk_of_its_own("backup", str(tmp_path / "copy"))
    refused = desk_of_its_own("backup", str(tmp_path / "copy"), succeeds=False)
    assert "not empty" in refused.output

    (tmp_path / "var").rename(tmp_path / "lost")
    told = desk_of_its_own("restore", str(tmp_path / "copy"))
    assert "1 files" in told.output
    assert (tmp_path / "var" / "secret_key").read_text() == secret
    assert (tmp_path / "var" / "alerts" / "1-waits.json").exists()
    with create_context().app_context():
        incident = db.session.get(Incident, 1)
        assert incident is not None
        (attachment,) = incident.entries[0].attachments
        with files.opened(attachment.digest) as file:
            assert file.read().startswith(b"word word")
        assert find_by_token(token) is not None


def test_a_restore_sets_aside_what_was_there_and_refuses_what_is_no_backup(
    desk_of_its_own: Run, tmp_path: Path
) -> None:
    desk_of_its_own("backup", str(tmp_path / "copy"))
    desk_of_its_own("restore", str(tmp_path / "copy"))
    assert list((tmp_path / "var").glob("firstline.db.before-*"))
    (tmp_path / "empty").mkdir()
    assert "holds no backup" in desk_of_its_own("restore", str(tmp_path / "empty"), succeeds=False).output
    (tmp_path / "copy" / "database.sqlite").write_bytes(b"not a database at all" * 500)
    assert "is damaged" in desk_of_its_own("restore", str(tmp_path / "copy"), succeeds=False).output
    with create_context().app_context():
        assert db.session.get(Category, "vpn") is not None, "what is there is untouched"


def test_doctor_says_what_is_broken_and_fails(desk_of_its_own: Run) -> None:
    result = desk_of_its_own("doctor", "--json", succeeds=False)
    found = [json.loads(line) for line in result.output.splitlines()]
    broken = {one["about"] for one in found if one["verdict"] == "broken"}
    assert {"web", "worker", "intake", "bot"} <= broken
    assert "schema" not in broken


def test_doctor_knows_a_database_without_schema(run: Run) -> None:
    assert "firstline db upgrade" in run("doctor", succeeds=False).output


@pytest.fixture
def worker(
    desk_of_its_own: Run, environment: dict[str, str]
) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        code = "from commands import main; main(['worker'])"
        started.append(subprocess.Popen([sys.executable, "-c", code], env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_one_worker_sweeps_the_next_takes_over_and_each_ends_cleanly(
    worker: Callable[[], "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    def holder() -> str:
        with sqlite3.connect(tmp_path / "var" / "firstline.db") as connection:
            row = connection.execute("SELECT holder FROM lease WHERE name = 'scheduler'").fetchone()
        return row[0].rpartition(":")[2] if row else ""

    first = worker()
    wait_until(lambda: holder() == str(first.pid), "the first worker's lease", seconds=60)
    first.kill()
    second = worker()
    wait_until(lambda: holder() == str(second.pid), "the second worker's lease", seconds=60)
    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0
