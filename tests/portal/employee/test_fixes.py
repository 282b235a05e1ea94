"""Looking for a fix, reading it, and saying what came of it."""

import html
import re
from contextlib import nullcontext

import pytest

from firstline.db import db, write
from incidents.models import Incident, State
from incidents.people import Role
from knowledge_base import articles, related, results, suggest
from knowledge_base.articles import Draft
from knowledge_base.contents import draft_of
from knowledge_base.models import Article, Attempt, AttemptOutcome, Audience, Category, Feedback
from knowledge_base.suggest import Suggestion
from portal.employee import home
from tests.portal.employee.browser import Browser

SECRET = "Drain the gateway"


@pytest.fixture
def offers_vpn_fix(vpn_article, monkeypatch):
    """The search offers this one article for words with vpn in them."""
    fix = Suggestion(
        article_id=vpn_article.id, slug=vpn_article.slug, title=vpn_article.title, summary="", score=0.9
    )
    monkeypatch.setattr(suggest, "suggest", lambda words, **more: [fix] if "vpn" in words else [])
    return vpn_article


@pytest.fixture
def secret(desk):
    """What only support may read."""
    body = "## vpn\n\nDrain the gateway when the vpn drops."
    draft = Draft(title=SECRET, body=body, category="Network", audience=Audience.SUPPORT, keywords="vpn")
    return articles.create(draft, publish=True)


@pytest.fixture
def tess(app, person, desk):
    browser = Browser(app)
    with browser.client.session_transaction() as session:
        session.update(_user_id=person("tess", Role.AGENT, desk["first"]).fs_uniquifier, _fresh=True)
    return browser


def make(title="A fix", body="1. Do it.", **more):
    return articles.create(Draft(title=title, body=body, **more), publish=True)


def attempts():
    db.session.rollback()
    return db.session.query(Attempt).all()


def word():
    db.session.rollback()
    return db.session.query(Feedback).one_or_none()


def slugs(page):
    return re.findall(r'href="/fixes/([a-z0-9-]+)', page.html)


# Browsing


def test_the_shelves_show_how_much_they_hold_on_two_levels(browser, vpn_article):
    with write() as session:
        session.add(Category(slug="wifi", name="Wi-Fi", parent_slug=vpn_article.category_slug))
    make("Weak Wi-Fi", category="wifi")
    page = browser.open("/fixes")
    assert re.search(r"Network 2 known fixes", page.text) and "Wi-Fi 1" in page.text
    assert "New or lately changed" in page.text and "Nobody has said yet what helped." in page.text


def test_an_empty_base_says_what_will_be_here(browser):
    assert "There is nothing here yet." in browser.open("/fixes").text
    assert "There is nothing here yet." in browser.open("/fixes?category=printing").text


def test_a_long_shelf_is_paged_and_a_page_too_far_says_so(browser, desk):
    for number in range(31):
        make(f"Printer {number:02d}", category="printing")
    first = browser.open("/fixes?category=printing")
    assert "Show more" in first.text and "Those before" not in first.text
    second = browser.open("/fixes?category=printing&page=2")
    assert "Printer 30" in second.text and "Show more" not in second.text
    assert "That was all." in browser.open("/fixes?category=printing&page=9").text
    for page in ("-1", "x", "9" * 30):
        assert browser.open(f"/fixes?category=printing&page={page}").status == 200


# Searching


def test_the_fitting_words_are_marked_and_nothing_an_author_wrote_becomes_markup(browser, desk):
    make(
        "VPN <b>drops</b> & more",
        "It says `<script>alert(1)</script>` when the vpn drops.",
        category="Network",
    )
    page = browser.open("/fixes?q=vpn+dropped")
    assert "<mark>VPN</mark> &lt;b&gt;<mark>drops</mark>&lt;/b&gt; &amp; more" in page.html
    assert "&lt;script&gt;" in page.html and "<script>alert" not in page.html
    assert "Network" in page.text


def test_the_words_of_the_person_become_no_markup_either(browser):
    page = browser.open("/fixes?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.status == 200 and "<script>alert" not in page.html


@pytest.mark.parametrize("words", ["打印机", "🖨️" * 300, "a" * 1_000_000, "\x00\x01", "%F0%28", "'\"`--;"])
def test_any_words_get_results_or_a_sentence(browser, vpn_article, words):
    page = browser.open("/fixes", query_string={"q": words})
    assert page.status == 200
    assert "No known fix fits these words." in page.text or "None of these is sure to fit" in page.text


def test_a_broken_search_leads_to_the_report_with_the_words(browser, monkeypatch):
    monkeypatch.setattr(results, "find", lambda *words, **more: 1 / 0)
    browser.open("/fixes?q=vpn+drops")
    assert browser.press("Report it").form("/report").fields["description"] == "vpn drops"


def test_where_nothing_is_sure_it_says_so(browser, vpn_article, monkeypatch):
    monkeypatch.setattr(suggest, "suggest", lambda words, **more: [])
    assert "None of these is sure to fit." in browser.open("/fixes?q=vpn").text


def test_searching_records_no_attempt(browser, vpn_article):
    browser.open("/fixes?q=vpn+drops")
    browser.open(f"/fixes/{vpn_article.slug}?words=vpn+drops")
    assert attempts() == []


# Reading


def test_a_fix_shows_what_one_sees_why_and_what_to_do(browser, desk):
    fix = make(
        "Blank pages",
        "1. Shake the toner.",
        symptoms="Pages are **white**.",
        cause="The toner is low.",
        service="printing",
        is_workaround=True,
    )
    page = browser.open(f"/fixes/{fix.slug}")
    for words in (
        "Is this you?",
        "Pages are white",
        "Why",
        "The toner is low.",
        "What to do",
        "Applies to Printing",
    ):
        assert words in page.text
    assert "Workaround" in page.text and "The cause is not gone yet" in page.text
    assert page.html.count('href="#what-to-do"') == 2, "in the table of contents, at the side and folded"


def test_a_table_of_contents_stands_where_there_are_three_headings(browser, desk):
    short = make("Short", "## One\n\nx\n\n## Two\n\nx")
    long = make("Long", "## One\n\nx\n\n## Two\n\nx\n\n### Three\n\nx")
    assert "On this page" not in browser.open(f"/fixes/{short.slug}").text
    page = browser.open(f"/fixes/{long.slug}")
    for anchor in re.findall(r'href="#(at-[^"]+)"', page.html):
        assert f'id="{anchor}"' in page.html
    assert "On this page" in page.text


def test_an_old_address_leads_to_the_new_one_with_the_words(browser, vpn_article):
    articles.edit(
        vpn_article.id, draft_of(vpn_article), revision=vpn_article.revision, address="vpn-drops-often"
    )
    answer = browser.client.get("/fixes/vpn-keeps-disconnecting?words=it+drops&_external=1&_scheme=x")
    assert answer.status_code == 301
    assert answer.location.endswith("/fixes/vpn-drops-often?words=it+drops")


def test_related_fixes_are_shown_and_none_that_the_reader_may_not_read(browser, tess, vpn_article, secret):
    other = make("Weak Wi-Fi")
    related.choose(vpn_article.id, [other.id, secret.id])
    page = browser.open(f"/fixes/{vpn_article.slug}")
    assert "Related fixes" in page.text and other.slug in slugs(page) and SECRET not in page.text
    assert SECRET in tess.open(f"/fixes/{vpn_article.slug}").text


@pytest.mark.parametrize(
    "path",
    [
        "/fixes",
        "/fixes?category=network",
        "/fixes?q=drain+the+gateway+vpn",
        "/",
        "/suggestions?words=drain+gateway",
    ],
)
def test_what_only_support_reads_is_nowhere_for_employees(browser, tess, vpn_article, secret, path):
    with write() as session:
        session.get_one(Article, secret.id).helped_count = 99
    assert SECRET not in html.unescape(re.sub("</?mark>", "", browser.open(path).html))
    if path.startswith("/fixes"):
        assert SECRET in re.sub("</?mark>", "", tess.open(path).html)


def test_what_one_may_not_read_cannot_be_answered_for_either(browser, secret, vpn_article):
    articles.withdraw(vpn_article.id)
    for slug in (secret.slug, vpn_article.slug, "no-such"):
        for doing in ("outcome", "feedback"):
            page = browser.post(f"/fixes/{slug}/{doing}", {**token(browser), "words": "x", "solved": "yes"})
            assert page.status == 404 and SECRET not in page.text
    assert browser.open(f"/fixes/{secret.slug}").status == 404
    assert attempts() == [] and word() is None


def token(browser):
    return {"csrf_token": browser.open("/report").form("/report").fields["csrf_token"]}


# Saying what came of it


def test_this_solved_it_counts_once_and_thanks_before_anything_is_reported(browser, offers_vpn_fix):
    first = browser.open("/fixes/vpn-keeps-disconnecting?words=vpn+drops")
    for _click in range(2):
        page = browser.press("This solved it", on=first)
        assert "thank you for saying so" in page.text
    (attempt,) = attempts()
    assert attempt.outcome == AttemptOutcome.SOLVED_SAID
    assert db.session.get_one(Article, offers_vpn_fix.id).helped_count == 1
    assert (
        "You said that this solved it" in browser.open("/fixes/vpn-keeps-disconnecting?words=vpn+drops").text
    )
    assert word().is_helpful and db.session.query(Incident).count() == 0


def test_what_was_tried_goes_along_into_the_report_and_is_not_offered_again(browser, offers_vpn_fix):
    browser.open("/fixes/vpn-keeps-disconnecting?words=vpn+drops")
    form = browser.press("I still need help")
    assert "We pass on that you tried: “VPN keeps disconnecting”" in form.text
    assert slugs(form) == []
    page = browser.press("Send it", description="vpn drops when I walk to another room")
    (attempt,) = attempts()
    assert attempt.incident_id and attempt.outcome == AttemptOutcome.WENT_ON
    assert [offer.helped for offer in attempt.offers] == [False]
    assert db.session.query(Incident).one().state == State.QUEUED
    assert "This solved it" not in page.text


def test_words_of_a_report_that_was_sent_lead_to_it(browser, offers_vpn_fix):
    fix = browser.open("/fixes/vpn-keeps-disconnecting?words=vpn+drops")
    browser.press("I still need help")
    browser.press("Send it")
    assert "INC-000001 is solved" in browser.press("This solved it", on=fix).text
    db.session.rollback()
    assert db.session.query(Incident).one().state == State.RESOLVED


def test_helpful_or_not_is_one_tap_and_changeable_without_scripts(browser, vpn_article):
    browser.open(f"/fixes/{vpn_article.slug}?words=it+drops")
    page = browser.press("No")
    assert not word().is_helpful and "What is wrong with it?" in page.text
    page = browser.press("It is out of date", comment="The menu moved")
    assert (word().reason, word().comment) == ("out_of_date", "The menu moved")
    assert "The menu moved" in page.html and "Its authors read this and mend it." in page.text
    page = browser.press("Send", comment="The menu moved to Settings")
    assert (word().reason, word().comment) == ("out_of_date", "The menu moved to Settings")
    assert browser.press("Report it").form("/report").fields["description"] == "it drops"
    browser.open(f"/fixes/{vpn_article.slug}")
    page = browser.press("Yes")
    assert word().is_helpful and "It tells us to keep it as it is." in page.text


def test_with_scripts_only_the_part_about_feedback_comes_back(browser, vpn_article):
    browser.open(f"/fixes/{vpn_article.slug}")
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    data = {**token(browser), "helpful": "no"}
    page = browser.post(f"/fixes/{vpn_article.slug}/feedback", data, headers=headers)
    assert page.status == 200 and "<html" not in page.html and 'aria-pressed="true"' in page.html


@pytest.mark.parametrize("scripted", [True, False])
def test_a_comment_that_is_too_long_comes_back_with_a_sentence(browser, vpn_article, scripted):
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"} if scripted else {}
    data = {**token(browser), "helpful": "no", "comment": "long " * 1_001}
    page = browser.post(f"/fixes/{vpn_article.slug}/feedback", data, headers=headers)
    assert page.status == 422 and "Shorten this to 5000 characters, please." in page.text
    assert "long " * 1_001 in page.html and word() is None


# Typing


def test_a_fix_withdrawn_a_moment_ago_is_not_suggested(browser, offers_vpn_fix):
    assert slugs(browser.open("/suggestions?words=vpn")) == [offers_vpn_fix.slug]
    articles.withdraw(offers_vpn_fix.id)
    assert slugs(browser.open("/suggestions?words=vpn")) == []


def test_words_typed_over_meanwhile_are_answered_with_nothing(browser, offers_vpn_fix, monkeypatch):
    class TypedOver:
        def turn(self, name):
            return nullcontext(False)

    monkeypatch.setattr(home, "typing", TypedOver())
    page = browser.open("/suggestions?words=vpn")
    assert (page.status, page.text.strip()) == (204, "")
