import io
from dataclasses import replace

import pytest

from firstline.db import db, write
from incidents import conversation, lifecycle
from incidents.attachments import Upload
from incidents.intake import Report
from incidents.intake import report as log
from incidents.lifecycle import Change
from incidents.models import Channel, Incident, Resolution, State, Visibility
from incidents.people import Role
from knowledge_base import articles, search
from knowledge_base.articles import Draft
from knowledge_base.models import Category
from knowledge_base.search import Hit

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def logged(erin):
    """`logged("it hums")` is an incident of Erin's with support."""

    def make(words="it hums", files=()):
        told = Report(requester_id=erin.id, description=words, channel=Channel.PORTAL, attachments=files)
        incident = log(told)
        lifecycle.change(incident.id, Change(to=State.QUEUED), by=None)
        return incident

    return make


@pytest.fixture
def resolved(logged, tess):
    incident = logged()
    lifecycle.take(incident.id, by=tess)
    done = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, note="A new fan.", cause="dust")
    lifecycle.change(incident.id, done, by=tess)
    return incident


def state_of(incident: Incident) -> str:
    db.session.rollback()
    return db.session.get_one(Incident, incident.id).state


def test_the_list_shows_what_is_open_and_on_request_everything(browser, logged, erin):
    kept, gone = logged("it hums"), logged("it beeps")
    lifecycle.change(gone.id, Change(to=State.CANCELLED), by=erin)
    assert kept.number in browser.open("/incidents").text
    assert gone.number not in browser.open("/incidents").text
    assert gone.number in browser.open("/incidents?show=all").text


def test_the_page_tells_the_story_in_plain_words_without_internal_notes(browser, logged, tess):
    incident = logged()
    lifecycle.take(incident.id, by=tess)
    conversation.say(incident.id, by=tess, text="Is it dusty?", channel=Channel.PORTAL)
    conversation.say(
        incident.id,
        by=tess,
        text="Probably the fan",
        channel=Channel.PORTAL,
        visibility=Visibility.INTERNAL,
    )
    page = browser.open(f"/incidents/{incident.number}")
    assert "You reported it." in page.text and "Tess works on it." in page.text
    assert "Tess answered." in page.text and "Is it dusty?" in page.text
    assert "Probably the fan" not in page.text


def test_words_of_others_are_shown_as_words(browser, logged):
    incident = logged("<script>alert(1)</script> & <b>bold</b>")
    page = browser.open(f"/incidents/{incident.number}")
    assert "<script>alert" not in page.html and "<b>bold" not in page.html


@pytest.mark.parametrize("number", ["INC-000001", "INC-999999", "nonsense", "INC-99999999999999"])
def test_somebody_elses_number_and_no_number_look_the_same(browser, person, desk, number):
    other = person("bob")
    log(Report(requester_id=other.id, description="mine", channel=Channel.PORTAL))
    page = browser.open(f"/incidents/{number}")
    assert page.status == 404
    assert "among yours. Check the number." in page.text


def test_support_is_led_to_its_own_page_of_somebody_elses_incident(app, logged, tess, stranger):
    incident = logged()
    with stranger.client.session_transaction() as session:
        session.update(_user_id=tess.fs_uniquifier, _fresh=True)
    assert stranger.open(f"/incidents/{incident.number}").path == f"/desk/{incident.number}"


def test_a_reply_with_a_file_is_added_and_the_file_can_be_read_again(browser, logged):
    incident = logged()
    browser.open(f"/incidents/{incident.number}")
    page = browser.press("Send", text="See the picture", attachments=(io.BytesIO(PNG), "hum.png"))
    assert "Sent." in page.text and "See the picture" in page.text and "hum.png" in page.text
    answer = browser.open("/attachments/1")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_an_empty_reply_says_so(browser, logged):
    incident = logged()
    browser.open(f"/incidents/{incident.number}")
    page = browser.press("Send", text=" ")
    assert page.status == 422 and "Write something, or add a file." in page.text


def test_a_page_in_disguise_is_saved_never_shown(browser, logged):
    logged(files=[Upload("picture.png", b"<html><script>alert(1)</script>")])
    answer = browser.open("/attachments/1")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_of_somebody_else_is_not_there(browser, person, desk):
    other = person("bob")
    told = Report(
        requester_id=other.id,
        description="mine",
        channel=Channel.PORTAL,
        attachments=[Upload("a.txt", b"secret")],
    )
    log(told)
    assert browser.open("/attachments/1").status == 404
    assert browser.open("/attachments/77").status == 404


def test_a_solved_incident_is_confirmed_by_one_click(browser, resolved):
    page = browser.open(f"/incidents/{resolved.number}")
    assert "Is it solved for you?" in page.text and "A new fan." in page.text
    assert "It is closed." in browser.press("Yes, it is solved").text
    assert state_of(resolved) == State.CLOSED


def test_a_solved_incident_that_is_not_solved_is_opened_again(browser, resolved):
    browser.open(f"/incidents/{resolved.number}")
    assert "It is open again." in browser.press("Open it again", note="It hums still").text
    assert state_of(resolved) == State.QUEUED


def test_what_is_no_longer_needed_is_cancelled_and_can_be_opened_again(browser, logged):
    incident = logged()
    browser.open(f"/incidents/{incident.number}")
    browser.press("I do not need it any more")
    assert state_of(incident) == State.CANCELLED
    browser.press("Open it again")
    assert state_of(incident) == State.QUEUED


def test_a_late_click_on_an_old_page_says_what_is_so_instead_of_breaking(browser, resolved):
    page = browser.open(f"/incidents/{resolved.number}")
    browser.press("Yes, it is solved", on=page)
    assert browser.press("Yes, it is solved", on=page).status == 200
    assert state_of(resolved) == State.CLOSED


def test_an_article_reads_with_its_steps_and_a_way_on(browser, vpn_article):
    page = browser.open(f"/fixes/{vpn_article.slug}?words=it+drops")
    assert "<li>Restart the router.</li>" in page.html
    assert browser.press("I still need help").form("/report").fields["description"] == "it drops"


def test_an_unknown_article_is_said_not_to_exist(browser):
    page = browser.open("/fixes/no-such")
    assert page.status == 404 and "This article does not exist or is no longer available." in page.text


def test_a_withdrawn_article_is_said_to_be_gone_with_what_may_help_instead(browser, vpn_article):
    other = articles.create(Draft(title="VPN keeps disconnecting at home", body="Move closer."), publish=True)
    articles.withdraw(vpn_article.id)
    page = browser.open(f"/fixes/{vpn_article.slug}?words=vpn+drops")
    assert page.status == 404 and "“VPN keeps disconnecting” is no longer available" in page.text
    assert other.slug in page.html and "Restart the router" not in page.text
    assert browser.press("Report it").form("/report").fields["description"] == "vpn drops"


def test_fixes_can_be_looked_through_by_category(browser, vpn_article):
    assert vpn_article.title in browser.open("/fixes").text
    assert vpn_article.title in browser.open(f"/fixes?category={vpn_article.category_slug}").text
    assert vpn_article.title not in browser.open("/fixes?category=printing").text


def test_a_shelf_holds_what_lies_below_it_and_empty_ones_are_not_shown(browser, vpn_article):
    with write() as session:
        session.get_one(Category, "network").parent_slug = "other"
    page = browser.open("/fixes?category=other")
    assert vpn_article.title in page.text
    assert "Other" in page.text and "Printing" not in page.text


def test_fixes_are_found_by_words_and_nonsense_finds_none(browser, monkeypatch, vpn_article):
    toner = articles.create(Draft(title="The toner is low", body="Shake it."), publish=True)
    near = Hit(article_id=vpn_article.id, slug="vpn", title="", summary="", category=None, score=0.2)
    far = replace(near, article_id=toner.id, score=0.001)
    monkeypatch.setattr(search, "search", lambda words, **more: [near, far] if words == "vpn" else [far])
    page = browser.open("/fixes?q=vpn")
    assert "keeps disconnecting" in page.text and "toner" not in page.text
    page = browser.open("/fixes?q=zzzz")
    assert "No known fix fits these words." in page.text
    assert browser.press("Report it").form("/report").fields["description"] == "zzzz"
