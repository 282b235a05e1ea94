"""Two Rasa processes behind one portal: locks in Redis, trackers in one PostgreSQL."""

import threading
from collections.abc import Iterator

import httpx
import pytest

from chatbot.client import conversations, turns
from chatbot.client.models import Turn
from chatbot.client.rasa import Rasa
from chatbot.server import api_token
from commands.context import create_context
from firstline.db import db, write
from incidents.people import Person, Role, ensure_person
from tests.chatbot.conftest import RunningBot, process
from tests.servers import free_port, missing, wait_until

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(900)]

WORDS = ("hello", "what can you do?", "are you a bot?", "thank you", "hello", "goodbye", "hello", "thanks")
LIMIT_S = 30.0


@pytest.fixture(scope="module")
def rasas(running_bot: RunningBot) -> Iterator[tuple[Rasa, Rasa]]:
    """The Rasa of all tests and a second one beside it."""
    if not running_bot.shared:
        missing("Redis or PostgreSQL", "redis-server")
    second = f"127.0.0.1:{free_port()}"
    with process("bot", running_bot.settings, FIRSTLINE_RASA_LISTEN=second, **running_bot.shared):
        url = f"http://{second}"
        wait_until(lambda: _answers(url), "the second Rasa's start", seconds=300)
        yield Rasa(running_bot.settings.rasa_url, LIMIT_S), Rasa(url, LIMIT_S)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False


def _said_to(url: str, conversation: str, token: str) -> list[tuple[str, str]]:
    """Every message of the tracker with the action that answered it, in order."""
    tracker = httpx.get(f"{url}/conversations/{conversation}/tracker", params={"token": token}, timeout=30)
    told: list[tuple[str, str]] = []
    for event in tracker.json()["events"]:
        if event["event"] == "user":
            told.append((event["text"], ""))
        elif event["event"] == "action" and event["name"] not in {"action_listen", "action_session_start"}:
            told[-1] = (told[-1][0], event["name"])
    return told


def test_turns_of_one_conversation_stay_in_order_on_two_rasas(
    running_bot: RunningBot, rasas: tuple[Rasa, Rasa]
) -> None:
    """Sent all at once, every other one to the other Rasa: taken in some order, and answered in that."""
    app = create_context(running_bot.settings)
    with app.app_context():
        with write() as session:
            me = ensure_person(session, "two@example.com", role=Role.EMPLOYEE).id
        talk = turns.begin(db.session.get_one(Person, me), "two Rasas")
        db.session.remove()

    def send(number: int) -> None:
        with app.app_context():
            person = db.session.get_one(Person, me)
            conversations.say(
                person,
                WORDS[number],
                conversation=talk,
                message_id=f"m{number}",
                rasa=rasas[number % 2],
                wait_s=120,
            )

    senders = [threading.Thread(target=send, args=[number]) for number in range(len(WORDS))]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    with app.app_context():
        taken = db.session.query(Turn).filter(Turn.conversation.has(public_id=talk)).order_by(Turn.id).all()
        assert {turn.answered_by for turn in taken} == {"bot"}
        wanted = [(turn.text, f"action_{turn.intent}") for turn in taken]
    assert len(wanted) == len(WORDS)
    token = api_token(running_bot.settings)
    for rasa in rasas:
        assert _said_to(rasa.url, talk, token) == wanted
