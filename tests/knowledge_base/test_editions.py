"""Versions of articles, and changes that wait for a reviewer."""

import json

import pytest

from firstline.db import write
from knowledge_base import articles, editions
from knowledge_base.articles import ArticleError, Draft, StaleArticle, UnknownArticle
from knowledge_base.contents import draft_of
from knowledge_base.errors import ReviewersOnly
from knowledge_base.importing import import_jsonl
from knowledge_base.models import Article, Audience, Edition, State
from knowledge_base.states import Hand

FIRST = Draft(title="Printer is offline", body="Switch it on.", keywords="printer")
SECOND = Draft(title="Printer is offline", body="Switch it off and on.", symptoms="Nothing prints.")


def said(article):
    return [(edition.revision, editions.words_of(edition).body) for edition in editions.history(article)]


def test_every_save_is_a_version_with_who_and_why(app, person):
    erin, tess = person("erin"), person("tess")
    article = articles.create(FIRST, author_id=erin.id)
    articles.edit(article.id, SECOND, revision=1, editor_id=tess.id, note=" off first ")
    newest, oldest = editions.history(article)
    assert (newest.editor_id, newest.note, oldest.editor_id) == (tess.id, "off first", erin.id)
    assert said(article) == [(2, "Switch it off and on."), (1, "Switch it on.")]


def test_a_version_holds_everything_the_article_said(app):
    article = articles.create(FIRST)
    assert editions.words_of(editions.history(article)[0]) == draft_of(article)


def test_what_was_there_before_versions_were_kept_is_kept_at_the_first_change(app):
    article = _older_article()
    assert said(article) == [(1, "Old words.")]
    assert Edition.query.count() == 0
    articles.edit(article.id, SECOND, revision=1)
    assert said(article) == [(2, "Switch it off and on."), (1, "Old words.")]


def _older_article():
    with write() as session:
        article = Article(slug="older", title="Older", body="Old words.", state=State.PUBLISHED)
        session.add(article)
    return article


def test_an_import_that_changes_an_article_keeps_what_it_said(app):
    for body in ("Old.", "New.", "Newer."):
        import_jsonl([json.dumps({"id": "kb1", "title": "Printer", "body": body})])
    assert said(articles.find("kb1")) == [(3, "Newer."), (2, "New."), (1, "Old.")]


def test_the_same_content_again_is_no_new_version(app):
    article = articles.create(FIRST)
    before = article.change
    articles.edit(article.id, FIRST, revision=1)
    assert article.revision == 1 and article.change > before


def test_going_back_makes_a_new_version_and_keeps_who_may_read(app):
    article = articles.create(FIRST)
    hidden = Draft(title="Printer", body="Ask Omar.", audience=Audience.SUPPORT)
    articles.edit(article.id, hidden, revision=1)
    articles.restore(article.id, back_to=1, revision=2)
    assert (article.body, article.title, article.audience) == (FIRST.body, FIRST.title, Audience.SUPPORT)
    assert [edition.revision for edition in editions.history(article)] == [3, 2, 1]
    assert editions.history(article)[0].note == "Back to version 1"


def test_going_back_over_somebody_elses_words_is_refused(app):
    article = articles.create(FIRST)
    articles.edit(article.id, SECOND, revision=1)
    with pytest.raises(StaleArticle):
        articles.restore(article.id, back_to=1, revision=1)
    with pytest.raises(UnknownArticle, match="no such version"):
        articles.restore(article.id, back_to=7, revision=2)


def test_a_version_of_an_older_firstline_is_still_read(app):
    assert editions.from_json({"title": "a", "body": "b"}) == Draft(title="a", body="b")


@pytest.fixture
def published(app):
    return articles.create(FIRST, publish=True)


def test_a_proposal_changes_nothing_until_it_is_accepted(published, person):
    tess = person("tess")
    proposal = articles.propose(published.id, SECOND, revision=1, editor_id=tess.id, note="clearer")
    assert published.body == FIRST.body and [one.revision for one in editions.proposals()] == [-1]
    articles.accept(published.id, proposal.revision)
    assert (published.body, published.revision, editions.proposals(published.id)) == (SECOND.body, 2, [])
    newest = editions.history(published)[0]
    assert (newest.editor_id, newest.note) == (tess.id, "clearer")


def test_a_proposal_for_an_older_version_is_not_accepted_blindly(published):
    articles.propose(published.id, SECOND, revision=1, editor_id=None)
    articles.edit(published.id, Draft(title="Other", body="Other."), revision=1)
    with pytest.raises(StaleArticle, match="Open the proposal in the editor"):
        articles.accept(published.id, -1)
    articles.dismiss(published.id, -1)
    assert editions.proposals() == []


def test_proposals_are_numbered_apart_and_decided_once(published):
    for body in ("One.", "Two."):
        articles.propose(published.id, Draft(title="Printer", body=body), revision=1, editor_id=None)
    assert [one.revision for one in editions.proposals(published.id)] == [-1, -2]
    articles.dismiss(published.id, -1)
    with pytest.raises(UnknownArticle, match="decided already"):
        articles.accept(published.id, -1)
    with pytest.raises(UnknownArticle):
        articles.dismiss(published.id, 1)
    assert editions.history(published)[-1].revision == 1


def test_a_proposal_must_change_something_and_start_from_what_is_there(published):
    with pytest.raises(ArticleError, match="changed nothing"):
        articles.propose(published.id, FIRST, revision=1, editor_id=None)
    with pytest.raises(StaleArticle):
        articles.propose(published.id, SECOND, revision=9, editor_id=None)


def test_drafters_do_not_change_what_people_read(published):
    with pytest.raises(ReviewersOnly, match="propose yours"):
        articles.edit(published.id, SECOND, revision=1, hand=Hand.DRAFTER)
    articles.withdraw(published.id)
    with pytest.raises(ReviewersOnly, match="withdrawn"):
        articles.edit(published.id, SECOND, revision=1, hand=Hand.DRAFTER)
