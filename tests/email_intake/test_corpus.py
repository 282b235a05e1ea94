"""The hard list by number: every file with what must become of it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from email_intake import guard, process, quote
from firstline.db import db
from incidents.people import Person

CORPUS = Path(__file__).with_name("corpus")
CASES = sorted(CORPUS.glob("*.eml"))


def test_every_mail_has_its_expectation():
    assert {case.stem for case in CASES} == {
        one.name.removesuffix(".expected.json") for one in CORPUS.glob("*.json")
    }


@pytest.mark.parametrize("path", CASES, ids=[case.stem for case in CASES])
def test_the_corpus(path, app, take):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], authserv_id="mx.example.com")
    expected = json.loads(path.with_suffix(".expected.json").read_text())
    row = take(path.read_bytes())
    assert row.error == ""
    assert row.outcome == expected["outcome"], row.reason
    assert expected.get("reason", "") in row.reason
    said = process.read_again(row)
    for name, wanted in expected.items():
        if check := CHECKS.get(name):
            assert check(row, said) == wanted, name
    new = quote.split(said.marked_text).new
    assert all(words in said.text for words in expected.get("text_has", []))
    assert not any(words in said.text for words in expected.get("text_lacks", []))
    assert all(words in new for words in expected.get("new_has", []))
    assert "\0" not in said.text and "\n" not in said.subject


CHECKS = {
    "sender": lambda row, said: row.sender,
    "name": lambda row, said: said.sender.name,
    "may_answer": lambda row, said: row.may_answer,
    "verified": lambda row, said: guard.is_verified(said),
    "title": lambda row, said: said.title,
    "text": lambda row, said: said.text,
    "new": lambda row, said: quote.split(said.marked_text).new,
    "message_id": lambda row, said: said.message_id,
    "defects": lambda row, said: list(said.defects),
    "attachments": lambda row, said: [one.name for one in said.attachments],
    "sizes": lambda row, said: [len(one.content) for one in said.attachments],
    "count": lambda row, said: len(said.attachments),
    "longest_name": lambda row, said: max(len(one.name) for one in said.attachments),
    "stored_types": lambda row, said: [one.media_type for one in row.incident.entries[0].attachments],
    "kept": lambda row, said: [one.name for one in row.incident.entries[0].attachments],
    "title_length": lambda row, said: len(row.incident.title),
    "participants": lambda row, said: len(row.participants),
    "is_dated_by_us": lambda row, said: row.incident.created_at == row.received_at,
    "is_whole": lambda row, said: (
        said.text.startswith(row.incident.description[:1000])
        and "mail.txt" in {one.name for one in row.incident.entries[0].attachments}
    ),
    "people": lambda row, said: db.session.scalar(select(func.count()).select_from(Person)),
    "state": lambda row, said: row.incident.state,
    "priority": lambda row, said: row.incident.priority,
}
