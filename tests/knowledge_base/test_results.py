"""A page of search results."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from firstline.db import write
from knowledge_base import articles, following, results
from knowledge_base.articles import Draft
from knowledge_base.models import Audience, Category

EVERYONE, SUPPORT = Audience.EVERYONE, Audience.SUPPORT


def slugs(found):
    return [result.slug for result in found.results]


def marks(pieces):
    return [piece.text for piece in pieces if piece.is_match]


def test_a_result_shows_the_fitting_passage_with_its_words_marked(base):
    first = results.find("printing queue restarts", audience=EVERYONE).results[0]
    assert first.slug == "printer-offline" and first.category == "printing"
    assert marks(first.title) == ["printer"] or marks(first.title) == []
    assert {"Restart", "print", "queue"} <= set(marks(first.excerpt))


def test_typing_errors_are_marked_as_what_was_meant(base):
    first = results.find("prinnter ofline", audience=EVERYONE).results[0]
    assert first.slug == "printer-offline" and "printer" in marks(first.title)


def test_what_only_support_reads_is_found_by_support_alone(base):
    assert "vpn-gateway" not in slugs(results.find("drain vpn gateway", audience=EVERYONE))
    assert "vpn-gateway" in slugs(results.find("drain vpn gateway", audience=SUPPORT))


def test_what_was_withdrawn_a_moment_ago_is_not_shown_though_the_index_has_it(base, monkeypatch):
    assert slugs(results.find("printer offline", audience=EVERYONE))
    monkeypatch.setattr(following, "LOOK_EVERY_S", 60.0)
    articles.withdraw(base["printer-offline"].id)
    assert "printer-offline" not in slugs(results.find("printer offline", audience=EVERYONE))


def test_results_are_narrowed_to_a_category_and_what_lies_below(base):
    with write() as session:
        session.add(Category(slug="vpn", name="VPN", parent_slug="network"))
    articles.create(Draft(title="VPN asks twice", body="VPN asks.", category="vpn"), publish=True)
    articles.create(Draft(title="VPN prints slowly", body="VPN.", category="printing"), publish=True)
    every = results.find("vpn", audience=EVERYONE)
    assert {(facet.slug, facet.count) for facet in every.facets} == {("network", 2), ("printing", 1)}
    narrow = results.find("vpn", audience=EVERYONE, category="network")
    assert set(slugs(narrow)) == {"vpn-drops", "vpn-asks-twice"} and narrow.count == 2
    assert slugs(results.find("vpn", audience=EVERYONE, category="no-such")) == []


def test_many_results_come_in_pages(app, no_wait, monkeypatch):
    monkeypatch.setattr(results, "PAGE", 2)
    for number in range(5):
        articles.create(Draft(title=f"Printer {number}", body="It prints."), publish=True)
    pages = [results.find("printer", audience=EVERYONE, page=page) for page in (1, 2, 3)]
    assert [page.more for page in pages] == [True, True, False]
    assert len({slug for page in pages for slug in slugs(page)}) == 5


def test_an_empty_base_finds_nothing(app, no_wait):
    assert results.find("printer", audience=EVERYONE).results == []


@pytest.mark.parametrize("words", ["打印机无法打印", "Принтер", "🖨️🔥", "\0\ud800", "%_'\"--", "x " * 500_000])
def test_any_words_give_results_or_none(base, words):
    assert results.find(words, audience=EVERYONE).count >= 0


@given(words=st.text(max_size=200), page=st.integers(-5, 10**6))
@example(words="a" * 1_000_000, page=1)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_words_break_a_page_of_results(base, words, page):
    for result in results.find(words, audience=EVERYONE, page=page).results:
        assert result.slug in base
