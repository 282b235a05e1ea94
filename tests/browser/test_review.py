"""Journey: what no fix helps with reaches an author, who starts the article by one click."""

import re

import pytest
from playwright.sync_api import expect

from tests import servers
from tests.browser.visitor import PHONE, WIDE

SEEN_WITHIN_S = 120
TROUBLES = {
    WIDE: ("The garage barrier stays down in the morning", "In the morning the garage barrier stays down"),
    PHONE: ("Whiteboard pen in room Oslo draws nothing", "The pen of the whiteboard in room Oslo is dead"),
}


@pytest.fixture
def told_by_two(stack, erin, width):
    """Two people report one trouble that no article answers; returns a word of it."""
    first, second = TROUBLES[width]
    with stack.client(stack.token("bob@example.com", "employee")) as bob:
        for client, words in ((erin, first), (bob, second)):
            report = {"title": words, "description": words}
            client.post("/api/v1/incidents", json=report).raise_for_status()
    # A word no other journey uses: what is common elsewhere does not get into a heading.
    return "garage" if width == WIDE else "whiteboard"


def test_an_author_finds_what_is_missing_and_starts_the_article(visit, told_by_two):
    ines = visit("In.s")
    tasks = ines.page.get_by_role("listitem").filter(
        has=ines.page.get_by_role("heading", name=re.compile(told_by_two, re.IGNORECASE))
    )

    def is_listed() -> bool:
        ines.open("/articles/review")
        return tasks.count() > 0

    servers.wait_until(is_listed, "the gap on the authors' list", seconds=SEEN_WITHIN_S)
    ines.look("worth-doing")
    ines.open("/articles").page.get_by_role("link", name=re.compile("Worth doing")).click()
    expect(ines.page.get_by_role("heading", level=1)).to_have_text("Worth doing")

    tasks.first.get_by_role("button", name=re.compile("Not worth an article")).click()
    ines.told("Done. It comes back when that changes.")
    assert tasks.count() == 0
    ines.page.locator("details.put-aside > summary").press("Enter")
    ines.page.get_by_role("button", name=re.compile(f"Bring back.*{told_by_two}", re.IGNORECASE)).click()
    ines.told("It is on the list again.")

    start = tasks.first.get_by_role("button", name=re.compile("Start the article"))
    start.focus()
    ines.page.keyboard.press("Enter")
    ines.told("A draft in the words that several people used.")
    expect(ines.page.get_by_label("Symptoms")).to_have_value(re.compile(told_by_two, re.IGNORECASE))
    ines.look("draft-of-a-gap")
    ines.open("/articles/review")
    expect(tasks.first.get_by_role("link", name=re.compile("Go on with the draft"))).to_be_visible()
