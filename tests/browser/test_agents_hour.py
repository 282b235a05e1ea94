"""An agent's hour with two browsers at once: Tess by keyboard alone, Omar as he likes."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.visitor import WIDE
from tests.stack import Stack, running


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The portal and the worker; nobody talks to the bot here."""
    with running("web", "worker") as stack:
        yield stack


@pytest.fixture
def width() -> int:
    return WIDE


@pytest.fixture
def report(stack: Stack):
    """Erin reports something that support has to look at; returns its number."""
    with stack.client(stack.token("erin@example.com", "employee")) as erin:

        def tell(words: str) -> str:
            told = {"title": words, "description": words, "urgency": "high", "impact": "high"}
            answer: httpx.Response = erin.post("/api/v1/incidents", json=told)
            return str(answer.raise_for_status().json()["number"])

        yield tell


def test_an_hour_of_two_agents_one_of_them_without_a_mouse(visit, report):
    first = report("Turbine gauge in hall 7 shows nothing")
    tess, omar = visit("Tess"), visit("Omar")
    keys, field = tess.page.keyboard, tess.page.locator("#reply-text")

    # Omar's list tells of what comes and changes in place.
    omar.open("/desk?q=turbine")
    expect(omar.page.locator("tr", has_text=first)).to_contain_text("Queued")
    second = report("Turbine gauge in hall 8, too")
    expect(omar.page.locator("#moved")).to_contain_text("1 new.")
    expect(omar.page.locator("tr", has_text=second)).to_have_count(0)

    # Tess searches, opens, takes and answers.
    tess.open("/desk")
    keys.press("/")
    keys.type("turbine hall 7")
    keys.press("Enter")
    expect(tess.page.locator("#q")).to_have_value("turbine hall 7")
    keys.press("j")
    keys.press("Enter")
    expect(tess.page.get_by_role("heading", level=1)).to_contain_text(first)
    keys.press("t")
    expect(tess.page.locator(".incident-facts")).to_contain_text("Tess")
    expect(omar.page.locator("tr", has_text=first)).to_contain_text("/ Tess")

    # Omar writes there, too: each sees the other, and a draft survives the browser.
    omar.open(f"/desk/{first}")
    omar.page.locator("#note-text").evaluate("field => field.closest('details').open = true")
    omar.page.locator("#note-text").fill("The same as last week?")
    expect(omar.page.locator("[data-draft-told=note]")).to_have_text("draft kept")
    expect(tess.page.locator("#colleagues")).to_contain_text("Omar Haddad is writing here")
    omar.open("/desk").open(f"/desk/{first}")
    expect(omar.page.locator("#note-text")).to_have_value("The same as last week?")

    # What is sent by mistake is taken back; what is sent goes out by itself.
    keys.press("r")
    keys.type("Please pull the plug.")
    keys.press("Control+Enter")
    expect(tess.page.locator("[data-held]")).to_contain_text("Please pull the plug.")
    tess.look("held")
    keys.press("z")
    expect(field).to_have_value("Please pull the plug.")
    keys.press("r")
    keys.press("Control+a")
    keys.type("Please turn it off and on.")
    keys.press("Control+Enter")
    expect(tess.page.locator("[data-held]")).to_have_count(1)
    expect(tess.page.locator("[data-held]")).to_have_count(0)
    expect(tess.page.locator(".timeline").first).to_contain_text("Please turn it off and on.")
    expect(omar.page.locator("#news")).to_contain_text("Tess Lindqvist answered")

    # Both get one answer at once, looked at before.
    tess.open("/desk?q=turbine")
    for key in ("j", "x", "j", "x", "b"):
        keys.press(key)
    expect(tess.page.get_by_role("heading", level=1)).to_have_text("2 incidents chosen")
    tess.page.get_by_label("Reply to all").press("Space")
    tess.page.locator("#text").press_sequentially("Hello {{first_name}}, {{number}} is solved.")
    tess.button("See what it does").press("Enter")
    expect(tess.page.get_by_text(re.compile(f"Hello Erin, {second} is solved"))).to_be_visible()
    tess.look("many")
    tess.page.get_by_role("button", name="Do it to 2").press("Enter")
    tess.told("Reply to all: done")
    keys.press("z")
    tess.told("Reply to all: undone")
