"""What was offered, and what is made of the answer."""

import pytest

from firstline.db import db, write
from knowledge_base import outcomes
from knowledge_base.models import Article, Attempt, AttemptOutcome
from knowledge_base.suggest import Suggestion


def shown(article, score=0.9):
    return Suggestion(
        article_id=article.id, slug=article.slug, title=article.title, summary=article.summary, score=score
    )


@pytest.fixture
def attempt_id(base):
    with write() as session:
        attempt = outcomes.record_attempt(
            session,
            [shown(base["vpn-drops"]), shown(base["printer-offline"], 0.2)],
            words="vpn drops",
            channel="portal",
        )
    return attempt.id


def attempt(attempt_id):
    return db.session.get(Attempt, attempt_id)


def counts(base, slug):
    article = db.session.get(Article, base[slug].id)
    return article.offered_count, article.helped_count


def test_what_is_shown_is_counted_as_offered(base, attempt_id):
    assert [offer.rank for offer in attempt(attempt_id).offers] == [1, 2]
    assert counts(base, "vpn-drops") == (1, 0)
    assert counts(base, "password-forgotten") == (0, 0)


def test_silence_is_no_outcome(base, attempt_id):
    assert attempt(attempt_id).outcome == AttemptOutcome.NONE
    assert attempt(attempt_id).decided_at is None


def test_saying_it_twice_credits_the_article_once(base, attempt_id):
    for _ in range(2):
        with write() as session:
            outcomes.credit_attempt(
                session, session.get(Attempt, attempt_id), article_id=base["vpn-drops"].id
            )
    assert attempt(attempt_id).outcome == AttemptOutcome.SOLVED_SAID
    assert counts(base, "vpn-drops") == (1, 1)
    assert [offer.helped for offer in attempt(attempt_id).offers] == [True, None]


def test_solved_without_saying_by_what_credits_no_article(base, attempt_id):
    with write() as session:
        outcomes.credit_attempt(session, session.get(Attempt, attempt_id))
    assert attempt(attempt_id).outcome == AttemptOutcome.SOLVED_SAID
    assert counts(base, "vpn-drops") == (1, 0)


def test_needing_help_after_all_takes_the_credit_back(base, attempt_id):
    with write() as session:
        outcomes.credit_attempt(session, session.get(Attempt, attempt_id), article_id=base["vpn-drops"].id)
    with write() as session:
        outcomes.went_on_attempt(session, session.get(Attempt, attempt_id))
    assert attempt(attempt_id).outcome == AttemptOutcome.WENT_ON
    assert counts(base, "vpn-drops") == (1, 0)
    assert [offer.helped for offer in attempt(attempt_id).offers] == [False, False]


def test_an_attempt_without_a_fitting_fix_is_kept_as_a_gap(base):
    with write() as session:
        made = outcomes.record_attempt(session, [], words="the coffee machine", channel="bot")
    assert attempt(made.id).offers == []


def fail_after_crediting(base, attempt_id):
    with write() as session:
        outcomes.credit_attempt(session, session.get(Attempt, attempt_id), article_id=base["vpn-drops"].id)
        raise RuntimeError("the incident's own change failed")


def test_a_refused_change_of_the_caller_leaves_no_outcome(base, attempt_id):
    with pytest.raises(RuntimeError):
        fail_after_crediting(base, attempt_id)
    assert attempt(attempt_id).outcome == AttemptOutcome.NONE
    assert counts(base, "vpn-drops") == (1, 0)
