"""The whole bot, nothing stubbed: portal's client, Rasa with the trained model, actions, domain."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from flask import Flask
from sqlalchemy import select

from chatbot import model
from chatbot.client import conversations
from chatbot.client.models import Turn
from chatbot.client.rasa import Rasa
from commands.context import create_context
from firstline.db import db, write
from firstline.i18n import speaking
from incidents.models import Channel, Incident, State
from incidents.people import Person, Role, Team, ensure_person
from tests.chatbot.conftest import ROOT, RUN, RunningBot

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def core(running_bot: RunningBot) -> Flask:
    app = create_context(running_bot.settings)
    with app.app_context(), write() as session:
        session.add(Team(slug="service-desk", name="Service Desk", tier=1))
    return app


@pytest.fixture
def erin(core: Flask) -> Iterator[Person]:
    with core.app_context():
        with write() as session:
            erin = ensure_person(session, "erin@example.com", role=Role.EMPLOYEE)
        yield erin


def say(person: Person, text: str, talk: str | None = None, **more: str) -> conversations.Reply:
    reply = conversations.say(person, text, conversation=talk, rasa=_patient(), **more)
    assert reply.answered_by == "bot", reply
    return reply


def _patient() -> Rasa:
    """On a machine that runs all tests at once even a healthy bot may need more than its 3 s."""
    from flask import current_app

    from firstline.app import settings_of

    return replace(Rasa(settings_of(current_app).rasa_url), limit_s=20.0)


def said(reply: conversations.Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def latest() -> Incident:
    db.session.rollback()
    found = db.session.scalars(select(Incident).order_by(Incident.id.desc())).first()
    assert found is not None
    return found


def test_a_problem_in_ones_own_words_becomes_an_incident(erin: Person) -> None:
    words = "since this morning my vpn throws me out every ten minutes"
    reply = say(erin, words)
    incident = latest()
    assert incident.number in said(reply)
    assert (incident.channel, incident.description) == (Channel.CHAT, words)
    assert incident.requester_id == erin.id


def test_the_bot_answers_in_the_language_that_the_portal_speaks(erin: Person) -> None:
    with speaking("de"):
        reply = say(erin, "Mein Bildschirm bleibt seit heute schwarz")
    assert latest().title == "Mein Bildschirm bleibt seit heute schwarz"
    assert "ist aufgenommen" in said(reply)


def test_the_bot_notes_what_it_understood(erin: Person) -> None:
    say(erin, "are you a human or a machine?")
    turn = db.session.scalars(select(Turn).order_by(Turn.id.desc())).first()
    assert turn is not None
    assert turn.intent == "bot_challenge"
    assert turn.confidence is not None
    assert turn.confidence > 0.3


def test_a_report_goes_on_to_a_person(erin: Person) -> None:
    talk = say(erin, "the projector in room 4.12 shows no picture").conversation
    number = latest().number
    assert number in said(say(erin, "can I talk to a real person please", talk))
    assert latest().state == State.QUEUED
    silent = conversations.say(erin, "what is the status of my ticket?", conversation=talk, rasa=_patient())
    assert silent.messages == (), "people talk now"
    conversations.say(erin, "/back_to_assistant", conversation=talk, rasa=_patient())
    assert number in said(say(erin, "what is the status of my ticket?", talk))
    assert latest().number == number


def test_a_pressed_button_reaches_the_bot(erin: Person) -> None:
    first = say(erin, "my keyboard types the wrong letters")
    press = next(
        button.payload for message in first.messages for button in message.buttons if "high" in button.payload
    )
    assert "Who else" in said(say(erin, press, first.conversation))


def test_typed_intents_are_words(erin: Person) -> None:
    reply = say(erin, "/talk_to_human_now")
    turn = db.session.scalars(select(Turn).order_by(Turn.id.desc())).first()
    assert turn is not None
    assert turn.text == "talk_to_human_now"
    assert reply.messages


def test_the_actions_do_nothing_without_a_valid_token(erin: Person, running_bot: RunningBot) -> None:
    before = latest().id
    for metadata in ({}, {"token": "forged"}, {"token": 7}, {"person": erin.email}):
        body = {"sender": "someone", "message": "my laptop is broken and slow", "metadata": metadata}
        answer = httpx.post(f"{running_bot.settings.rasa_url}/webhooks/rest/webhook", json=body, timeout=30)
        assert answer.json() == []
    assert latest().id == before


def test_rasas_own_api_needs_its_token(running_bot: RunningBot) -> None:
    url = running_bot.settings.rasa_url
    for path in ("/status", "/domain", "/conversations/x/tracker"):
        assert httpx.get(f"{url}{path}", timeout=10).status_code == 401


def test_unseen_sentences_are_understood(running_bot: RunningBot, tmp_path: Path) -> None:
    """Written for the tests and kept out of the training data."""
    wanted = [json.loads(line) for line in model.TEST_SET.read_text().splitlines()]
    sentences = tmp_path / "sentences.txt"
    sentences.write_text("\n".join(entry["text"] for entry in wanted))
    command = [sys.executable, "-c", RUN, "bot", "parse", str(sentences), "--json"]
    environ = {**running_bot.environ, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [entry["text"] for entry in found] == [entry["text"] for entry in wanted]
    wrong = [
        (e["text"], e["intent"], f["intent"])
        for e, f in zip(wanted, found, strict=True)
        if e["intent"] != f["intent"]
    ]
    assert len(wrong) <= 0.08 * len(wanted), wrong
