"""The incident page in a real browser: what only a script does, and what the policy would forbid."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from incidents.models import Incident
from incidents.people import Person
from incidents.writing import canned
from tests.portal.in_a_browser import opened

pytestmark = pytest.mark.browser


@pytest.fixture
def page(app: Flask, at_desk: FlaskClient, told: Callable[..., Incident], chromium) -> Iterator[Page]:
    """An incident as Tess sees it."""
    at_desk.get("/desk")
    with opened(app, chromium, at_desk, f"/desk/{told().number}") as page:
        yield page


def test_a_field_dragged_larger_gives_its_size_to_no_other_form(page: Page) -> None:
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.get_by_role("link", name="Escalate", exact=True).click()
    # What dragging the corner of a field leaves on it.
    page.locator("#panel #note").evaluate("field => { field.style.height = '300px'; }")
    page.get_by_role("link", name="Resolve", exact=True).click()
    expect(page.locator("#panel").get_by_label("What solved it")).to_be_visible()
    assert heard == []


def test_a_text_at_hand_begins_on_a_line_of_its_own(page: Page) -> None:
    page.locator("#reply-text").fill("Hello Erin, we look at it")
    page.locator(".compose.reply summary", has_text="Text").click()
    page.get_by_role("button", name="Restart").click()
    expect(page.locator("#reply-text")).to_have_value("Hello Erin, we look at it\n\nPlease restart it.")


def test_the_newest_is_shown_with_what_came_before_it(page: Page) -> None:
    page.get_by_role("button", name="Take").click()
    expect(page.get_by_text("Tess took it")).to_be_in_viewport()
    expect(page.get_by_text("The printer jams").last).to_be_in_viewport()


@pytest.fixture(autouse=True)
def restart(tess: Person) -> None:
    canned.save(tess, name="Restart", text="Please restart it.", is_shared=True)
