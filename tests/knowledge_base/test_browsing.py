"""Looking through the known fixes."""

from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from knowledge_base import articles, browsing, outcomes
from knowledge_base.articles import Draft
from knowledge_base.browsing import UNSORTED
from knowledge_base.models import Article, Audience, Category
from knowledge_base.suggest import Suggestion

EVERYONE, SUPPORT = Audience.EVERYONE, Audience.SUPPORT


@pytest.fixture
def shelved(base):
    with write() as session:
        session.get_one(Category, "network").position = 1
        session.add(Category(slug="vpn", name="VPN", parent_slug="network"))
        session.flush()
        session.get_one(Article, base["vpn-gateway"].id).category_slug = "vpn"
        session.get_one(Article, base["access-denied"].id).category_slug = "vpn"
    return base


def shape(shelves):
    return [(shelf.slug, shelf.count, [(one.slug, one.count) for one in shelf.below]) for shelf in shelves]


def helped(article, *, days_ago, times=1):
    shown = [Suggestion(article_id=article.id, slug=article.slug, title="", summary="", score=1)]
    for _time in range(times):
        with write() as session:
            attempt = outcomes.record_attempt(session, shown, words="x", channel="portal")
            attempt.created_at = clock.now() - timedelta(days=days_ago)
            outcomes.credit_attempt(session, attempt, article_id=article.id)


def test_shelves_count_what_the_reader_may_read_with_what_lies_below(shelved):
    assert shape(browsing.shelves(audience=EVERYONE)) == [
        ("printing", 1, []),
        ("network", 2, [("vpn", 1)]),
        (UNSORTED, 1, []),
    ]
    assert ("network", 3, [("vpn", 2)]) in shape(browsing.shelves(audience=SUPPORT))


def test_a_shelf_without_anything_for_the_reader_is_not_shown(shelved):
    for slug in ("access-denied", "password-forgotten"):
        articles.withdraw(shelved[slug].id)
    assert shape(browsing.shelves(audience=EVERYONE)) == [("printing", 1, []), ("network", 1, [])]


def test_a_shelf_holds_what_lies_below_and_nothing_that_only_support_reads(shelved):
    def slugs(category, audience=EVERYONE):
        return {article.slug for article in browsing.leaf(audience=audience, category=category).articles}

    assert slugs("network") == {"vpn-drops", "access-denied"}
    assert slugs("vpn") == {"access-denied"}
    assert slugs("vpn", SUPPORT) == {"access-denied", "vpn-gateway"}
    assert slugs(UNSORTED) == {"password-forgotten"}
    assert slugs("no-such") == set()


def test_a_long_shelf_comes_in_pages(app, monkeypatch):
    monkeypatch.setattr(browsing, "PAGE", 2)
    for number in range(5):
        articles.create(Draft(title=f"Fix {number}", body="x", category="a"), publish=True)
    leaves = [browsing.leaf(audience=EVERYONE, category="a", page=page) for page in (1, 2, 3, 4)]
    assert [len(leaf.articles) for leaf in leaves] == [2, 2, 1, 0]
    assert [leaf.more for leaf in leaves] == [True, True, False, False]
    titles = [article.title for leaf in leaves for article in leaf.articles]
    assert titles == [f"Fix {number}" for number in range(5)]


def test_what_helped_lately_is_popular_before_what_helped_long_ago(base):
    helped(base["printer-offline"], days_ago=40, times=5)
    helped(base["vpn-drops"], days_ago=1)
    helped(base["password-forgotten"], days_ago=3, times=2)
    helped(base["vpn-gateway"], days_ago=1, times=9)
    found = [article.slug for article in browsing.popular_now(audience=EVERYONE, limit=6)]
    assert found == ["password-forgotten", "vpn-drops", "printer-offline"]
    assert [a.slug for a in browsing.popular_now(audience=EVERYONE, limit=1)] == ["password-forgotten"]
    assert browsing.popular_now(audience=SUPPORT, limit=1)[0].slug == "vpn-gateway"


def test_what_was_never_said_to_help_is_not_popular(base):
    assert browsing.popular_now(audience=EVERYONE, limit=6) == []


def test_what_was_written_or_changed_last_comes_first(base):
    with write() as session:
        old = session.get_one(Article, base["vpn-drops"].id)
        old.updated_at = old.created_at = clock.now() - timedelta(days=20)
    slugs = [article.slug for article in browsing.changed_lately(audience=EVERYONE, limit=9)]
    assert slugs[-1] == "vpn-drops" and "vpn-gateway" not in slugs
    assert browsing.is_new(base["printer-offline"])
    assert not browsing.is_new(db.session.get_one(Article, base["vpn-drops"].id))
