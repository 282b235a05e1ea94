"""Journey: an employee finds a fix while typing or by looking around, follows it, and says so."""

import re
import uuid

import httpx
import pytest
from playwright.sync_api import Request, expect

from tests.browser.test_portal import type_trouble
from tests.browser.visitor import WIDE, Visitor

FORTY = "outlook asks for my password again today"
MOST_REQUESTS = 8


def hints(person: Visitor):
    return person.page.get_by_role("list", name="Known fixes").get_by_role("listitem")


def watched(person: Visitor) -> list[Request]:
    """The requests for fixes that this window sends from now on."""
    sent: list[Request] = []
    person.page.on("request", lambda request: "/suggestions" in request.url and sent.append(request))
    return sent


def test_fixes_follow_the_words_and_one_of_them_solves_it_without_a_report(visit, erin: httpx.Client):
    before = len(erin.get("/api/v1/incidents").json()["incidents"])
    person = visit("Erin")
    type_trouble(person, "the printer prints")
    expect(hints(person).first).to_contain_text(re.compile("print", re.IGNORECASE))
    person.page.get_by_role("textbox", name="What is going wrong?").fill("")
    words = f"vpn keeps disconnecting {uuid.uuid4().hex[:6]}"
    type_trouble(person, words)
    expect(hints(person).first).to_contain_text("VPN")
    hints(person).first.get_by_role("link").click()
    person.page.wait_for_url("**/fixes/*")
    person.look("fix-for-my-words")
    person.button("This solved it").click()
    person.told("Good to hear, and thank you for saying so.")
    person.told("You said that this solved it")
    person.look("fix-solved")
    person.page.reload()
    expect(person.button("This solved it")).to_have_count(0)
    assert len(erin.get("/api/v1/incidents").json()["incidents"]) == before


def test_what_was_tried_goes_along_when_help_is_still_needed(visit, stored):
    person = visit("Erin")
    type_trouble(person, f"vpn keeps disconnecting in the train {uuid.uuid4().hex[:6]}")
    hints(person).first.get_by_role("link").click()
    person.page.wait_for_url("**/fixes/*")
    title = person.page.get_by_role("heading", level=1).inner_text()
    person.button("I still need help").click()
    person.told(re.compile("We pass on that you tried"))
    person.look("report-after-a-fix")
    person.page.get_by_role("textbox", name="What is going wrong?").fill(
        "vpn drops in the train, all day long"
    )
    person.button("Send it").click()
    expect(person.page.get_by_role("heading", level=1)).to_contain_text("is logged.")
    number = re.search(r"INC-\d+", person.page.get_by_role("heading", level=1).inner_text())
    assert number
    fixes = {fix["title"]: fix["helped"] for fix in stored(number[0])["suggestions"]}
    assert fixes[title] is False


def test_fixes_are_found_followed_and_judged_without_scripts(visit):
    person = visit("Erin", scripted=False)
    person.open("/fixes").look("browse-without-scripts")
    person.page.get_by_role("searchbox", name="Search the known fixes").fill(
        f"printing blank pages {uuid.uuid4().hex[:6]}"
    )
    person.button("Search").click()
    expect(person.page.locator("mark").first).to_be_visible()
    person.look("results-without-scripts")
    person.page.locator(".results a").first.click()
    person.page.wait_for_url("**/fixes/*")
    person.button("Yes").click()
    person.told("It tells us to keep it as it is.")
    person.button("No").click()
    person.told("What is wrong with it?")
    person.button("It is hard to follow").click()
    person.told("Its authors read this and mend it.")
    person.look("judged-without-scripts")
    person.button("This solved it").click()
    person.told("You said that this solved it")


def test_shelves_results_and_a_fix_suit_everybody(visit, width):
    person = visit("Erin")
    person.open("/fixes").look("browse")
    person.page.locator(".shelf-link").first.click()
    person.look("shelf")
    person.open("/fixes?q=printers+printing+blank+pages").look("results")
    person.open("/fixes?q=qwrtzy+xkcdq").look("nothing-found")
    person.told("No known fix fits these words.")
    person.open("/fixes?q=vpn+drops").page.locator(".results a").first.click()
    person.page.wait_for_url("**/fixes/*")
    folded = person.page.locator(".contents-folded")
    beside = person.page.locator(".contents")
    expect(beside if width == WIDE else folded).to_be_visible()
    expect(folded if width == WIDE else beside).to_be_hidden()
    person.button("Yes").click()
    expect(person.page.locator("#feedback-told")).to_contain_text("keep it as it is")
    person.button("No").click()
    expect(person.page.locator("#feedback-told")).to_contain_text("What is wrong with it?")
    expect(person.button("No")).to_be_focused()
    person.button("It did not work").click()
    expect(person.button("It did not work")).to_have_attribute("aria-pressed", "true")
    person.look("fix-judged")
    person.button("Yes").click()
    expect(person.page.locator("#feedback-told")).to_contain_text("keep it as it is")


def test_typing_quickly_asks_seldom_and_the_last_words_win(visit):
    person = visit("Erin")
    sent = watched(person)
    field = person.page.get_by_role("textbox", name="What is going wrong?")
    assert len(FORTY) == 40
    field.press_sequentially(FORTY, delay=30)
    expect(hints(person).first).to_contain_text("Outlook")
    assert 1 <= len(sent) <= MOST_REQUESTS, [request.url for request in sent]
    field.fill("printer prints blank pages")
    expect(hints(person).first).to_contain_text(re.compile("print", re.IGNORECASE))
    asked = len(sent)
    field.fill(FORTY + " ")
    expect(hints(person).first).to_contain_text("Outlook")
    assert len(sent) == asked, "words that were asked before are not asked again"


def test_an_answer_that_comes_late_does_not_replace_that_for_the_last_words(visit, width):
    if width != WIDE:
        pytest.skip("the network is the same on a telephone")
    person = visit("Erin")
    field = person.page.get_by_role("textbox", name="What is going wrong?")
    held = []
    person.page.route("**/suggestions*printer*", lambda route: held.append(route))
    with person.page.expect_request("**/suggestions*printer*"):
        field.fill("printer prints blank pages")
    field.fill("vpn keeps disconnecting")
    expect(hints(person).first).to_contain_text("VPN")
    for route in held:
        route.fulfill(body="<p>late</p>")
    expect(person.page.get_by_text("late", exact=True)).to_have_count(0)
    expect(hints(person).first).to_contain_text("VPN")


def test_a_fix_prints_without_the_furniture_of_the_page(visit):
    person = visit("Erin")
    person.open("/fixes?q=vpn+drops").page.locator(".results a").first.click()
    person.page.wait_for_url("**/fixes/*")
    person.page.emulate_media(media="print", color_scheme="dark")
    for gone in (".top", ".feedback", ".solved", ".contents", ".chat-launcher"):
        for one in person.page.locator(gone).all():
            expect(one).to_be_hidden()
    expect(person.page.locator(".article-body")).to_be_visible()
    colour = person.page.evaluate("getComputedStyle(document.querySelector('.article-body')).color")
    assert colour == "rgb(0, 0, 0)"
