"""Writing and reading articles."""

import pytest

from knowledge_base import articles, text
from knowledge_base.articles import ArticleError, Draft, StaleArticle, UnknownArticle
from knowledge_base.models import Audience, State
from tests.patience import held_up_by_nothing

DRAFT = Draft(title="Printer is offline", body="Switch it on.")


def test_an_address_is_made_of_the_title_and_stays_unique(app):
    assert articles.create(DRAFT).slug == "printer-is-offline"
    assert articles.create(DRAFT).slug == "printer-is-offline-2"


@pytest.mark.parametrize(
    ("title", "slug"), [("Füße & Köpfe", "fue-kopfe"), ("123", "article-123"), ("打印机", "article")]
)
def test_an_address_is_plain_ascii_and_never_a_number(title, slug):
    assert articles.slugify(title) == slug


def test_two_authors_saving_at_once_are_told_apart(app):
    article = articles.create(DRAFT)
    articles.edit(article.id, Draft(title="Mine", body="a"), revision=1)
    with pytest.raises(StaleArticle, match="Somebody else saved"):
        articles.edit(article.id, Draft(title="Yours", body="b"), revision=1)
    assert articles.find(article.id).title == "Mine"


@pytest.mark.parametrize(
    "draft", [Draft(title=" ", body=""), Draft(title="x" * 301, body=""), Draft(title="x", body="\0")]
)
def test_what_cannot_be_an_article_is_refused_with_a_sentence(app, draft):
    with pytest.raises(ArticleError, match=r"\.$"):
        articles.create(draft)


def test_a_body_of_five_megabytes_is_refused(app):
    with pytest.raises(ArticleError, match="Shorten"):
        articles.create(Draft(title="big", body="x" * 5_000_000))


def test_a_reader_gets_only_what_is_published_for_them(app):
    secret = articles.create(Draft(title="Gateway", body="", audience=Audience.SUPPORT), publish=True)
    draft = articles.create(DRAFT)
    assert articles.get(secret.slug, audience=Audience.SUPPORT).id == secret.id
    for reference in (secret.slug, secret.id, draft.slug, "nothing", 999_999, "99999999999999999999"):
        with pytest.raises(UnknownArticle):
            articles.get(reference, audience=Audience.EVERYONE)


def test_publishing_and_withdrawing_are_changes_others_can_follow(app):
    article = articles.create(DRAFT)
    first = article.change
    assert articles.publish(article.id).change > first
    assert articles.withdraw(article.id).state == State.WITHDRAWN


def test_a_category_is_made_when_first_named(app):
    assert (
        articles.create(Draft(title="a", body="", category="Mobile Phones")).category_slug == "mobile-phones"
    )
    assert [category.name for category in articles.categories()] == ["Mobile Phones"]


def test_scripts_handlers_and_strange_links_do_not_survive_rendering():
    html = text.render(
        '<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) <a href="data:x">b</a>'
        "\n\n![pic](https://example.com/p.png) [ok](https://example.com)"
    )
    assert "<script" not in html and "<img src=x" not in html and 'href="javascript' not in html
    assert "<img" not in html and 'href="https://example.com"' in html


def test_only_pictures_of_ours_are_shown_others_are_links():
    html = text.render(
        "![a screen](/pictures/7) ![theirs](https://example.com/p.png) ![x](/pictures/7/../../me)"
    )
    assert html.count("<img") == 1 and '<img src="/pictures/7" alt="a screen"' in html
    assert '<a href="https://example.com/p.png"' in html


@pytest.mark.parametrize(
    "body", ["", "# ", "```\nopen fence", "[" * 5_000, "> " * 2_000, "|a|\n|-|\n|" * 500, "\x00\ud7ff"]
)
def test_broken_markdown_renders_somehow(body):
    assert isinstance(text.render(body), str)
    assert isinstance(text.steps(body), tuple)
    assert isinstance(text.plain(body), str)


@pytest.mark.parametrize("unit", ["[", "[](", "<http://", "![x](", "*a ", "> ", "1. step\n"])
def test_a_megabyte_of_broken_markdown_holds_nobody_up(unit):
    body = unit * (1_000_000 // len(unit))
    with held_up_by_nothing():
        text.plain(body)
        text.steps(body)
        text.summarise(body)


def test_the_steps_of_the_fix_are_taken_not_the_symptoms():
    body = "## Symptoms\n\n- It blinks.\n\n## Fix\n\nBefore you start:\n\n1. Do *this*.\n   - detail\n2. Then `that`.\n"
    assert text.steps(body) == ("Do this.", "Then that.")


def test_without_a_list_the_first_paragraph_is_the_step():
    assert text.steps("Restart it.\n\nMore words.") == ("Restart it.",)


def test_an_empty_item_of_a_list_gives_no_step_and_stops_nothing(app):
    assert text.summarise("*\n\nWords.") == "Words."
    assert text.steps("## Fix\n1.\n\nGo.\n\n1. Open it.\n2. Close it.") == ("Open it.", "Close it.")


def test_plain_words_keep_codes_and_lose_marks_and_addresses():
    body = "See [the page](https://example.com/secret-path) for **0x80070005** in `snake_case`.\n\n## Next\n> quote"
    assert text.plain(body) == "See the page for  0x80070005  in  snake_case .\nNext\nquote"
