"""What people say of a fix before they report anything."""

from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents import selfhelp, unreported
from incidents.intake import Report, report
from incidents.models import Channel, Resolution, State
from knowledge_base import articles
from knowledge_base.articles import Draft
from knowledge_base.models import Article, Attempt, AttemptOutcome

WORDS = "vpn keeps disconnecting"


@pytest.fixture
def vpn(desk):
    draft = Draft(title="VPN keeps disconnecting", body="1. Restart the router.", keywords="vpn, drops")
    return articles.create(draft, publish=True)


@pytest.fixture
def toner(desk):
    return articles.create(Draft(title="The toner is low", body="1. Shake it."), publish=True)


@pytest.fixture
def erin(person):
    return person("erin")


def attempts():
    db.session.rollback()
    return db.session.query(Attempt).order_by(Attempt.id).all()


def helped(article):
    db.session.rollback()
    return db.session.get_one(Article, article.id).helped_count


def offers(attempt):
    return {offer.article_id: offer.helped for offer in attempt.offers}


def report_it(erin, words=WORDS, **more):
    return report(Report(requester_id=erin.id, description=words, channel=Channel.PORTAL, **more))


def test_this_solved_it_is_an_attempt_with_that_outcome_and_credits_the_fix(erin, vpn):
    assert unreported.answer(erin, WORDS, vpn, solved=True) is None
    (attempt,) = attempts()
    assert (attempt.outcome, attempt.channel, attempt.words) == (AttemptOutcome.SOLVED_SAID, "portal", WORDS)
    assert (attempt.person_id, attempt.incident_id) == (erin.id, None)
    assert offers(attempt) == {vpn.id: True} and helped(vpn) == 1
    assert unreported.is_solved(erin, WORDS, vpn)


def test_a_double_click_and_a_reload_count_once(erin, vpn):
    for words in (WORDS, WORDS, f"  {WORDS.upper()} "):
        unreported.answer(erin, words, vpn, solved=True)
    assert len(attempts()) == 1 and helped(vpn) == 1


def test_other_people_and_other_words_are_other_attempts(erin, person, vpn):
    unreported.answer(erin, WORDS, vpn, solved=True)
    unreported.answer(person("bob"), WORDS, vpn, solved=True)
    unreported.answer(erin, "vpn drops in the train", vpn, solved=True)
    assert len(attempts()) == 3 and helped(vpn) == 3


def test_the_same_trouble_some_days_later_is_another_attempt(erin, vpn):
    unreported.answer(erin, WORDS, vpn, solved=True)
    with write():
        attempts()[0].created_at = clock.now() - timedelta(days=4)
    assert not unreported.is_solved(erin, WORDS, vpn)
    unreported.answer(erin, WORDS, vpn, solved=True)
    assert len(attempts()) == 2 and helped(vpn) == 2


def test_a_fix_found_by_browsing_counts_beside_those_that_were_offered(erin, vpn, toner):
    unreported.answer(erin, WORDS, toner, solved=True)
    assert offers(attempts()[0]) == {vpn.id: None, toner.id: True}


def test_the_last_word_counts(erin, vpn):
    unreported.answer(erin, WORDS, vpn, solved=True)
    unreported.answer(erin, WORDS, vpn, solved=False)
    assert helped(vpn) == 0 and not unreported.is_solved(erin, WORDS, vpn)
    assert attempts()[0].outcome == AttemptOutcome.WENT_ON
    unreported.answer(erin, WORDS, vpn, solved=True)
    assert len(attempts()) == 1 and helped(vpn) == 1


def test_what_did_not_help_goes_along_into_the_report(erin, vpn):
    unreported.answer(erin, WORDS, vpn, solved=False)
    assert [article.id for article in unreported.tried(erin, WORDS)] == [vpn.id]
    incident = report_it(erin, f"{WORDS} since Monday, all day", asked=WORDS)
    selfhelp.offer_fixes(incident.id)
    (attempt,) = attempts()
    assert attempt.incident_id == incident.id and offers(attempt) == {vpn.id: False}
    assert db.session.get_one(type(incident), incident.id).state == State.QUEUED


def test_solved_after_all_resolves_what_was_reported_with_these_words(erin, vpn):
    unreported.answer(erin, WORDS, vpn, solved=False)
    incident = report_it(erin)
    found = unreported.answer(erin, WORDS, vpn, solved=True)
    assert found is not None and found.id == incident.id
    incident = db.session.get_one(type(incident), incident.id)
    assert (incident.state, incident.resolution) == (State.RESOLVED, Resolution.SELF_SERVICE)
    assert helped(vpn) == 1
    assert unreported.answer(erin, WORDS, vpn, solved=True) is None
    assert len(attempts()) == 1 and helped(vpn) == 1


def test_saying_again_that_it_does_not_help_leads_to_the_incident(erin, vpn):
    unreported.answer(erin, WORDS, vpn, solved=False)
    incident = report_it(erin)
    found = unreported.answer(erin, WORDS, vpn, solved=False)
    assert found is not None and found.id == incident.id and found.is_open


@pytest.mark.parametrize("words", ["a\0b", "打印机", "x" * 1_000_000])
def test_any_words_can_be_answered_for(erin, vpn, words):
    for _click in range(2):
        unreported.answer(erin, words, vpn, solved=True)
    assert len(attempts()) == 1 and unreported.is_solved(erin, words.replace("\0", " "), vpn)


def test_nothing_was_tried_where_nothing_was_typed(erin):
    assert unreported.tried(erin, " ") == []
