"""The fields of the form, pictures in it, and drafts out of incidents."""

import base64
import io

import pytest

from incidents.people import Role
from knowledge_base import articles, related
from knowledge_base.articles import Draft, create
from knowledge_base.models import Picture, State
from tests.portal.knowledge.test_writing import FORM, text_of, write_one
from tests.portal.support.conftest import erin, told

__all__ = ["erin", "told"]

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def picture(content=PNG, name="screen.png"):
    return (io.BytesIO(content), name)


def test_every_field_is_kept_and_shown_again(ines):
    more = {
        "symptoms": "The tunnel drops.",
        "cause": "An old driver",
        "is_workaround": "1",
        "keywords": "tunnel",
        "owner": "ines@example.com",
        "review_at": "2030-05-01",
        "summary": "Use a cable",
    }
    article = write_one(ines, **more)
    assert (article.symptoms, article.cause, article.is_workaround) == (
        "The tunnel drops.",
        "An old driver",
        True,
    )
    assert article.owner_id and f"{article.review_at:%Y-%m-%d}" == "2030-05-01"
    page = text_of(ines.get(f"/articles/{article.id}"))
    assert all(words in page for words in more.values())
    assert "Mine" in text_of(ines.get("/articles?owner=me")) and "Ines" in text_of(
        ines.get("/articles?owner=1")
    )


def test_a_new_article_is_its_authors_and_due_in_a_year(ines):
    page = text_of(ines.get("/articles/new?title=Badge"))
    assert 'value="Badge"' in page and '<option value="ines@example.com" selected>' in page
    assert 'name="review_at" value="20' in page


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"owner": "erin@example.com"}, "Nobody with the address “erin@example.com” writes articles"),
        ({"owner": "nobody@example.com"}, "Choose another owner"),
        ({"review_at": "2020-01-01"}, "Choose a review date in the future."),
        ({"review_at": "31.12.2030"}, "Write the day such as 2030-01-31."),
        ({"cause": "x" * 20_001}, "Shorten this to 20000 characters"),
        ({"title": "x" * 301}, "Shorten the title"),
    ],
)
def test_what_cannot_be_used_gets_a_sentence_and_every_word_stays(ines, erin, wrong, sentence):
    answer = ines.post(
        "/articles/new", data=FORM | {"symptoms": "Kept symptoms", "body": "Kept steps"} | wrong
    )
    assert answer.status_code == 422
    page = text_of(answer)
    assert sentence in page and "Kept symptoms" in page and "Kept steps" in page
    assert articles.find(1) is None


def test_an_article_of_five_megabytes_comes_back_with_a_sentence_and_its_words(ines):
    words = "five megabytes " * 350_000
    answer = ines.post("/articles/new", data=FORM | {"body": words})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Shorten the article to one million characters" in page and words.strip() in page
    assert "too long to be shown here" in page


def test_the_address_is_changed_and_the_old_one_leads_on(ines):
    article = write_one(ines, then="published")
    other = write_one(ines, title="Other")
    old = article.slug
    ines.post(f"/articles/{article.id}", data=FORM | {"revision": "1", "address": "/VPN drops"})
    assert article.slug == "vpn-drops"
    answer = ines.get(f"/fixes/{old}")
    assert (answer.status_code, answer.location) == (301, "/fixes/vpn-drops")
    taken = ines.post(f"/articles/{other.id}", data=FORM | {"revision": "1", "address": old})
    assert taken.status_code == 422 and "belongs to “VPN keeps disconnecting”" in text_of(taken)


def test_related_articles_are_found_and_chosen(ines):
    article, printer = write_one(ines), create(Draft(title="Printer jams", body="x"), publish=True)
    hits = text_of(ines.get(f"/articles/choices?related_q=printer&related_shown=1&article={article.id}"))
    assert "Printer jams" in hits and "checked" not in hits
    chosen = {"related_shown": "1", "related": str(printer.id), "revision": "1"}
    found = text_of(
        ines.post(f"/articles/{article.id}", data=FORM | chosen | {"find": "1", "related_q": "x"})
    )
    assert "No other article has these words" in found and "checked" in found
    ines.post(f"/articles/{article.id}", data=FORM | chosen)
    assert [one.title for one in related.all_of(article.id)] == ["Printer jams"]
    ines.post(f"/articles/{article.id}", data=FORM | {"revision": "1"})
    assert len(related.all_of(article.id)) == 1, "a form without the field changes nothing"


def test_a_picture_is_uploaded_while_one_writes(ines):
    answer = ines.post("/articles/pictures", data={"picture": picture()})
    assert (answer.status_code, answer.json) == (201, {"markdown": "![screen](/pictures/1)"})
    with ines.get("/pictures/1") as shown:
        assert (shown.status_code, shown.mimetype, shown.data) == (200, "image/png", PNG)
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in shown.headers["Content-Security-Policy"]
    preview = ines.post("/articles/preview", data={"body": "![screen](/pictures/1)"})
    assert '<img src="/pictures/1" alt="screen"' in text_of(preview)


@pytest.mark.parametrize("files", [{}, {"picture": picture(b"<script>", "a.png")}])
def test_a_picture_that_is_none_is_told_to_the_script(ines, files):
    answer = ines.post("/articles/pictures", data=files)
    assert answer.status_code == 422 and answer.json["sentence"].endswith(".")


def test_without_scripts_a_picture_comes_with_the_form(ines):
    article = write_one(ines, picture=picture())
    assert article.body == "## Fix\n1. Use a cable.\n\n![screen](/pictures/1)\n"
    assert Picture.query.one().article_id == article.id


def test_a_picture_that_is_none_loses_no_word(ines):
    answer = ines.post("/articles/new", data=FORM | {"picture": picture(b"%PDF-1.7", "manual.pdf")})
    page = text_of(answer)
    assert (
        answer.status_code == 422
        and "“manual.pdf” is no picture we can show" in page
        and "Use a cable." in page
    )


def test_readers_see_pictures_of_what_they_may_read(ines, browser_of, erin):
    reader = browser_of(erin)
    article = write_one(ines, picture=picture())
    statuses = []
    for move in (lambda article_id: None, articles.publish, articles.withdraw):
        move(article.id)
        with reader.get("/pictures/1") as answer:
            statuses.append(answer.status_code)
    assert statuses == [404, 200, 404]
    assert reader.get("/pictures/2").status_code == 404


@pytest.fixture
def tess(browser_of, person, desk):
    return browser_of(person("tess", Role.AGENT, desk["first"]))


def test_a_resolved_incident_becomes_a_draft_by_one_click(tess, told):
    incident = told("Hi team,\nmy printer jams. Call me: +49 30 901820.\n\nThanks\nErin")
    path = f"/articles/from/{incident.number}"
    early = tess.post(path)
    assert early.status_code == 409 and "is not resolved yet" in text_of(early)
    move = {"resolution": "support", "cause": "Worn roller", "note": "Cleaned the roller.\nPrinted a page."}
    tess.post(f"/desk/{incident.number}/resolve", data=move)
    assert "Draft an article" in text_of(tess.get(f"/desk/{incident.number}"))
    answer = tess.post(path)
    article = articles.find(1)
    assert answer.location.endswith(f"/articles/{article.id}")
    assert (article.state, article.incident_id, article.symptoms) == (
        State.DRAFT,
        incident.id,
        "My printer jams. Call me: [phone].",
    )
    assert "1. Cleaned the roller.\n2. Printed a page." in article.body and article.cause == "Worn roller"
    assert tess.post(path).location == answer.location
    assert "Its article" in text_of(tess.get(f"/desk/{incident.number}"))
    assert incident.number in text_of(tess.get(f"/articles/{article.id}"))


def test_authors_without_a_desk_draft_from_no_incident(ines, told):
    assert ines.post(f"/articles/from/{told().number}").status_code == 404
