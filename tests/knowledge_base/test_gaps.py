"""Reports that no article answers are gathered, named and answered."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from firstline import clock, jobs
from firstline.db import db, write
from incidents import MODELS
from knowledge_base import articles, gap_list, gaps, indexing, naming, outcomes
from knowledge_base.articles import Draft
from knowledge_base.contents import draft_of
from knowledge_base.gap_list import Trend
from knowledge_base.models import Attempt, AttemptOutcome, Gap
from knowledge_base.naming import Said
from knowledge_base.suggest import Suggestion

BADGE = "badge reader at the garage entrance blinks red"


@pytest.fixture
def told(base, encoder, person):
    """An attempt of somebody: no fix was found, or those named all failed."""
    people = {}

    def tell(words, *, by="erin", failed=(), days_ago=0, category="", **more):
        who = people.setdefault(by, person(by) if by not in people else None)
        fixes = [base[slug] for slug in failed]
        shown = [
            Suggestion(article_id=one.id, slug=one.slug, title=one.title, summary="", score=0.5)
            for one in fixes
        ]
        with write() as session:
            attempt = outcomes.record_attempt(
                session, shown, words=words, channel="portal", person_id=who.id, category=category, **more
            )
            if failed:
                outcomes.went_on_attempt(session, attempt)
            attempt.created_at = clock.now() - timedelta(days=days_ago)
        return attempt.id

    return tell


def listed():
    gaps.gather()
    return gap_list.needs()


def test_reports_of_one_trouble_by_several_people_are_one_named_gap(told):
    told(BADGE, category="access")
    told("the badge reader by the garage blinks red again", by="bob", category="access")
    told("coffee machine in the kitchen leaks water", by="carla")
    (need,) = listed()
    assert (need.reports, need.people, need.category) == (2, 2, "access")
    assert need.title == "Badge reader garage blinks red"


def test_one_person_reporting_again_and_again_names_nothing(told):
    for _ in range(3):
        told(BADGE)
    assert listed() == []
    assert db.session.scalars(select(Gap.reports)).all() == [3]


def test_words_of_only_one_person_are_in_no_name(told, monkeypatch):
    monkeypatch.setattr(gaps, "NEAR", 0.3)
    told(BADGE + " for Kirstenbosch, k.bosch@example.com")
    told(BADGE + ", phone 555 0199", by="bob")
    (need,) = listed()
    article = gap_list.start_article(need.gap_id, author_id=None)
    for secret in ("kirstenbosch", "bosch", "example", "555", "phone"):
        assert secret not in f"{need.title} {article.title} {article.symptoms} {article.body}".lower()


def test_fixes_that_all_failed_make_a_gap_and_one_that_may_have_helped_does_not(told):
    told("vpn certificate is not trusted", failed=["vpn-drops"])
    told("the vpn certificate is not trusted", by="bob", failed=["vpn-drops"])
    (need,) = listed()
    assert need.reports == 2
    with write() as session:
        attempt = session.scalars(select(Attempt).order_by(Attempt.id)).first()
        outcomes.credit_attempt(session, attempt, article_id=attempt.offers[0].article_id)
    assert listed() == []


@pytest.mark.parametrize("outcome", [AttemptOutcome.SOLVED_SAID, AttemptOutcome.ABANDONED])
def test_who_solved_it_or_left_needs_no_article(told, outcome):
    told(BADGE)
    attempt_id = told(BADGE, by="bob")
    assert len(listed()) == 1
    with write() as session:
        session.get(Attempt, attempt_id).outcome = outcome
    assert listed() == []


def test_those_who_were_shown_nothing_by_lot_are_no_gap(told):
    for name in ("erin", "bob"):
        told(BADGE, by=name, is_held_out=True)
    assert listed() == []


def test_gathering_again_changes_nothing(told):
    for name in ("erin", "bob", "carla"):
        told(BADGE, by=name)
    first, second = listed(), listed()
    assert first == second


def test_what_is_too_old_leaves_its_gap_and_an_empty_gap_goes(told):
    told(BADGE, days_ago=89)
    told(BADGE, by="bob", days_ago=89)
    assert len(listed()) == 1
    with write() as session:
        for attempt in session.scalars(select(Attempt)):
            attempt.created_at -= timedelta(days=2)
    assert listed() == []
    assert db.session.scalars(select(Gap)).all() == []


def test_gaps_that_come_to_mean_the_same_become_the_older_one(told, monkeypatch):
    monkeypatch.setattr(gaps, "NEAR", 0.999)
    told(BADGE)
    told(BADGE + " loudly", by="bob")
    monkeypatch.setattr(gaps, "SAME", 1.1)
    gaps.gather()
    assert len(db.session.scalars(select(Gap)).all()) == 2
    monkeypatch.setattr(gaps, "SAME", 0.75)
    told(BADGE, by="carla")
    (need,) = listed()
    assert (need.gap_id, need.reports, need.people) == (1, 3, 3)


def test_a_published_article_that_answers_it_closes_the_gap(told):
    told(BADGE)
    told(BADGE, by="bob")
    assert len(listed()) == 1
    articles.create(Draft(title=BADGE.capitalize(), body=f"## Symptoms\n- {BADGE}"), publish=True)
    indexing.index_articles()
    assert listed() == []


def test_where_fixes_failed_only_a_changed_article_closes_the_gap(told):
    words = "vpn certificate is not trusted"
    told(words, failed=["vpn-drops"])
    told(words, by="bob", failed=["vpn-drops"])
    indexing.index_articles()
    assert len(listed()) == 1
    article = articles.find("vpn-drops")
    better = replace(draft_of(article), title=words.capitalize(), symptoms=words)
    articles.edit(article.id, better, revision=article.revision)
    indexing.index_articles()
    assert listed() == []


def test_one_click_starts_its_article_and_publishing_that_closes_the_gap(told):
    told(BADGE, category="access")
    told(BADGE, by="bob")
    (need,) = listed()
    article = gap_list.start_article(need.gap_id, author_id=None)
    assert (article.title, article.category_slug) == (need.title, "access")
    assert "garage" in article.symptoms
    assert gap_list.start_article(need.gap_id, author_id=None).id == article.id
    assert listed()[0].draft.id == article.id
    articles.publish(article.id)
    assert listed() == []


def test_what_is_put_aside_stays_away_until_more_report_it(told):
    told(BADGE)
    told(BADGE, by="bob")
    (need,) = listed()
    gap_list.dismiss(need.gap_id)
    assert listed() == []
    assert [aside.gap_id for aside in gap_list.put_aside()] == [need.gap_id]
    for name in ("carla", "dan", "eve"):
        told(BADGE, by=name)
    assert len(listed()) == 1
    gap_list.dismiss(need.gap_id)
    gap_list.bring_back(need.gap_id)
    assert len(listed()) == 1 and gap_list.put_aside() == []


def test_the_trend_compares_two_weeks_with_the_two_before(told):
    told(BADGE, days_ago=20)
    told(BADGE, by="bob", days_ago=20)
    assert listed()[0].trend == Trend.FALLING
    for name in ("carla", "dan", "eve"):
        told(BADGE, by=name)
    (need,) = listed()
    assert (need.trend, need.recent) == (Trend.RISING, 3)


def test_another_model_gathers_anew_and_keeps_what_authors_decided(told, encoder):
    told(BADGE)
    told(BADGE, by="bob")
    (need,) = listed()
    article = gap_list.start_article(need.gap_id, author_id=None)
    encoder.identity = "newer"
    (again,) = listed()
    assert (again.gap_id, again.draft.id, again.reports) == (need.gap_id, article.id, 2)


def test_without_a_model_nothing_is_gathered(told, monkeypatch):
    monkeypatch.setattr(gaps, "try_report_encoder", lambda folder: (None, "no model"))
    told(BADGE)
    told(BADGE, by="bob")
    assert listed() == []


def test_a_gap_that_is_gone_says_so(base):
    with pytest.raises(gap_list.UnknownGap, match="Look at the list again"):
        gap_list.dismiss(99)


def test_words_everybody_writes_name_nothing():
    everyday = [f"hello team the printer on floor {thing} smells" for thing in "abc"]
    rarity = naming.rarity_among([*everyday, *["laptop hums on my desk"] * 9])
    said = [Said(who, words) for who, words in enumerate(everyday)]
    shared = naming.shared_words(said, rarity=rarity)
    assert "hello" not in shared and shared[:1] == ["floor"]
    assert naming.title_of(shared, said) == "Team printer floor smells"


def test_abbreviations_keep_their_capitals():
    said = [Said("erin", "SAP user locked"), Said("bob", "My SAP user is locked, Locked!")]
    shared = naming.shared_words(said, rarity=lambda term: 1.0)
    assert naming.title_of(shared, said) == "SAP user locked"


def test_every_module_with_work_for_the_worker_is_one_it_loads(app):
    at_work = {task.__module__ for _period, task in jobs.sweeps()}
    assert {name for name in at_work if name.startswith("knowledge_base.")} <= set(MODELS)
