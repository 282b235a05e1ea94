import io

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from firstline.db import db
from incidents import intake
from incidents.intake import Report
from incidents.kinship import lookalikes
from incidents.models import Channel, Incident, Level, Resolution, State
from knowledge_base import suggest
from knowledge_base.models import Article
from knowledge_base.suggest import Suggestion
from tests.portal.in_a_browser import opened


@pytest.fixture
def offers_vpn_fix(vpn_article, monkeypatch):
    """The search finds this one article, whatever the words: its own tests say how well it finds."""
    fix = Suggestion(
        article_id=vpn_article.id, slug=vpn_article.slug, title=vpn_article.title, summary="", score=0.9
    )
    monkeypatch.setattr(suggest, "suggest", lambda words, **more: [fix] if "vpn" in words else [])
    return vpn_article


def count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Incident.id))) or 0


def only_incident() -> Incident:
    db.session.rollback()
    return db.session.scalars(select(Incident)).one()


def report(browser, words, **more):
    browser.open("/report")
    return browser.press("Send it", description=words, **more)


def test_words_typed_at_home_are_carried_into_a_form_with_guesses_and_fixes(browser, offers_vpn_fix):
    browser.open("/")
    page = browser.press("Report it", words="vpn drops, everyone here is cut off, I cannot work")
    form = page.form("/report").fields
    assert form["description"] == "vpn drops, everyone here is cut off, I cannot work"
    assert (form["service"], form["urgency"], form["reach"]) == ("vpn", Level.HIGH, "site")
    assert "VPN keeps disconnecting" in page.text
    assert count() == 0


def test_a_report_is_logged_and_the_first_fix_stands_open_with_its_steps(browser, offers_vpn_fix):
    page = report(browser, "vpn keeps disconnecting")
    assert page.path == "/incidents/INC-000001/logged"
    assert "INC-000001 is logged." in page.text
    assert '<details class="fix" open>' in page.html
    assert "Restart the router." in page.text


def test_this_solved_it_resolves_as_self_service_and_credits_the_article(browser, offers_vpn_fix):
    report(browser, "vpn keeps disconnecting")
    page = browser.press("This solved it")
    assert "INC-000001 is solved" in page.text
    assert only_incident().resolution == Resolution.SELF_SERVICE
    assert db.session.get_one(Article, offers_vpn_fix.id).helped_count == 1


def test_i_still_need_help_routes_it_and_says_who_has_it(browser, offers_vpn_fix):
    report(browser, "vpn keeps disconnecting")
    page = browser.press("I still need help")
    assert only_incident().state == State.QUEUED
    assert "It is with the service desk now" in page.text and "Service Desk" in page.text


def test_without_a_fitting_fix_it_says_by_when_somebody_answers(browser):
    page = report(browser, "the coffee machine hums")
    assert "No known fix fits. It is with the service desk; you will hear from us by" in page.text
    assert only_incident().state == State.QUEUED


def test_a_broken_search_takes_the_report_all_the_same(browser, monkeypatch):
    def broken(*words, **more):
        raise RuntimeError("no model")

    monkeypatch.setattr(suggest, "suggest", broken)
    page = report(browser, "vpn keeps disconnecting")
    assert "INC-000001 is logged." in page.text and "You need not wait" in page.text
    assert "It is with the service desk now" in browser.press("I need help now").text


def test_the_persons_answers_beat_the_guess(browser):
    report(browser, "something hums", service="printing", urgency="high", reach="everybody")
    made = only_incident()
    assert (made.service.slug, made.priority) == ("printing", 1)


def test_a_double_click_is_one_incident(browser):
    form_page = browser.open("/report")
    first = browser.press("Send it", on=form_page, description="it hums")
    second = browser.press("Send it", on=form_page, description="it hums")
    assert first.path == second.path
    assert count() == 1


def test_going_back_and_writing_something_else_is_another_incident(browser):
    form_page = browser.open("/report")
    browser.press("Send it", on=form_page, description="it hums")
    browser.press("Send it", on=form_page, description="it smokes")
    browser.press("Send it", on=form_page, description="it smokes")
    assert count() == 2


def test_an_empty_report_says_what_to_do_and_keeps_the_answers(browser):
    page = report(browser, "", urgency="low", service="vpn")
    assert page.status == 422
    assert "Tell us what is going wrong. A few words are enough." in page.text
    fields = page.form("/report").fields
    assert (fields["urgency"], fields["service"]) == ("low", "vpn")
    assert count() == 0


def test_a_report_of_100_kb_is_kept_whole(browser):
    page = report(browser, "word " * 20_000)
    assert page.status == 200 and "report.txt" in page.text


def test_a_file_of_50_mb_is_refused_with_its_name_and_the_words_are_kept(browser):
    huge = (io.BytesIO(b"x" * 50 * 1024 * 1024), "video.mov")
    page = report(browser, "see the video", attachments=huge)
    assert page.status == 422
    assert "“video.mov” is larger than 25 MB. Send a smaller file or a link to it." in page.text
    assert page.form("/report").fields["description"] == "see the video"
    assert "Add your files again" in page.text
    assert count() == 0


def test_an_unknown_service_is_refused_with_a_sentence(browser):
    page = report(browser, "it hums", service="no-such")
    assert page.status == 422 and "There is no service" in page.text


def test_suggestions_appear_while_typing_and_are_announced(browser, offers_vpn_fix):
    page = browser.open("/suggestions?words=vpn+drops", headers={"HX-Request": "true"})
    assert "VPN keeps disconnecting" in page.text and "1 known fix below." in page.text
    assert 'role="status"' in page.html and "<html" not in page.html


def test_typing_goes_on_when_the_search_is_broken(browser, monkeypatch):
    monkeypatch.setattr(suggest, "suggest", lambda *words, **more: 1 / 0)
    assert browser.open("/suggestions?words=vpn").status == 200


def test_a_form_without_its_proof_is_refused_and_its_words_are_shown_again(browser):
    page = browser.post("/report", {"description": "it hums"})
    assert page.status == 400 and "Open the page again and send it anew." in page.text
    assert "it hums" in page.text
    assert count() == 0


def test_whoever_was_signed_out_meanwhile_keeps_what_they_wrote(app, browser):
    form_page = browser.open("/report")
    with browser.client.session_transaction() as session:
        del session["_user_id"]
    page = browser.press("Send it", on=form_page, description="it hums loudly")
    assert page.status == 401 and "You were signed out meanwhile." in page.text
    assert "it hums loudly" in page.text


def test_a_request_beyond_all_limits_is_refused_with_a_sentence(app, browser):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    page = browser.post("/report", {"description": "x" * 2000})
    assert page.status == 413 and "Send fewer or smaller files" in page.text


def test_pages_say_nothing_of_what_broke_but_what_is_safe(app, browser, monkeypatch):
    monkeypatch.setattr(intake, "report", lambda told: 1 / 0)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    page = report(browser, "it hums")
    assert page.status == 500 and "What you already sent is safe." in page.text
    assert "division" not in page.text


@pytest.fixture
def running(person):
    """What Bob has reported."""
    told = Report(
        requester_id=person("bob").id, description="vpn drops every few minutes", channel=Channel.MAIL
    )
    return intake.report(told)


@pytest.fixture
def knows_running(running, monkeypatch):
    """The sentence model finds it; whether it is told right is a matter of its own tests."""
    monkeypatch.setattr(lookalikes, "open_of_others", lambda person, words: running)


def test_while_one_writes_the_page_says_that_others_have_it_and_me_too_follows_theirs(
    browser, knows_running, running
):
    page = browser.open("/report?words=vpn+drops+every+few+minutes")
    assert "Somebody else reported something like it." in page.text and running.number not in page.html
    browser.press("Me too", description="vpn drops every few minutes")
    db.session.rollback()
    mine = db.session.scalars(select(Incident).where(Incident.id != running.id)).one()
    assert (mine.parent_id, mine.follows_parent) == (running.id, True)


def test_what_one_has_reported_before_is_offered_to_be_continued(browser, erin):
    report(browser, "vpn drops every few minutes")
    assert (
        "You reported this" in browser.open("/suggestions?description=vpn+drops+every+few+minutes+again").text
    )
    page = browser.open("/report?words=vpn+drops+every+few+minutes+again")
    assert "You reported this" in page.text
    page = browser.press("Add these words there", description="vpn drops every few minutes again, since noon")
    assert "We have added your words to it." in page.text and "since noon" in page.text
    assert count() == 1


@pytest.mark.browser
def test_what_we_answer_for_them_follows_their_words_and_what_they_answer_stays(app, browser, chromium):
    browser.open("/report")
    with opened(app, chromium, browser.client, "/report?words=vpn+drops") as page:
        about, words = page.get_by_label("What is it about?"), page.get_by_label("What is going wrong?")
        expect(about).to_have_value("vpn")
        words.fill("I cannot work: the printer jams")
        expect(about).to_have_value("printing")
        expect(page.get_by_label("I cannot work")).to_be_checked()
        about.select_option("")
        words.fill("The vpn drops")
        expect(page.get_by_label("I can work around it")).to_be_checked()
        expect(about).to_have_value("")
