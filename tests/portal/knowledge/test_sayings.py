"""Authors say what people meant, so that the bot learns it."""

import pytest

from chatbot.client import claims, turns
from chatbot.client.models import Actor, Turn, TurnLabel
from chatbot.client.moment import Answer
from firstline.db import db
from incidents.people import Role
from tests.portal.employee.browser import Browser


@pytest.fixture
def ines(app, person):
    """An author's browser, without scripts."""
    browser = Browser(app)
    with browser.client.session_transaction() as session:
        session.update(_user_id=person("ines", Role.AUTHOR).fs_uniquifier, _fresh=True)
    return browser


@pytest.fixture
def saying(app, person, desk):
    """Words that the bot was unsure of."""
    erin = person("erin")
    held = turns.conversation_of(erin, turns.begin(erin, "x")).id
    taken = turns.take(held, "x", turns.Said("the thing of erin blinks <b>", None))
    claims.resolve(taken.token)
    moment = turns.moment_of(taken.turn_id)
    claims.settle(taken.turn_id, Actor.BOT, Answer((), moment.memory), claims.Understood("deny", 0.31))
    return taken.turn_id


def test_an_author_teaches_and_takes_back(ines, saying):
    assert "Teach the bot" in ines.open("/articles").text
    page = ines.open("/articles/sayings")
    assert "The thing of [name] blinks <b>" in page.text
    assert "31% sure" in page.text
    page = ines.press("Teach it", words="the thing blinks", intent="report_problem")
    assert "The bot got everything" in page.text
    kept = db.session.get(TurnLabel, saying)
    assert (kept.words, kept.intent) == ("the thing blinks", "report_problem")
    assert "31% sure" in ines.press("Take back").text


def test_words_that_teach_nothing_are_left_out(ines, saying):
    ines.open("/articles/sayings")
    assert "left out" in ines.press("Leave it out").text


def test_a_label_that_cannot_be_used_keeps_what_was_typed(ines, saying):
    ines.open("/articles/sayings")
    page = ines.press("Teach it", words="my own words", intent="nonsense")
    assert page.status == 422
    assert "Choose what it means" in page.text
    assert "my own words" in page.text


def test_what_was_erased_meanwhile_is_not_labelled(ines, saying):
    ines.open("/articles/sayings")
    db.session.delete(db.session.get(Turn, saying))
    db.session.commit()
    assert ines.press("Teach it", intent="report_problem").status == 404
