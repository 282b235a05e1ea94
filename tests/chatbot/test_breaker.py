"""A bot that fails again and again is left alone, so that nobody waits for it at every turn."""

from collections.abc import Callable

import pytest

from chatbot.client import conversations
from chatbot.client.breaker import FAILURES, LONGEST_REST_S, REST_S, Breaker
from chatbot.client.rasa import RasaAway, breaker_of
from incidents.people import Person, Team
from tests.chatbot.conftest import fake_rasa

People = Callable[..., Person]


class Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        assert breaker.lets_through()
        breaker.failed()
    return breaker


def test_it_opens_after_some_failures_in_a_row_only(clock: Clock) -> None:
    breaker = Breaker(clock)
    for _ in range(3):
        for _ in range(FAILURES - 1):
            assert not breaker.failed()
        breaker.worked()
    assert breaker.lets_through()
    assert [breaker.failed() for _ in range(FAILURES)] == [False] * (FAILURES - 1) + [True]
    assert not breaker.lets_through()


def test_after_a_rest_one_call_tries_and_the_others_are_kept_off(opened: Breaker, clock: Clock) -> None:
    clock.at = REST_S
    assert [opened.lets_through() for _ in range(3)] == [True, False, False]
    assert opened.worked()
    assert opened.lets_through()


def test_each_failed_try_doubles_the_rest_up_to_a_limit(opened: Breaker, clock: Clock) -> None:
    rests = []
    for _ in range(6):
        begun = clock.at
        while not opened.lets_through():
            clock.at += 1
        rests.append(clock.at - begun)
        opened.failed()
    assert rests == [10, 20, 40, 80, 80, 80]
    assert max(rests) == LONGEST_REST_S


def test_calls_that_were_under_way_do_not_make_the_rest_longer(opened: Breaker, clock: Clock) -> None:
    assert not any(opened.failed() for _ in range(10))
    clock.at = REST_S
    assert opened.lets_through()


def test_a_try_whose_caller_died_is_tried_again(opened: Breaker, clock: Clock) -> None:
    clock.at = REST_S
    assert opened.lets_through()
    clock.at += LONGEST_REST_S
    assert opened.lets_through()


def test_while_it_is_open_nobody_waits_and_the_window_says_so(
    person: People, desk: dict[str, Team], monkeypatch: pytest.MonkeyPatch
) -> None:
    erin, asked, clock = person("erin"), [], Clock()

    def break_down(body: dict[str, object]) -> tuple[int, bytes]:
        asked.append(body["message"])
        return 500, b"oops"

    with fake_rasa(break_down) as rasa:
        monkeypatch.setattr(breaker_of(rasa.url), "now", clock)
        for n in range(FAILURES + 2):
            reply = conversations.say(erin, f"my monitor number {n} is black", rasa=rasa)
            assert "not available right now" in reply.messages[0].text
        assert len(asked) == FAILURES
        with pytest.raises(RasaAway, match="left alone"):
            rasa.say(sender="x", message="y", token="z")
        clock.at = REST_S
        conversations.say(erin, "my monitor number 9 is black", rasa=rasa)
        assert len(asked) == FAILURES + 1
