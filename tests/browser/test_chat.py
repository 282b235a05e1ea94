"""Journey 2: an employee and the bot."""

import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from playwright.sync_api import Locator, expect

from tests.browser.conftest import number_in
from tests.browser.visitor import Visitor
from tests.stack import Stack

TURN_MS = 20_000
SECOND_THOUGHTS_S = 3
"""In which a bot that wakes up would log what it was told meanwhile."""


def open_chat(person: Visitor) -> Locator:
    """By keyboard, as far as the field for words."""
    # Until its script has run, the button is a link to the chat's page.
    person.page.wait_for_load_state("load")
    person.page.get_by_role("link", name="Chat", exact=True).focus()
    person.page.keyboard.press("Enter")
    window = person.page.get_by_role("dialog", name="Chat with us")
    expect(window.get_by_label("Your message")).to_be_focused()
    return window


def begin(person: Visitor) -> Locator:
    """A conversation of its own, greeted."""
    window = open_chat(person)
    expect(window.locator(".chat-theirs").first).to_be_visible()
    window.get_by_role("button", name="Begin a new conversation").click()
    expect(window.get_by_text("Hi Erin.")).to_be_visible()
    expect(window.locator(".chat-row")).to_have_count(1)
    return window


def say(person: Visitor, window: Locator, words: str) -> str:
    """One turn; returns all that was answered."""
    before = window.locator(".chat-theirs").count()
    person.page.keyboard.type(words)
    person.page.keyboard.press("Enter")
    return answer_after(window, before)


def press(window: Locator, name: str) -> str:
    before = window.locator(".chat-theirs").count()
    window.get_by_role("button", name=name, exact=True).first.click()
    return answer_after(window, before)


def answer_after(window: Locator, before: int) -> str:
    expect(window.locator(".chat-theirs").nth(before)).to_be_visible(timeout=TURN_MS)
    expect(window.locator("[data-pending]")).to_have_count(0, timeout=TURN_MS)
    return " ".join(window.locator(".chat-theirs").all_inner_texts()[before:])


@contextmanager
def hanging(stack: Stack, process: str) -> Iterator[None]:
    """This process and its children stand still, and go on at the end."""
    pid = stack.pid(process)
    assert pid is not None
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for member in family:
        member.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for member in family:
            member.send_signal(signal.SIGCONT)


def test_the_bot_takes_a_trouble_and_solves_it(visit, stored):
    erin = visit("Erin")
    window = begin(erin)
    said = say(erin, window, "hi, since this morning my outlook asks for the password again and again")
    number = number_in(said)
    cards = window.locator("details.chat-fix")
    assert 1 <= cards.count() <= 3
    expect(window.get_by_role("link", name=re.compile(number))).to_be_visible()
    erin.picture("chat", height=720)
    erin.look("chat-fixes")
    assert stored(number)["channel"] == "chat"

    assert f"{number} is solved" in press(window, "This solved it")
    incident = stored(number)
    assert (incident["state"], incident["resolution"]) == ("resolved", "self_service")
    erin.page.keyboard.press("Escape")
    expect(window).to_be_hidden()
    expect(erin.page.get_by_role("link", name="Chat", exact=True)).to_be_focused()


def test_the_bot_tells_how_it_stands_and_brings_a_person(visit, stored):
    erin = visit("Erin")
    window = begin(erin)
    number = number_in(say(erin, window, "the projector in our meeting room shows no picture"))
    assert number in say(erin, window, f"what is the status of {number}?")
    assert "A person answers you here, and by mail" in press(window, "Talk to a person")
    incident = stored(number)
    assert incident["state"] == "queued" and incident["team"]

    erin.page.reload()
    window = erin.page.get_by_role("dialog", name="Chat with us")
    expect(window.get_by_text("the projector in our meeting room shows no picture").first).to_be_visible()
    expect(window.get_by_text("A person answers you here, and by mail").first).to_be_visible()
    erin.look("chat-after-reload")


def test_while_the_bot_hangs_the_window_takes_the_report_once(visit, stack, found):
    erin = visit("Erin")
    window = begin(erin)
    trouble = f"the franking machine at gate {erin.width} is jammed"
    before = len(found(trouble))
    with hanging(stack, "bot"):
        erin.page.keyboard.type(trouble)
        erin.page.keyboard.press("Enter")
        expect(window.get_by_role("status")).to_contain_text("Looking into it")
        said = answer_after(window, 1)
        assert "The assistant is not available right now" in said and number_in(said)
        erin.look("chat-without-bot")
    time.sleep(SECOND_THOUGHTS_S)
    assert len(found(trouble)) == before + 1
    assert "INC-" in say(erin, window, "what is the status?")


def test_the_chat_page_does_the_same_in_full(visit):
    erin = visit("Erin")
    erin.open("/chat").look("chat-page")
