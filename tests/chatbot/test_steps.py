"""An offered fix followed one step at a time; only what the person says counts."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from chatbot.client import conversations
from chatbot.client.messages import Button, Card, Reply
from chatbot.client.models import Conversation
from chatbot.client.rasa import Rasa
from chatbot.client.reading import says_next
from firstline import jobs
from firstline.db import db
from incidents import selfhelp
from incidents.errors import Invalid
from incidents.models import Incident, State
from incidents.people import Person
from knowledge_base import articles
from tests.chatbot.conftest import fake_rasa

People = Callable[..., Person]
STEPS = ("Switch the printer off and on.", "Print a test page.", "Print your page again.")


@pytest.fixture
def offered(say: Callable[..., Reply]) -> list[Card]:
    """Erin's printer is offline, and two fixes are offered."""
    body = "It says offline.\n\n" + "\n".join(f"{n}. {step}" for n, step in enumerate(STEPS, 1))
    for title in ("Printer is offline", "Printer is offline after lunch"):
        articles.create(articles.Draft(title=title, body=body, category="printing"), publish=True)
    jobs.run_waiting()
    cards = [card for message in say("printer is offline").messages for card in message.articles]
    assert len(cards) == 2
    return cards


def words_of(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def button(reply: Reply, title: str) -> str:
    buttons: list[Button] = [each for message in reply.messages for each in message.buttons]
    return next(each.payload for each in buttons if each.title == title)


def the_incident() -> Incident:
    db.session.rollback()
    return db.session.scalars(select(Incident).order_by(Incident.id)).first()  # type: ignore[return-value]


def begin(say: Callable[..., Reply], card: Card) -> Reply:
    assert card.follow is not None
    return say(card.follow)


def test_a_fix_is_walked_step_by_step(say: Callable[..., Reply], offered: list[Card]) -> None:
    reply = begin(say, offered[0])
    for n, step in enumerate(STEPS, 1):
        assert f"Step {n} of 3\n{step}" in words_of(reply)
        assert "not available" not in words_of(reply)
        if n < 3:
            reply = say(button(reply, "Done, next step"))
    assert "Does it work now?" in words_of(reply)
    titles = [each.title for each in reply.messages[-1].buttons]
    assert titles == ["It works now", "It did not help", "Talk to a person"]


def test_a_silent_walk_is_no_success(say: Callable[..., Reply], offered: list[Card]) -> None:
    reply = begin(say, offered[0])
    for _ in range(2):
        reply = say(button(reply, "Done, next step"))
    assert the_incident().state == State.OFFERED
    assert [fix.helped for fix in selfhelp.fixes_of(the_incident().id)] == [None, None]


def test_it_works_now_credits_the_fix_that_was_followed(
    say: Callable[..., Reply], offered: list[Card]
) -> None:
    reply = begin(say, offered[1])
    say(button(reply, "It works now"))
    incident = the_incident()
    assert (incident.state, incident.article_id) == (State.RESOLVED, offered[1].article)


def test_what_did_not_help_leads_to_the_next_fix_and_then_to_support(
    say: Callable[..., Reply], offered: list[Card]
) -> None:
    reply = say(button(begin(say, offered[0]), "It did not help"))
    assert f"Then let us try the next one: {offered[1].title}." in words_of(reply)
    assert "Step 1 of 3" in words_of(reply)
    assert the_incident().state == State.OFFERED
    reply = say(button(reply, "It did not help"))
    assert "It is with Service Desk" in words_of(reply)
    assert the_incident().state == State.QUEUED


def test_words_do_what_the_buttons_do(say: Callable[..., Reply], offered: list[Card]) -> None:
    begin(say, offered[0])
    assert "Step 2 of 3" in words_of(say("done"))
    assert "Step 3 of 3" in words_of(say("ok, next"))
    assert "Step 3 of 3" in words_of(say("done")), "done is not the same as helped"
    assert the_incident().state == State.OFFERED
    assert "is solved" in words_of(say("yes"))
    assert the_incident().article_id == offered[0].article


def test_no_in_words_tries_the_next_fix(say: Callable[..., Reply], offered: list[Card]) -> None:
    begin(say, offered[0])
    assert "Then let us try the next one" in words_of(say("no"))


def test_an_old_button_of_another_tab_shows_its_step_again(
    say: Callable[..., Reply], offered: list[Card]
) -> None:
    second = button(begin(say, offered[0]), "Done, next step")
    say(button(say(second), "Done, next step"))
    assert "Step 2 of 3" in words_of(say(second))
    assert "Step 3 of 3" in words_of(say("next"))


def test_where_one_is_is_kept_with_the_conversation(say: Callable[..., Reply], offered: list[Card]) -> None:
    begin(say, offered[0])
    db.session.rollback()
    kept = db.session.scalars(select(Conversation)).one().memory
    assert (kept["followed"], kept["step"], kept["asked"]) == (offered[0].article, 0, "step")


def test_rasa_is_not_asked_what_a_step_means(say: Callable[..., Reply], offered: list[Card]) -> None:
    asked: list[object] = []
    with fake_rasa(lambda body: (asked.append(body), (200, b"[]"))[1]) as rasa:  # type: ignore[func-returns-value]
        assert offered[0].follow is not None
        reply = say(offered[0].follow, rasa=rasa)
    assert asked == []
    assert "Step 1 of 3" in words_of(reply)


def test_nobody_walks_a_fix_of_somebody_elses_incident(
    say: Callable[..., Reply], offered: list[Card], person: People, no_rasa: Rasa
) -> None:
    assert offered[0].follow is not None
    with pytest.raises(Invalid, match="earlier answer"):
        conversations.say(person("mallory"), offered[0].follow, rasa=no_rasa)
    assert the_incident().state == State.OFFERED


def test_another_trouble_in_the_middle_is_its_own_report(
    say: Callable[..., Reply], offered: list[Card]
) -> None:
    begin(say, offered[0])
    assert "INC-000002" in words_of(say("my second monitor stays black since this morning"))


@pytest.mark.parametrize("words", ["next", "Done!", "ok, next step", "did that"])
def test_what_asks_for_the_next_step(words: str) -> None:
    assert says_next(words)


@pytest.mark.parametrize(
    "words", ["", "done, but it still says offline", "it is done and works", "next week"]
)
def test_what_says_more_than_next(words: str) -> None:
    assert not says_next(words)
