"""Where articles stand, who may move them, and dates of looking them over."""

from datetime import UTC, datetime, timedelta

import pytest

from firstline import clock
from knowledge_base import articles, catalogue, states
from knowledge_base.articles import ArticleError, Draft
from knowledge_base.catalogue import Wanted
from knowledge_base.contents import whole_text
from knowledge_base.errors import ReviewersOnly, Withdrawn, WrongState
from knowledge_base.models import Audience, State
from knowledge_base.states import Hand

DRAFT = Draft(title="Printer is offline", body="Switch it on.")
MAY_MOVE = {
    # from: (a drafter to, a reviewer to)
    State.DRAFT: ({State.REVIEW}, {State.REVIEW, State.PUBLISHED, State.WITHDRAWN}),
    State.REVIEW: ({State.DRAFT}, {State.DRAFT, State.PUBLISHED, State.WITHDRAWN}),
    State.PUBLISHED: (set(), {State.WITHDRAWN}),
    State.WITHDRAWN: (set(), {State.DRAFT, State.PUBLISHED}),
}


def article_in(state):
    article = articles.create(DRAFT)
    article.state = state
    articles.db.session.commit()
    return article


@pytest.mark.parametrize("hand", list(Hand))
@pytest.mark.parametrize("start", list(State))
def test_each_hand_moves_articles_exactly_as_the_table_says(app, start, hand):
    allowed = MAY_MOVE[start][hand == Hand.REVIEWER]
    for to in State:
        article = article_in(start)
        assert states.ways(article, hand) == allowed
        if to in allowed or to == start:
            assert articles.move(article.id, to, hand=hand).state == to
        else:
            with pytest.raises((ReviewersOnly, WrongState), match=r"\.$"):
                articles.move(article.id, to, hand=hand)
            assert article.state == start


def test_who_opens_a_withdrawn_article_is_told_so_and_what_it_was(app):
    article = articles.create(DRAFT, publish=True)
    articles.withdraw(article.id)
    with pytest.raises(Withdrawn, match="no longer offered") as told:
        articles.get(article.slug, audience=Audience.EVERYONE)
    assert told.value.article.id == article.id


def test_nobody_learns_of_a_withdrawn_article_that_was_not_for_them(app):
    secret = articles.create(Draft(title="Gateway", body="x", audience=Audience.SUPPORT), publish=True)
    articles.withdraw(secret.id)
    with pytest.raises(articles.UnknownArticle) as told:
        articles.get(secret.slug, audience=Audience.EVERYONE)
    assert not isinstance(told.value, Withdrawn)


def test_an_article_is_looked_over_in_a_year_unless_told_otherwise(app):
    article = articles.create(DRAFT)
    assert timedelta(days=364) < article.review_at - clock.now() < timedelta(days=366)
    soon = clock.now() + timedelta(days=30)
    articles.edit(article.id, Draft(title="a", body="b", review_at=soon), revision=1)
    articles.edit(article.id, Draft(title="a", body="c"), revision=2)
    assert article.review_at == soon


@pytest.mark.parametrize(
    ("day", "sentence"),
    [(datetime(2020, 1, 1, tzinfo=UTC), "in the future"), (datetime(9999, 12, 31, tzinfo=UTC), "ten years")],
)
def test_a_review_date_that_makes_no_sense_is_refused(app, day, sentence):
    with pytest.raises(ArticleError, match=sentence) as refused:
        articles.create(Draft(title="a", body="b", review_at=day))
    assert refused.value.field == "review_at"


def test_an_overdue_article_can_be_edited_without_choosing_a_new_date(app, monkeypatch):
    article = articles.create(DRAFT, publish=True)
    later = clock.now() + timedelta(days=400)
    monkeypatch.setattr(clock, "now", lambda: later)
    known = Draft(title="a", body="b", review_at=article.review_at)
    assert articles.edit(article.id, known, revision=1).revision == 2


def test_the_catalogue_filters_by_everything_an_author_asks_for(app, person, monkeypatch):
    erin = person("erin")
    mine = articles.create(Draft(title="Toner", body="x", owner_id=erin.id, category="Print"), publish=True)
    other = articles.create(Draft(title="VPN", body="x", symptoms="tunnel drops"))
    articles.propose(mine.id, Draft(title="Toner", body="y"), revision=1, editor_id=None)
    asked = {
        Wanted(): {mine.id, other.id},
        Wanted(words="TUNNEL"): {other.id},
        Wanted(words="tunnel toner"): set(),
        Wanted(state="draft"): {other.id},
        Wanted(category="print"): {mine.id},
        Wanted(owner_id=erin.id): {mine.id},
        Wanted(is_proposed=True): {mine.id},
        Wanted(is_overdue=True): set(),
    }
    for wanted, found in asked.items():
        assert {article.id for article in catalogue.browse(wanted).articles} == found, wanted
    later = clock.now() + timedelta(days=400)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert [article.id for article in catalogue.browse(Wanted(is_overdue=True)).articles] == [mine.id]
    assert catalogue.count_overdue() == 1 and catalogue.proposed_ids() == {mine.id}


def test_all_words_of_an_article_are_searched(app):
    article = articles.create(Draft(title="a", symptoms="It *beeps*.", body="1. Open", cause="Dust"))
    assert whole_text(article) == "It  beeps .\n1. Open\nDust"
