"""The bell: what one is told on the web, on every page."""

import pytest

from incidents import conversation
from incidents.models import Channel
from incidents.notices import inbox
from tests.portal.support.conftest import app, at_desk, browser_of, erin, tess, told  # noqa: F401 - fixtures


def text_of(response):
    return response.get_data(as_text=True)


@pytest.fixture
def answered(told, tess):  # noqa: F811
    incident = told(channel=Channel.MAIL)
    conversation.say(incident.id, by=tess, text="Restart it.", channel=Channel.PORTAL)
    return incident


def test_every_page_counts_what_one_has_not_read_and_looking_at_it_is_reading(browser_of, erin, answered):  # noqa: F811
    browser = browser_of(erin)
    assert "data-bell-count>2</b>" in text_of(browser.get("/"))
    assert f"Tess answered you about {answered.number}" in browser.get("/notices/news").json["html"]
    browser.get(f"/incidents/{answered.number}")
    assert "data-bell-count hidden>0</b>" in text_of(browser.get("/"))


def test_all_are_listed_and_marked_as_read_at_once(browser_of, erin, tess, answered):  # noqa: F811
    browser = browser_of(erin)
    assert text_of(browser.get("/notices")).count('class="is-unread"') == 2
    browser.post("/notices/read", data={"up_to": inbox.latest(erin)[0].id})
    assert inbox.unread(erin) == 0
    assert "No notice yet" in text_of(browser_of(tess).get("/notices"))


def test_the_browser_is_told_only_of_what_is_new_and_not_read(browser_of, erin, answered):  # noqa: F811
    browser = browser_of(erin)
    first, last = (one.id for one in reversed(inbox.latest(erin)))
    told_now = browser.get(f"/notices/news?after={first}").json
    assert [one["id"] for one in told_now["items"]] == [last]
    assert told_now["unread"] == 2 and told_now["quiet"] is False
    assert browser.get(f"/notices/news?after={last}").json["items"] == []
