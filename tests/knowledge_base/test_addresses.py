"""Addresses of articles: unique, plain, and the old ones lead on for good."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import articles
from knowledge_base.addresses import MAX_SLUG, slugify
from knowledge_base.articles import ArticleError, Draft
from knowledge_base.models import Audience

DRAFT = Draft(title="Printer is offline", body="Switch it on.")


@given(st.text(max_size=400))
def test_an_address_is_plain_whatever_the_title(title):
    slug = slugify(title)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) and len(slug) <= MAX_SLUG + len("article-")
    assert not slug.isdecimal() and slugify(slug) == slug


def move(article, address):
    return articles.edit(article.id, DRAFT, revision=article.revision, address=address)


def test_a_new_address_is_used_and_the_old_one_leads_to_it(app):
    article = articles.create(DRAFT, publish=True)
    move(article, "Printer offline?")
    move(article, "no-printing")
    for slug in ("printer-is-offline", "printer-offline", "no-printing"):
        found = articles.get(slug, audience=Audience.EVERYONE)
        assert (found.id, found.slug) == (article.id, "no-printing")


def test_an_article_may_go_back_to_an_address_it_had(app):
    article = articles.create(DRAFT)
    move(article, "other")
    move(article, "printer-is-offline")
    assert articles.find("other").slug == "printer-is-offline"


def test_an_address_that_belongs_or_belonged_to_another_is_refused(app):
    first = articles.create(DRAFT)
    move(first, "no-printing")
    second = articles.create(Draft(title="VPN", body="x"))
    for taken in ("no-printing", "printer-is-offline"):
        with pytest.raises(ArticleError, match="belongs to “Printer is offline”") as refused:
            articles.edit(second.id, Draft(title="VPN", body="new"), revision=1, address=taken)
        assert refused.value.field == "address"
    assert second.body == "x"


def test_a_new_article_never_takes_an_old_address(app):
    move(articles.create(DRAFT), "no-printing")
    assert articles.create(DRAFT).slug == "printer-is-offline-2"
