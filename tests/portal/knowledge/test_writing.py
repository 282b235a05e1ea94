import pytest

from incidents.people import Role
from knowledge_base import articles
from knowledge_base.articles import Draft, create, edit
from knowledge_base.models import Audience, State

FORM = {"title": "VPN keeps disconnecting", "body": "## Fix\n1. Use a cable.", "audience": "everyone"}


def text_of(response) -> str:
    return response.get_data(as_text=True)


def write_one(client, **more):
    answer = client.post("/articles/new", data=FORM | more)
    assert answer.status_code == 303
    return articles.find(int(answer.location.rpartition("/")[2]))


def test_an_article_is_written_published_and_withdrawn(ines):
    article = write_one(ines, category="network", service="vpn")
    assert (article.state, article.category_slug, article.service) == (State.DRAFT, "network", "vpn")
    ines.post(f"/articles/{article.id}/publish")
    assert article.state == State.PUBLISHED
    assert "people find it now" in text_of(ines.get(f"/articles/{article.id}"))
    ines.post(f"/articles/{article.id}/withdraw")
    assert article.state == State.WITHDRAWN


def test_it_can_be_published_at_once_and_for_support_only(ines):
    article = write_one(ines, then="published", audience="support")
    assert (article.state, article.audience) == (State.PUBLISHED, Audience.SUPPORT)
    assert "Support only" in text_of(ines.get("/articles"))


def test_the_list_finds_by_words_and_state_and_shows_outcomes(ines):
    write_one(ines)
    write_one(ines, title="Printer jams", then="published")
    ines.get("/articles")
    assert "Printer jams" not in text_of(ines.get("/articles?state=draft"))
    found = text_of(ines.get("/articles?q=printer"))
    assert "Printer jams" in found and "VPN keeps" not in found and "Helped" in found
    assert "No article fits" in text_of(ines.get("/articles?q=moon"))


def test_the_list_goes_on_page_by_page(ines):
    for number in range(51):
        create(Draft(title=f"Fix number {number}", body="x"))
    assert 'rel="next"' in text_of(ines.get("/articles"))
    second = text_of(ines.get("/articles?page=2"))
    assert "Fix number 0<" in second and 'rel="next"' not in second


def test_the_first_list_says_how_to_begin(ines):
    assert "Write the first" in text_of(ines.get("/articles"))


def test_the_preview_shows_the_words_as_readers_see_them_and_nothing_harmful(ines):
    shown = text_of(ines.post("/articles/preview", data={"body": "**bold** <script>alert(1)</script>"}))
    assert "<strong>bold</strong>" in shown and "<script" not in shown


def test_without_scripts_a_button_previews_and_keeps_the_words(ines):
    answer = text_of(ines.post("/articles/new", data=FORM | {"preview": "1"}))
    assert "<li>Use a cable.</li>" in answer and "VPN keeps disconnecting" in answer
    assert "Write the first" in text_of(ines.get("/articles"))


def test_who_saves_over_anothers_version_is_told_and_keeps_their_words(ines):
    article = write_one(ines)
    edit(article.id, Draft(title=article.title, body="Theirs"), revision=1)
    mine = FORM | {"body": "Mine", "revision": "1"}
    answer = ines.post(f"/articles/{article.id}", data=mine)
    assert answer.status_code == 409
    for words in ("Somebody else saved this article meanwhile", "Mine", "<p>Theirs</p>"):
        assert words in text_of(answer)
    assert ines.post(f"/articles/{article.id}", data=mine | {"revision": "2"}).status_code == 303
    assert article.body == "Mine"


def test_what_cannot_be_an_article_is_refused_with_its_words(ines):
    answer = ines.post("/articles/new", data=FORM | {"title": " ", "body": "Kept words"})
    assert answer.status_code == 422
    assert "Give the article a title." in text_of(answer) and "Kept words" in text_of(answer)
    assert ines.get("/articles/99").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.EMPLOYEE, 403), (Role.AGENT, 200), (Role.AUTHOR, 200), (Role.LEAD, 200), (Role.ADMIN, 200)],
)
def test_support_drafts_and_authors_write_but_employees_do_not(browser_of, person, desk, role, status):
    client = browser_of(person("somebody", role))
    assert client.get("/articles").status_code == status
    assert client.post("/articles/preview", data={"body": "x"}).status_code == status
