"""What readers say of an article."""

import pytest

from firstline import clock
from firstline.db import db, write
from knowledge_base import articles, feedback
from knowledge_base.contents import draft_of
from knowledge_base.errors import ArticleError
from knowledge_base.feedback import MAX_COMMENT, Reason
from knowledge_base.models import Article, Feedback


@pytest.fixture
def article(base):
    return base["vpn-drops"]


@pytest.fixture
def erin(person):
    return person("erin").id


def words(article):
    db.session.rollback()
    return db.session.query(Feedback).filter_by(article_id=article.id).all()


def test_the_last_word_of_a_person_counts(article, erin):
    feedback.say(article, person_id=erin, is_helpful=True)
    feedback.say(article, person_id=erin, is_helpful=False, reason=Reason.OUT_OF_DATE, comment=" old menu\0 ")
    (word,) = words(article)
    assert (word.is_helpful, word.reason, word.comment) == (False, "out_of_date", "old menu")
    feedback.say(article, person_id=erin, is_helpful=True, reason=Reason.OUT_OF_DATE)
    (word,) = words(article)
    assert (word.is_helpful, word.reason, word.comment) == (True, "", "")


def test_each_person_has_a_word_of_their_own(article, erin, person):
    feedback.say(article, person_id=erin, is_helpful=True)
    feedback.say(article, person_id=person("bob").id, is_helpful=False)
    assert len(words(article)) == 2


def test_a_word_is_about_the_article_as_it_stood(article, erin):
    feedback.say(article, person_id=erin, is_helpful=False)
    assert feedback.word_of(article, erin) is not None
    draft = draft_of(article)
    articles.edit(article.id, type(draft)(title="VPN, rewritten", body="New."), revision=article.revision)
    changed = db.session.get_one(Article, article.id)
    assert feedback.word_of(changed, erin) is None
    feedback.say(changed, person_id=erin, is_helpful=True)
    (word,) = words(article)
    assert word.revision == changed.revision


def test_a_settled_word_is_open_again_once_it_changes(article, erin):
    feedback.say(article, person_id=erin, is_helpful=False)
    with write() as session:
        session.query(Feedback).one().settled_at = clock.now()
    feedback.say(article, person_id=erin, is_helpful=False, reason=Reason.DID_NOT_WORK)
    assert words(article)[0].settled_at is None


@pytest.mark.parametrize(
    ("given", "field"),
    [({"reason": "whatever"}, "reason"), ({"comment": "x" * (MAX_COMMENT + 1)}, "comment")],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(article, erin, given, field):
    with pytest.raises(ArticleError) as refusal:
        feedback.say(article, person_id=erin, is_helpful=False, **given)
    assert refusal.value.field == field and str(refusal.value).endswith(".")
    assert words(article) == []
