"""People in the chat, on both pages: with scripts and without, and nobody where they do not belong."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from firstline.db import write
from incidents.people import Person, Role
from tests.portal.employee.browser import Browser, Page

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}
DESK = "/desk/INC-000001"


@pytest.fixture
def tess(signed_in: Callable[[str], Browser]) -> Browser:
    browser = signed_in("tess")
    with write() as session:
        session.query(Person).filter_by(name="Tess").one().role = Role.AGENT
    return browser


@pytest.fixture
def handed_over(erin: Browser) -> Page:
    """Erin's page after she asked for a person."""
    erin.open("/chat")
    erin.press("Send", message="my headset crackles since monday")
    return erin.press("Talk to a person")


def conversation_on(page: Page) -> str:
    return page.form("/chat/say").fields["conversation"]


def look(browser: Browser, page: Page, **more: str) -> Page:
    fields = {
        "csrf_token": page.form("/chat/say").fields["csrf_token"],
        "conversation": conversation_on(page),
    }
    return browser.post("/chat/look", {**fields, **more}, headers=FRAGMENT)


def mark_in(page: Page) -> str:
    found = re.search(r'data-mark="([^"]*)"', page.html)
    assert found is not None
    return found[1]


def csrf_on(page: Page) -> str:
    return next(form.fields["csrf_token"] for form in page.forms if "csrf_token" in form.fields)


def test_the_page_says_truthfully_that_nobody_is_there_yet(handed_over: Page) -> None:
    assert "Nobody is here yet." in handed_over.text
    assert "you will hear from us by" in handed_over.text
    assert "Back to the assistant" in handed_over.text


def test_without_scripts_an_answer_is_there_after_a_reload(
    erin: Browser, tess: Browser, handed_over: Page
) -> None:
    desk = tess.open(DESK)
    assert "Erin is in the chat now" in desk.text
    tess.press("Send reply", text="Hello Erin, which headset is it?")
    page = erin.open("/chat")
    assert "Hello Erin, which headset is it?" in page.text
    assert "Tess is here" in page.text


def test_what_is_typed_meanwhile_stands_on_the_incident(
    erin: Browser, tess: Browser, handed_over: Page
) -> None:
    page = erin.press("Send", message="it is the <b>left</b> side", on=handed_over)
    assert page.text.count("it is the <b>left</b> side") == 1
    desk = tess.open(DESK)
    assert "it is the <b>left</b> side" in desk.text
    assert "Handed over from the chat." in desk.text


def test_a_window_gets_an_answer_once_and_nothing_when_there_is_nothing(
    erin: Browser, tess: Browser, handed_over: Page
) -> None:
    mark = mark_in(handed_over)
    assert look(erin, handed_over, mark=mark).status == 204
    desk = tess.open(DESK)
    said = tess.post(f"{DESK}/chat/say", {"csrf_token": csrf_on(desk), "text": "Hello!"}, headers=FRAGMENT)
    assert "Hello!" in said.text
    news = look(erin, handed_over, mark=mark)
    assert news.status == 200
    assert "Hello!" in news.text
    assert "headset" not in news.text.replace("Tess is here", "")
    assert look(erin, handed_over, mark=mark_in(news)).status == 204


def test_each_sees_the_other_typing(erin: Browser, tess: Browser, handed_over: Page) -> None:
    fields = {"csrf_token": csrf_on(tess.open(DESK)), "typing": "1"}
    tess.post(f"{DESK}/chat/look", fields, headers=FRAGMENT)
    assert "Tess is writing" in look(erin, handed_over, typing="1").text
    seen = tess.post(f"{DESK}/chat/look", {**fields, "mark": "0.old"}, headers=FRAGMENT)
    assert "Erin is writing" in seen.text


def test_the_desk_gets_nothing_when_nothing_happened(tess: Browser, handed_over: Page) -> None:
    desk = tess.open(DESK)
    fields = {"csrf_token": csrf_on(desk), "mark": mark_in(desk)}
    assert tess.post(f"{DESK}/chat/look", fields, headers=FRAGMENT).status == 204


def test_either_side_gives_it_back(erin: Browser, tess: Browser, handed_over: Page) -> None:
    tess.open(DESK)
    tess.press("Back to the assistant")
    page = erin.open("/chat")
    assert "Tess has given our conversation back to me, the assistant." in page.text
    assert "Nobody is here" not in page.text
    page = erin.press("Talk to a person")
    page = erin.press("Back to the assistant", on=page)
    assert "I am the assistant again." in page.text
    assert "data-desk-chat" not in tess.open(DESK).html


def test_solving_it_gives_it_back_with_a_sentence(erin: Browser, tess: Browser, handed_over: Page) -> None:
    tess.open(f"{DESK}?do=resolve")
    tess.press("Resolve", resolution="support", cause="worn cable", note="A new cable helps.")
    page = erin.open("/chat")
    assert "INC-000001 is solved. A new cable helps." in page.text
    assert "It is not solved" in page.text


def test_an_empty_answer_is_refused_with_a_sentence(tess: Browser, handed_over: Page) -> None:
    fields = {"csrf_token": csrf_on(tess.open(DESK)), "text": "  "}
    answer = tess.post(f"{DESK}/chat/say", fields, headers=FRAGMENT)
    assert answer.status == 422
    assert "Write something" in answer.text


def test_nobody_looks_into_somebody_elses_chat(
    erin: Browser, tess: Browser, signed_in: Callable[[str], Browser], handed_over: Page
) -> None:
    bob = signed_in("bob")
    own = csrf_on(bob.open("/chat"))
    fields = {"csrf_token": own, "conversation": conversation_on(handed_over), "typing": "1"}
    assert bob.post("/chat/look", fields, headers=FRAGMENT).status == 404
    for place in ("look", "say", "back"):
        answer = bob.post(f"{DESK}/chat/{place}", {"csrf_token": own, "text": "I am support"})
        assert answer.status in {403, 404}
    page = erin.open("/chat")
    assert "I am support" not in page.text
    assert "Nobody is here yet." in page.text
    agents = {"csrf_token": csrf_on(tess.open("/chat")), "conversation": conversation_on(handed_over)}
    assert tess.post("/chat/look", agents, headers=FRAGMENT).status == 404, "support has the incident for it"


def test_a_look_from_somewhere_else_is_refused(erin: Browser, handed_over: Page) -> None:
    assert erin.post("/chat/look", {"conversation": conversation_on(handed_over)}).status == 400


def test_strangers_hear_nothing(app: Flask, handed_over: Page) -> None:
    heard = Browser(app).post("/chat/look", {"conversation": conversation_on(handed_over)}, headers=FRAGMENT)
    assert heard.status in {400, 401}
    assert "headset" not in heard.text


def test_an_agents_own_trouble_is_not_answered_by_themselves(tess: Browser, app: Flask) -> None:
    tess.open("/chat")
    tess.press("Send", message="my own headset crackles")
    tess.press("Talk to a person")
    assert "data-desk-chat" not in tess.open(DESK).html
