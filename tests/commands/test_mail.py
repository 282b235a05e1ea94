"""`firstline mail` as an operator uses it."""

import json

import pytest
from click.testing import CliRunner
from flask import Flask

from commands.mail import mail
from firstline.app import create_core
from firstline.db import db
from tests import ground
from tests.email_intake.conftest import MODELS

GOOD = b"From: erin@example.com\nSubject: =?utf-8?q?Dr=C3=BCcker?=\nMessage-ID: <a@b>\n\nIt is jammed.\n"
SPAM = b"From: erin@example.com\nSubject: win\nX-Spam-Flag: YES\n\nmoney\n"


@pytest.fixture
def run(settings, monkeypatch, tmp_path):
    def context() -> Flask:
        return create_core(settings, models=MODELS, TESTING=True, JOBS_INLINE=True)

    monkeypatch.setattr("commands.mail.create_context", context)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.eml").write_bytes(GOOD)
    (tmp_path / "spam.eml").write_bytes(SPAM)

    def invoke(*words):
        return CliRunner().invoke(mail, list(words))

    with context().app_context():
        ground.lay()
        yield invoke
        db.session.remove()
        db.engine.dispose()


def test_ingest_prints_one_object_a_file_in_order(run):
    result = run("ingest", "--json", "spam.eml", "good.eml")
    assert result.exit_code == 0
    spam, good = (json.loads(line) for line in result.output.splitlines())
    assert (spam["outcome"], spam["incident"]) == ("quarantined", None)
    assert good == {
        "file": "good.eml",
        "outcome": "opened",
        "reason": "",
        "incident": "INC-000001",
        "sender": "erin@example.com",
        "subject": "Drücker",
        "text": "It is jammed.",
        "attachments": [],
    }


def test_ingesting_again_says_the_same(run):
    assert run("ingest", "--json", "good.eml").output == run("ingest", "--json", "good.eml").output


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_taken(run):
    result = run("ingest", "--json", "nowhere.eml", "good.eml")
    first, second = (json.loads(line) for line in result.output.splitlines()[:2])
    assert (result.exit_code, first["outcome"], second["outcome"]) == (1, None, "opened")
    assert "No such file" in first["reason"]


def test_what_was_held_back_is_listed_shown_and_released(run):
    run("ingest", "spam.eml")
    listed = json.loads(run("quarantine", "list", "--json").output)
    assert (listed["reason"], listed["subject"]) == ("marked as spam by the mail server", "win")
    shown = run("quarantine", "show", str(listed["id"])).output
    assert "money" in shown and "quarantined" in shown
    assert run("quarantine", "show", "--raw", str(listed["id"])).exit_code == 0
    assert "opened  INC-000001" in run("quarantine", "release", str(listed["id"])).output
    assert run("quarantine", "list").output == ""


def test_a_replay_judges_anew_and_changes_nothing_without_a_reason(run):
    run("ingest", "spam.eml")
    assert "quarantined" in run("quarantine", "replay", "1").output


@pytest.mark.parametrize("action", ["release", "replay"])
def test_what_is_settled_is_not_taken_again(run, action):
    run("ingest", "good.eml")
    result = run("quarantine", action, "1")
    assert result.exit_code == 1 and "is opened already" in result.output


def test_an_unknown_number_gets_a_sentence(run):
    assert "There is no such message" in run("quarantine", "show", "7").output


def test_a_maildir_is_taken_with_what_was_read_and_what_is_new(run, tmp_path):
    for part, name in (("cur", "1.a:2,S"), ("new", "2.b"), ("tmp", "3.c")):
        (tmp_path / "Maildir" / part).mkdir(parents=True, exist_ok=True)
        (tmp_path / "Maildir" / part / name).write_bytes(GOOD.replace(b"a@b", name[:1].encode() + b"@b"))
    said = [json.loads(line) for line in run("ingest", "--json", "Maildir").output.splitlines()]
    assert [one["file"].rpartition("/")[2] for one in said] == ["1.a:2,S", "2.b"]
    assert {one["outcome"] for one in said} == {"opened"}


def test_a_folder_of_messages_and_an_mbox_are_taken_one_by_one(run, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "good.eml").write_bytes(GOOD)
    many = [GOOD.replace(b"a@b", f"{number}@b".encode()) for number in range(3)]
    (tmp_path / "old.mbox").write_bytes(
        b"".join(b"From x Mon Nov  2 09:00:00 2026\n" + one + b"\n" for one in many)
    )
    said = [json.loads(line) for line in run("ingest", "--json", "folder", "old.mbox").output.splitlines()]
    assert [one["file"] for one in said] == ["folder/good.eml", *(f"old.mbox#{n}" for n in (1, 2, 3))]
    assert [one["incident"] for one in said] == [f"INC-00000{n}" for n in (1, 2, 3, 4)]
