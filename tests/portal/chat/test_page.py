"""The chat without scripts, and the fragments the window is made of."""

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask

from knowledge_base.models import Article
from tests.portal.employee.browser import Browser

FRAGMENT = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_it_greets_by_name_and_always_offers_a_person(erin: Browser) -> None:
    page = erin.open("/chat")
    assert "Hi Erin" in page.text
    assert "Talk to a person" in page.text


def test_a_trouble_told_in_the_chat_becomes_an_incident(erin: Browser) -> None:
    erin.open("/chat")
    page = erin.press("Send", message="vpn keeps disconnecting every few minutes")
    assert re.search(r"INC-\d{6} is logged", page.text)
    assert "not available right now" in page.text
    assert 'href="/incidents/INC-000001"' in page.html


def test_a_quick_reply_is_pressed_like_any_button(erin: Browser) -> None:
    erin.open("/chat")
    erin.press("Send", message="vpn keeps disconnecting every few minutes")
    page = erin.press("I cannot work")
    assert page.text.count("I cannot work") == 1, "what was answered is no longer offered"


def test_the_conversation_is_there_after_a_reload_and_a_new_one_begins_empty(erin: Browser) -> None:
    erin.open("/chat")
    erin.press("Send", message="my keyboard is broken")
    assert "my keyboard is broken" in erin.open("/chat").text
    assert "my keyboard is broken" not in erin.open("/chat?new=1").text


def test_an_empty_message_gets_a_sentence(erin: Browser) -> None:
    erin.open("/chat")
    page = erin.press("Send", message="  ")
    assert page.status == 422
    assert "Write something first" in page.text


def test_what_is_too_long_stays_in_the_field(erin: Browser) -> None:
    erin.open("/chat")
    page = erin.press("Send", message="x" * 210_000)
    assert page.status == 422
    assert "x" * 1000 in page.html


def test_the_same_message_sent_twice_is_one_incident(erin: Browser) -> None:
    page = erin.open("/chat")
    fields = {**page.form("/chat/say").fields, "message": "vpn keeps disconnecting", "message_id": "one"}
    first = erin.post("/chat/say", fields, headers=FRAGMENT)
    conversation = re.search(r'data-conversation="([^"]+)"', first.html)
    assert conversation is not None
    again = erin.post("/chat/say", {**fields, "conversation": conversation[1]}, headers=FRAGMENT)
    assert "INC-000001" in first.html
    assert "INC-000001" in again.html
    assert "INC-000002" not in again.html


def test_words_are_shown_as_words(erin: Browser) -> None:
    erin.open("/chat")
    page = erin.press("Send", message="<script>alert(1)</script><b>bold</b> my screen is black")
    assert "<script>alert(1)" not in page.html
    assert "&lt;script&gt;alert(1)" in page.html


def test_nobody_reads_or_goes_on_with_somebody_elses_conversation(
    erin: Browser, signed_in: Callable[[str], Browser]
) -> None:
    erin.open("/chat")
    conversation = erin.press("Send", message="my secret trouble").form("/chat/say").fields["conversation"]
    bob = signed_in("bob")
    for path in ("/chat", "/chat/window"):
        page = bob.open(f"{path}?conversation={conversation}")
        assert page.status == 404
        assert "my secret trouble" not in page.html
    fields = {**bob.open("/chat").form("/chat/say").fields, "conversation": conversation, "message": "mine"}
    assert bob.post("/chat/say", fields).status == 404


@pytest.mark.parametrize("path", ["/chat", "/chat/window"])
def test_strangers_are_sent_to_the_sign_in(app: Flask, path: str) -> None:
    assert Browser(app).open(path).path == "/login"
    assert Browser(app).open(path, headers=FRAGMENT).status == 401


def test_a_form_of_somewhere_else_is_refused(erin: Browser) -> None:
    assert erin.post("/chat/say", {"message": "hello"}).status == 400


def test_every_page_carries_the_window_and_the_page_itself_does_not(erin: Browser) -> None:
    assert 'id="chat-window"' in erin.open("/").html
    assert 'id="chat-window"' not in erin.open("/chat").html


def test_a_copy_to_keep_holds_what_was_said(erin: Browser) -> None:
    erin.open("/chat")
    page = erin.press("Send", message="my <b>headset</b> crackles")
    copy = erin.open(f"/chat/transcript?conversation={page.form('/chat/say').fields['conversation']}")
    assert copy.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "attachment" in copy.headers["Content-Disposition"]
    assert re.search(r"\d\d:\d\d  Erin: my <b>headset</b> crackles", copy.html)
    assert re.search(r"\d\d:\d\d  Assistant: INC-000001 is logged", copy.html)


def test_nobody_keeps_a_copy_of_somebody_elses_conversation(
    erin: Browser, signed_in: Callable[[str], Browser]
) -> None:
    erin.open("/chat")
    conversation = erin.press("Send", message="my secret trouble").form("/chat/say").fields["conversation"]
    for asked in (conversation, ""):
        answer = signed_in(f"bob{len(asked)}").open(f"/chat/transcript?conversation={asked}")
        assert answer.status == 404
        assert "my secret trouble" not in answer.html


def test_two_misses_offer_choices_and_three_a_person(erin: Browser) -> None:
    erin.open("/chat")
    assert "Tell me in a sentence" in erin.press("Send", message="zz").text
    assert "Known outages" in erin.press("Send", message="qq").text
    assert "A person can: shall I pass on what you wrote?" in erin.press("Send", message="xx").text


def test_a_fix_is_followed_without_scripts(erin: Browser, vpn_fix: Article) -> None:
    erin.open("/chat")
    erin.press("Send", message="vpn keeps disconnecting")
    page = erin.press("Show me step by step")
    assert "Step 1 of 2 Restart the router." in page.text
    erin.press("Done, next step")
    assert "Step 2 of 2 Choose the nearest gateway." in erin.open("/chat").text, "a reload keeps the place"
    assert "is solved" in erin.press("It works now").text


def test_a_file_is_sent_without_scripts(erin: Browser) -> None:
    erin.open("/chat")
    erin.press("Send", message="the label machine spits paper", attachments=(io.BytesIO(b"words"), "log.txt"))
    assert "I have added “log.txt” to INC-000001." in erin.page.text


def test_the_windows_own_words_are_german_for_who_speaks_german(erin: Browser) -> None:
    erin.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de-AT,de;q=0.9"
    greeted = erin.open("/chat")
    assert "Guten Tag Erin" in greeted.text and "Was funktioniert nicht?" in greeted.text
    said = erin.press("Senden", message="Mein Bildschirm ist seit heute Morgen schwarz")
    assert "INC-000001 ist aufgenommen" in said.text
    for english in ("Hi Erin", "Your message", "Assistant", "Talk to a person", "is logged", "Send "):
        assert english not in greeted.text + said.text
