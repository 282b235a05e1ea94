from datetime import timedelta

import pytest

from firstline import clock, signing
from firstline.db import db
from incidents import lifecycle
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Incident, Resolution, State
from incidents.people import Role
from incidents.resolutions import rating
from incidents.resolutions.models import Score
from portal import rate


@pytest.fixture
def resolved(erin, person):
    incident = report(Report(requester_id=erin.id, description="it hums", channel=Channel.PORTAL))
    wanted = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, note="A new fan.")
    lifecycle.change(incident.id, wanted, by=person("tess", Role.AGENT))
    return incident


def given(incident):
    db.session.rollback()
    return [(one.score, one.words) for one in rating.of_incident(incident)]


def test_one_click_says_how_it_went_and_words_may_follow(browser, resolved):
    browser.open(f"/incidents/{resolved.number}")
    browser.press("Great")
    assert given(resolved) == [("great", "")]
    browser.open(f"/incidents/{resolved.number}")
    browser.press("Send", words="So quick")
    assert given(resolved) == [("great", "So quick")]


def test_opening_it_again_asks_why(browser, resolved):
    browser.open(f"/incidents/{resolved.number}")
    assert "Say in a few words what is still wrong" in browser.press("Open it again", note=" ").text
    assert db.session.get_one(Incident, resolved.id).state == State.RESOLVED


def test_the_page_says_when_it_closes(browser, resolved):
    assert "closes by itself on" in browser.open(f"/incidents/{resolved.number}").text


@pytest.mark.parametrize(("way", "field"), [("Send", "text"), ("Open it again", "note")])
def test_long_after_closing_a_new_one_goes_on(browser, resolved, erin, way, field):
    lifecycle.change(resolved.id, Change(to=State.CLOSED), by=erin)
    with clock.freeze(clock.now() + timedelta(days=20)):
        browser.open(f"/incidents/{resolved.number}")
        page = browser.press(way, **{field: "It hums"})
    assert "It goes on here." in page.text and "This continues INC-000001." in page.text


def test_thanks_on_the_page_opens_nothing(browser, resolved, erin):
    rating.rate(resolved.id, Score.GREAT, by=erin, channel=Channel.MAIL, words="Fine")
    browser.open(f"/incidents/{resolved.number}")
    assert "Sent." in browser.press("Send", text="Thanks a lot!").text
    db.session.rollback()
    assert db.session.get_one(Incident, resolved.id).state == State.RESOLVED


class TestLinkOfTheMail:
    def test_opening_it_changes_nothing_and_its_button_rates(self, stranger, resolved):
        stranger.open(f"/answer/rate/{rate.link_of(resolved, 'okay')}")
        assert given(resolved) == []
        page = stranger.press("Okay")
        assert "Thank you" in page.text
        stranger.press("Send", words="Fine")
        assert given(resolved) == [("okay", "Fine")]

    def test_a_link_about_an_earlier_solution_is_refused(self, stranger, resolved, erin, person):
        link = f"/answer/rate/{rate.link_of(resolved, 'great')}"
        lifecycle.change(resolved.id, Change(to=State.QUEUED, note="no"), by=erin)
        lifecycle.change(
            resolved.id,
            Change(to=State.RESOLVED, resolution=Resolution.SUPPORT),
            by=person("tom", Role.AGENT),
        )
        stranger.open(link)
        assert "earlier solution" in stranger.press("Great").text

    def test_a_forged_link_shows_nothing(self, stranger, resolved):
        forged = signing.sign("answer", {"incident": resolved.id, "person": 1, "score": "great"})
        assert "too old or was cut short" in stranger.open(f"/answer/rate/{forged}").text

    def test_confirming_by_mail_asks_how_it_went(self, stranger, resolved):
        said = {"incident": resolved.id, "person": resolved.requester_id, "solved": True, "article": None}
        stranger.open(f"/answer/{signing.sign('answer', said)}")
        stranger.press("Yes, close it")
        stranger.press("Not good")
        assert given(resolved) == [("not_good", "")]
