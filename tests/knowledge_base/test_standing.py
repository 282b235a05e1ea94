"""What came of offers moves an article, within bounds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline import clock
from firstline.db import db, write
from knowledge_base import articles, outcomes, standing
from knowledge_base.articles import Draft
from knowledge_base.contents import draft_of
from knowledge_base.index import Entry, Index
from knowledge_base.models import Attempt, Audience, Feedback
from knowledge_base.ranking import rank
from knowledge_base.search import search
from knowledge_base.standing import HIGHEST, LOWEST, SUNK, Verdict, shift
from knowledge_base.suggest import Suggestion, suggest

NOW = datetime(2026, 3, 2, tzinfo=UTC)
MANY = st.floats(min_value=0, max_value=10_000)


@given(MANY, MANY)
def test_the_shift_is_bounded(helped, failed):
    assert LOWEST <= shift(helped, failed) <= HIGHEST


@given(MANY, MANY, st.floats(min_value=0, max_value=100))
def test_one_more_help_never_lowers_and_one_more_failure_never_lifts(helped, failed, more):
    assert shift(helped + more, failed) >= shift(helped, failed) >= shift(helped, failed + more)


def test_nothing_said_moves_nothing():
    assert shift(0, 0) == 0
    assert standing.standing([], edited_at=NOW, now=NOW) == 0


def test_a_few_failures_move_little_and_eleven_people_sink_it():
    assert -0.6 < shift(0, 3) < 0
    assert shift(0, 10) > SUNK >= shift(0, 11)
    assert shift(1, 11) > SUNK


def test_a_failure_on_a_lower_place_counts_less():
    def at(rank):
        return standing.standing([Verdict(helped=False, said_at=NOW, rank=rank)] * 5, edited_at=NOW, now=NOW)

    assert at(1) < at(2) < at(3) < 0


def test_what_was_said_long_ago_or_of_an_older_text_counts_less():
    said = [Verdict(helped=False, said_at=NOW)] * 20
    fresh = standing.standing(said, edited_at=NOW, now=NOW)
    assert fresh == LOWEST
    assert standing.standing(said, edited_at=NOW, now=NOW + timedelta(days=300)) > SUNK
    assert standing.standing(said, edited_at=NOW + timedelta(seconds=1), now=NOW) > SUNK


@pytest.fixture
def offered(base, person, no_wait):
    """Offer the VPN article to somebody new and tell what they said."""
    people = iter(range(1_000))

    def offer(*, helped, by=None, article="vpn-drops"):
        one, who = base[article], by or person(f"person{next(people)}")
        shown = Suggestion(article_id=one.id, slug=one.slug, title=one.title, summary="", score=0.9)
        with write() as session:
            attempt = outcomes.record_attempt(
                session, [shown], words="vpn keeps disconnecting", channel="portal", person_id=who.id
            )
            if helped:
                outcomes.credit_attempt(session, attempt, article_id=one.id)
            elif helped is False:
                outcomes.went_on_attempt(session, attempt)
        return who

    return offer


def offered_now():
    standing.notice()
    return [fix.slug for fix in suggest("vpn keeps disconnecting", audience=Audience.EVERYONE)]


def test_what_never_helps_is_offered_no_longer_but_still_found(base, offered):
    assert "vpn-drops" in offered_now()
    for _ in range(11):
        offered(helped=False)
    assert "vpn-drops" not in offered_now()
    assert "vpn-drops" in [hit.slug for hit in search("vpn drops", audience=Audience.EVERYONE)]


def test_it_comes_back_when_it_is_edited(base, offered):
    for _ in range(11):
        offered(helped=False)
    assert "vpn-drops" not in offered_now()
    article = articles.find("vpn-drops")
    better = replace(draft_of(article), body="## Fix\n\n1. Use the new client.")
    articles.edit(article.id, better, revision=article.revision)
    assert "vpn-drops" in offered_now()


def test_it_comes_back_when_it_helps(base, offered):
    for _ in range(11):
        offered(helped=False)
    assert "vpn-drops" not in offered_now()
    offered(helped=True)
    assert "vpn-drops" in offered_now()


def test_silence_however_often_is_no_failure(base, offered):
    for _ in range(30):
        offered(helped=None)
    assert standing.standings(db.session()) == {}
    assert "vpn-drops" in offered_now()


def test_one_angry_person_cannot_sink_it(base, offered):
    erin = offered(helped=False)
    for _ in range(30):
        offered(helped=False, by=erin)
    assert standing.standings(db.session())[base["vpn-drops"].id] > -0.4


def test_what_a_lot_held_back_says_nothing_of_the_fix(base, offered):
    offered(helped=False)
    with write() as session:
        session.query(Attempt).update({"is_held_out": True})
    assert standing.standings(db.session()) == {}


def test_readers_of_the_page_are_heard_too(base, person):
    article_id, erin_id = base["vpn-drops"].id, person("erin").id
    with write() as session:
        session.add(
            Feedback(
                article_id=article_id,
                person_id=erin_id,
                revision=1,
                is_helpful=False,
                created_at=clock.now(),
            )
        )
    assert standing.standings(db.session())[base["vpn-drops"].id] < 0


def test_of_two_equal_articles_the_one_that_helped_comes_first(base, offered):
    twin = Draft(title="Scanner beeps twice", body="## Fix\n\n1. Clean the glass.")
    first, second = (articles.create(twin, publish=True) for _ in range(2))
    base["second"] = second
    assert [hit.article_id for hit in search("scanner beeps", audience=Audience.EVERYONE)][:2] == [
        first.id,
        second.id,
    ]
    offered(helped=True, article="second")
    standing.notice()
    assert search("scanner beeps", audience=Audience.EVERYONE)[0].article_id == second.id


def test_of_two_equal_articles_the_older_comes_first_however_they_were_read():
    index = Index()
    for key in (8, 7, 9):
        index.put(Entry(key=key, title="Scanner beeps twice", body="Clean the glass."))
    assert rank(index, "scanner beeps", None, for_support=False).keys.tolist() == [7, 8, 9]


def test_noticing_again_changes_nothing(base, offered):
    offered(helped=False)
    standing.notice()
    before = articles.find("vpn-drops").change
    standing.notice()
    db.session.rollback()
    assert articles.find("vpn-drops").change == before


def test_what_people_say_is_counted_and_what_they_say_instead_counts_in_its_place(base, offered):
    for helped in (False, False, True):
        offered(helped=helped)
    assert counts() == (1, 2)
    with write() as session:
        attempt = session.query(Attempt).order_by(Attempt.id).first()
        for _ in range(2):
            outcomes.credit_attempt(session, attempt, article_id=base["vpn-drops"].id)
    assert counts() == (2, 1)


def counts():
    article = articles.find("vpn-drops")
    return article.helped_count, article.failed_count
