"""An agent's hour with two browsers at once: Tess by keyboard alone, Omar as he likes."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.visitor import WIDE, Visitor, give
from tests.stack import Stack, running

Report = Callable[[str], str]


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
    second = list_tells_of_what_comes(omar, report, first)
    search_open_and_take(tess, omar, first)
    write_at_once_and_keep_the_draft(tess, omar, first)
    call_a_colleague_in_a_note(tess, omar)
    swarm(omar, first)
    take_an_answer_back_and_send_another(tess, omar, first)
    change_both(tess, "Reply to all", "Hello {{first_name}}, {{number}} is solved.", undo=True)
    change_both(tess, "Note on all", "The electrician comes at four.")
    hand_up_with_what_was_found(tess, second)
    use_a_macro(tess)
    join_the_same_report(omar, report, first)
    change_both(tess, "Resolve them", "Replaced the wire of both.", undo=True)
    resolve_with_what_was_found(tess, first)
    omar.open("/desk/day").look("day")
    tess.open("/desk/macros").look("macros")


def list_tells_of_what_comes(omar: Visitor, report: Report, first: str) -> str:
    """Omar's list changes in place, and what is new does not move what he reads. Returns the new one."""
    omar.open("/desk?q=turbine")
    expect(omar.page.locator("tr", has_text=first)).to_contain_text("Queued")
    second = report("Turbine gauge in hall 8, too")
    expect(omar.page.locator("#moved")).to_contain_text("1 new.")
    expect(omar.page.locator("tr", has_text=second)).to_have_count(0)
    return second


def search_open_and_take(tess: Visitor, omar: Visitor, first: str) -> None:
    keys = tess.page.keyboard
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


def write_at_once_and_keep_the_draft(tess: Visitor, omar: Visitor, first: str) -> None:
    """Each sees the other, and a draft survives the browser and a line that is down."""
    omar.open(f"/desk/{first}")
    omar.page.locator("#note-text").evaluate("field => field.closest('details').open = true")
    omar.page.locator("#note-text").fill("The same as last week?")
    expect(omar.page.locator("[data-draft-told=note]")).to_have_text("draft kept")
    expect(tess.page.locator("#colleagues")).to_contain_text("Omar Haddad is writing here")
    omar.context.set_offline(True)
    omar.page.locator("#note-text").press_sequentially(" No.")
    omar.page.locator("#note-text").press("Control+Enter")
    expect(omar.page.locator("[data-draft-told=note]")).to_contain_text("no connection")
    omar.context.set_offline(False)
    expect(omar.page.locator("[data-draft-told=note]")).to_have_text("draft kept")
    omar.troubles[:] = [one for one in omar.troubles if "ERR_INTERNET_DISCONNECTED" not in one]
    omar.open("/desk").open(f"/desk/{first}")
    expect(omar.page.locator("#note-text")).to_have_value("The same as last week? No.")


def call_a_colleague_in_a_note(tess: Visitor, omar: Visitor) -> None:
    """Whoever is named hears of it on the page that is open."""
    note = omar.page.locator("#note-text")
    note.press("Control+End")
    note.press_sequentially(" Ask @tes")
    expect(omar.page.get_by_role("option", name="Tess Lindqvist @tess")).to_be_visible()
    omar.look("naming")
    note.press("Enter")
    expect(note).to_have_value("The same as last week? No. Ask @tess ")
    unread = tess.page.locator("[data-bell-count]")
    before = unread.inner_text()
    omar.button("Save note for support").click()
    omar.told("Named: Tess Lindqvist")
    expect(unread).not_to_have_text(before)


def swarm(omar: Visitor, first: str) -> None:
    """Several look at it together."""
    omar.link("Swarm").click()
    omar.page.get_by_label("What to find out").fill("Is it the gauge or the wire?")
    omar.page.locator("#people summary").first.click()
    omar.page.locator("#people").get_by_label("Tess Lindqvist").first.check()
    omar.button("Start the swarm").click()
    expect(omar.page.locator(".swarm-people")).to_contain_text("Tess Lindqvist")
    omar.open(f"/desk/{first}?only=swarm").look("swarm")


def take_an_answer_back_and_send_another(tess: Visitor, omar: Visitor, first: str) -> None:
    """What is sent by mistake is taken back; what is sent goes out by itself, with its pictures."""
    keys, held = tess.page.keyboard, tess.page.locator("[data-held]")
    tess.open(f"/desk/{first}")
    keys.press("r")
    keys.type("Please pull the plug.")
    keys.press("Control+Enter")
    expect(held).to_contain_text("Please pull the plug.")
    tess.look("held")
    keys.press("z")
    expect(tess.page.locator("#reply-text")).to_have_value("Please pull the plug.")
    keys.press("r")
    keys.press("Control+a")
    keys.type("Please turn it off and on.")
    give(tess.page, "#reply-text", "paste", "switch.png")
    give(tess.page, "form[data-drop]", "drop", "lamp.png")
    expect(tess.page.locator(".compose-files img")).to_have_count(2)
    keys.press("Control+Enter")
    expect(held).to_have_count(1)
    expect(held).to_have_count(0)
    for said in ("Please turn it off and on.", "switch.png", "lamp.png"):
        expect(tess.page.locator(".timeline").first).to_contain_text(said)
    expect(omar.page.locator("#news")).to_contain_text("Tess Lindqvist answered")


def change_both(tess: Visitor, deed: str, words: str, *, undo: bool = False) -> None:
    """Both turbines get the same at once, looked at before; `undo` takes it back."""
    keys = tess.page.keyboard
    tess.open("/desk?q=turbine")
    for key in ("j", "x", "j", "x", "b"):
        keys.press(key)
    expect(tess.page.get_by_role("heading", level=1)).to_have_text("2 incidents chosen")
    tess.page.get_by_label(deed).press("Space")
    cause = tess.page.locator("#cause")
    expect(cause).to_be_visible(visible=deed == "Resolve them")
    if cause.is_visible():
        cause.press_sequentially("A worn wire")
    tess.page.locator("#text").press_sequentially(words)
    tess.button("See what it does").press("Enter")
    tess.told("You can undo it." if undo else "A note stays")
    if "{{" in words:
        expect(tess.page.get_by_text(re.compile(r"Hello Erin, INC-\d+ is solved"))).to_have_count(2)
        tess.look("many")
    tess.page.get_by_role("button", name="Do it to 2").press("Enter")
    tess.told(f"{deed}: done")
    if undo:
        keys.press("z")
        tess.told(f"{deed}: undone")


def hand_up_with_what_was_found(tess: Visitor, second: str) -> None:
    """Back to the queue one stands where one was; it goes up a tier; the focused button can be read in the dark."""
    keys = tess.page.keyboard
    tess.open("/desk?q=turbine+hall+8")
    keys.press("j")
    keys.press("Enter")
    expect(tess.page.get_by_role("heading", level=1)).to_contain_text(second)
    keys.press("u")
    expect(tess.page.locator(".incident-link").first).to_be_focused()
    keys.press("Enter")
    expect(tess.page.get_by_role("heading", level=1)).to_contain_text(second)
    keys.press("s")
    expect(tess.page.locator("#resolution")).to_be_focused()
    keys.press("Escape")
    expect(tess.link("Resolve")).to_be_focused()
    keys.press("e")
    expect(tess.page.locator("#panel select")).to_be_focused()
    keys.press("Tab")
    keys.type("Both gauges hang on one wire.")
    keys.press("Tab")
    expect(tess.button("Hand over")).to_be_focused()
    tess.look("escalating")
    keys.press("Enter")
    expect(tess.page.locator(".incident-facts")).to_contain_text("Workplace & Network / nobody")


def use_a_macro(tess: Visitor) -> None:
    """One key does several things."""
    tess.page.keyboard.press("1")
    tess.told("Tess Lindqvist used “Take and ask for a picture”")
    expect(tess.page.locator(".incident-facts")).to_contain_text("Waiting")


def join_the_same_report(omar: Visitor, report: Report, first: str) -> None:
    """The same report once more goes into the first one."""
    third = report("Hall 7: the gauge of the turbine, again")
    omar.open(f"/desk/{third}").link("Join").click()
    omar.page.get_by_label("Number of the other incident").fill(first)
    omar.button("Join", within=omar.page.locator("#panel")).click()
    expect(omar.page.locator(".incident-facts")).to_contain_text("Merged")


def resolve_with_what_was_found(tess: Visitor, first: str) -> None:
    """The cause is written down, and it is over."""
    tess.open(f"/desk/{first}")
    tess.page.keyboard.press("s")
    expect(tess.page.locator("#resolution")).to_be_focused()
    tess.page.locator("#cause").press_sequentially("A worn wire")
    tess.page.keyboard.press("Enter")
    expect(tess.page.locator(".incident-facts")).to_contain_text("Resolved")


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
    box = card.locator("[data-pick]")
    box.check()
    box.uncheck()
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
