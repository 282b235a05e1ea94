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

    # A colleague named in the note is called, and hears of it on the page that is open.
    omar.page.locator("#note-text").press("Control+End")
    omar.page.locator("#note-text").press_sequentially(" Ask @tes")
    expect(omar.page.get_by_role("option", name="Tess Lindqvist @tess")).to_be_visible()
    omar.look("naming")
    omar.page.locator("#note-text").press("Enter")
    expect(omar.page.locator("#note-text")).to_have_value("The same as last week? Ask @tess ")
    unread = tess.page.locator("[data-bell-count]")
    before = unread.inner_text()
    omar.button("Save note for support").click()
    omar.told("Named: Tess Lindqvist")
    expect(unread).not_to_have_text(before)

    # Several look at it together.
    omar.link("Swarm").click()
    omar.page.get_by_label("What to find out").fill("Is it the gauge or the wire?")
    omar.page.locator("#people summary").first.click()
    omar.page.locator("#people").get_by_label("Tess Lindqvist").first.check()
    omar.button("Start the swarm").click()
    expect(omar.page.locator(".swarm-people")).to_contain_text("Tess Lindqvist")
    omar.open(f"/desk/{first}?only=swarm").look("swarm")

    # Tess reads on where she was: what happened meanwhile is there.
    tess.open(f"/desk/{first}")
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

    # One goes up a tier, with what was found; the focused button can be read in the dark, too.
    tess.open("/desk?q=turbine+hall+8")
    keys.press("j")
    keys.press("Enter")
    expect(tess.page.get_by_role("heading", level=1)).to_contain_text(second)
    keys.press("e")
    expect(tess.page.locator("#panel select")).to_be_focused()
    keys.press("Tab")
    keys.type("Both gauges hang on one wire.")
    keys.press("Tab")
    expect(tess.button("Hand over")).to_be_focused()
    tess.look("escalating")
    keys.press("Enter")
    expect(tess.page.locator(".incident-facts")).to_contain_text("Workplace & Network / nobody")

    # A macro does several things with one key.
    keys.press("1")
    tess.told("Tess Lindqvist used “Take and ask for a picture”")
    expect(tess.page.locator(".incident-facts")).to_contain_text("Waiting")

    # The same report once more goes into the first one.
    third = report("Hall 7: the gauge of the turbine, again")
    omar.open(f"/desk/{third}").link("Join").click()
    omar.page.get_by_label("Number of the other incident").fill(first)
    omar.button("Join", within=omar.page.locator("#panel")).click()
    expect(omar.page.locator(".incident-facts")).to_contain_text("Merged")

    # What is found out is written down, and it is over.
    tess.open(f"/desk/{first}")
    keys.press("s")
    expect(tess.page.locator("#resolution")).to_be_focused()
    tess.page.locator("#cause").press_sequentially("A worn wire")
    keys.press("Enter")
    expect(tess.page.locator(".incident-facts")).to_contain_text("Resolved")
    omar.open("/desk/day").look("day")
    tess.open("/desk/macros").look("macros")


def test_a_lead_gives_work_on_the_board_by_hand_and_by_keys(visit, report):
    number = report("Conveyor of hall 9 stands still")
    lena = visit("Lena")
    lena.open("/desk/board?team=service-desk").look("board")
    card = lena.page.locator(".board-card", has_text=number)
    card.locator(".incident-link").focus()
    for key in ("x", "m"):
        lena.page.keyboard.press(key)
    expect(lena.page.locator("#to")).to_be_focused()
    lena.page.keyboard.type("Omar")
    lena.button("Give").press("Enter")
    lena.told("1 incident given.")
    omars = lena.page.locator(".board-column", has_text="Omar Haddad")
    expect(omars.locator(".board-card", has_text=number)).to_be_visible()
    tesss = lena.page.locator(".board-column", has_text="Tess Lindqvist")
    carried = {"dataTransfer": lena.page.evaluate_handle("new DataTransfer()")}
    omars.locator(".board-card", has_text=number).dispatch_event("dragstart", carried)
    tesss.dispatch_event("dragover", carried)
    tesss.dispatch_event("drop", carried)
    expect(tesss.locator(".board-card", has_text=number)).to_be_visible()
    lena.page.locator(".bell summary").click()
    expect(lena.page.locator("[data-bell-lines] a").first).to_be_visible()
    lena.look("bell")
    lena.open("/profile/notices").look("wishes")
    lena.open("/notices").look("notices")
