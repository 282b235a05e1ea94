import pytest

from email_intake import render
from firstline import clock
from firstline.db import db
from incidents import lifecycle
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Resolution, State
from incidents.notices import Notice, Topic
from incidents.people import Role
from incidents.reviews import actions, work


@pytest.fixture
def lena(person, desk):
    return person("lena", Role.LEAD, desk["first"])


@pytest.fixture
def browser(browser_of, lena):
    return browser_of(lena)


@pytest.fixture
def number(person, lena, browser):
    """A resolved incident whose review was begun from its page."""
    told = report(
        Report(
            requester_id=person("erin").id, title="VPN is down", description="Привет", channel=Channel.PORTAL
        )
    )
    lifecycle.take(told.id, by=lena)
    lifecycle.change(told.id, Change(to=State.RESOLVED, resolution=Resolution.SUPPORT), by=lena)
    assert "Begin a review" in browser.get(f"/desk/{told.number}").text
    browser.post("/reviews", data={"incident": told.number})
    return told.number


def write(browser, lena, number, **words):
    seen = work.find(lena, number).version
    return browser.post(f"/reviews/{number}", data={"seen": seen, **words})


def test_what_was_written_is_published_read_in_a_meeting_and_taken_away(browser, lena, number):
    write(browser, lena, number, summary="Down for all.", causes="- A certificate ran out.", cost="1200")
    assert browser.post(f"/reviews/{number}/publish").status_code == 303
    room = browser.get(f"/reviews/{number}/meeting").text
    assert "<li>A certificate ran out.</li>" in room and "1200" in room
    assert "A certificate ran out." in browser.get(f"/reviews/{number}/review.md").text
    paper = browser.get(f"/reviews/{number}/review.pdf")
    assert paper.mimetype == "application/pdf" and paper.data.startswith(b"%PDF-")


def test_blame_is_pointed_at_and_not_refused(browser, lena, number):
    assert write(browser, lena, number, summary="Bob should have checked it.").status_code == 303
    page = browser.get(f"/reviews/{number}").text
    assert "this may read as blame" in page and "should have checked" in page


def test_a_number_that_is_none_keeps_what_was_typed(browser, lena, number):
    answer = write(browser, lena, number, summary="Down.", cost="a lot")
    assert answer.status_code == 422
    assert "Down." in answer.text and "whole number" in answer.text and "a lot" in answer.text


def test_a_promise_is_made_and_kept(browser, lena, number):
    promised = {"action": "Watch certificates", "owner": lena.id, "due_on": clock.now().date().isoformat()}
    assert browser.post(f"/reviews/{number}/actions", data=promised).status_code == 303
    assert "Watch certificates" in browser.get("/reviews").text
    browser.post(f"/reviews/{number}/actions/1/done")
    assert "1 are done, 1 of them in time" in browser.get("/reviews").text


def test_a_promise_without_a_day_is_asked_for_it(browser, lena, number):
    answer = browser.post(
        f"/reviews/{number}/actions", data={"action": "Watch", "owner": lena.id, "due_on": "x"}
    )
    assert answer.status_code == 422 and "Write the day as" in answer.text and "Watch" in answer.text


def test_a_moment_is_added_to_the_story_and_taken_out(browser, number):
    browser.post(f"/reviews/{number}/moments", data={"at": "2026-01-02T10:00", "text": "The vendor rang."})
    assert "The vendor rang." in browser.get(f"/reviews/{number}").text
    browser.post(f"/reviews/{number}/moments/1/remove")
    assert "The vendor rang." not in browser.get(f"/reviews/{number}").text


def test_the_reminder_says_what_was_promised_and_leads_to_the_review(lena, number):
    actions.promise(number, "Watch certificates", owner_id=lena.id, due_on=clock.now().date(), by=lena)
    actions.remind()
    notice = db.session.query(Notice).filter_by(topic=Topic.ACTION_DUE).one()
    letter = render.render(notice)
    assert "Watch certificates" in letter.text and f"/reviews/{number}" in letter.text


def test_an_incident_that_is_open_or_unknown_is_a_sentence(browser, person):
    told = report(Report(requester_id=person("bob").id, description="No sound", channel=Channel.PORTAL))
    assert "Resolve it first" in browser.post("/reviews", data={"incident": told.number}).text
    assert browser.get("/reviews/INC-999999").status_code == 404
