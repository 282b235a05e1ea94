"""The window in a real browser where the network fails; the journeys are in tests/browser."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from firstline.db import db
from incidents.models import Attachment, Incident
from tests.portal.employee.browser import Browser
from tests.portal.in_a_browser import opened

pytestmark = pytest.mark.browser


@pytest.fixture
def page(app: Flask, signed_in: Callable[[str], Browser], chromium) -> Iterator[Page]:
    """Erin's home page, signed in."""
    with opened(app, chromium, signed_in("erin").client) as page:
        yield page


def say(page: Page, words: str) -> None:
    page.locator("[data-chat-launcher]").click()
    expect(page.locator(".chat-theirs").first).to_be_visible()
    page.get_by_label("Your message").fill(words)
    page.get_by_label("Your message").press("Enter")


def count_incidents() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Incident)) or 0


def test_it_is_open_before_anything_was_asked_of_the_server(page: Page) -> None:
    opened = "() => { document.querySelector('[data-chat-launcher]').click(); return document.querySelector('#chat-window').open }"
    assert page.evaluate(opened)


def test_an_answer_that_is_lost_on_its_way_is_asked_for_again_and_counts_once(page: Page) -> None:
    lost = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort()

    page.route("**/chat/say", lose_the_first)
    say(page, "vpn keeps disconnecting every few minutes")
    expect(page.get_by_text("INC-000001 is logged")).to_be_visible()
    assert count_incidents() == 1


def test_what_does_not_get_through_stays_and_can_be_sent_again(page: Page) -> None:
    page.route("**/chat/say", lambda route: route.abort())
    say(page, "vpn keeps disconnecting every few minutes")
    expect(page.get_by_text("This did not get through.")).to_be_visible(timeout=20_000)
    page.unroute("**/chat/say")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("INC-000001 is logged")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("This did not get through.")).to_be_hidden()
    assert count_incidents() == 1


def test_what_was_on_its_way_when_the_page_was_left_is_sent_by_the_next_one(page: Page) -> None:
    page.route("**/chat/say", lambda route: route.abort())
    say(page, "vpn keeps disconnecting every few minutes")
    expect(page.locator(".chat-mine")).to_have_count(1)
    page.unroute("**/chat/say")
    page.reload()
    expect(page.get_by_text("INC-000001 is logged")).to_be_visible(timeout=10_000)
    assert page.locator(".chat-mine").count() == 1


def test_a_draft_survives_a_reload(page: Page) -> None:
    page.locator("[data-chat-launcher]").click()
    page.get_by_label("Your message").fill("half a thought")
    page.reload()
    expect(page.get_by_label("Your message")).to_have_value("half a thought")


PASTE = """(field) => {
  const data = new DataTransfer();
  data.items.add(new File(["x"], "shot.png", {type: "image/png"}));
  field.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def test_a_pasted_screenshot_goes_with_the_words_and_only_once(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    page.locator("[data-chat-launcher]").click()
    expect(page.locator(".chat-theirs").first).to_be_visible()
    page.get_by_label("Your message").evaluate(PASTE)
    expect(page.locator("[data-chat-files]")).to_contain_text("shot.png")
    page.get_by_label("Your message").fill("the label machine spits paper")
    page.get_by_label("Your message").press("Enter")
    expect(page.get_by_text("I have added “shot.png”")).to_be_visible()
    expect(page.locator(".chat-mine time")).to_have_count(1)
    expect(page.locator("[data-chat-files]")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Attachment)) == 1
