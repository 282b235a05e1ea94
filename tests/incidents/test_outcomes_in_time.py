"""One attempt a description, and what time and later answers make of it."""

from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents import followup, selfhelp, selfservice
from incidents.classification import reclassify
from incidents.intake import Report, report
from incidents.lifecycle import Change, change, take
from incidents.models import Channel, Resolution, State
from incidents.people import Role
from incidents.reports import facts, verifying
from incidents.selfservice import Wanted
from incidents.topics import Told, is_same
from incidents.unanswered import mark_unanswered
from knowledge_base import articles
from knowledge_base.articles import Draft
from knowledge_base.models import Attempt, AttemptOutcome

WORDS = "vpn keeps disconnecting"
HALF_AN_HOUR = timedelta(minutes=31)
THREE_DAYS = timedelta(hours=73)


@pytest.fixture
def fix(desk):
    body = "## Fix\n\n1. Restart the router."
    return articles.create(
        Draft(title="VPN keeps disconnecting", body=body, keywords="vpn, drops", service="vpn"), publish=True
    )


@pytest.fixture
def erin(person, fix):
    return person("erin")


@pytest.fixture
def clock_stopped(app):
    with clock.freeze(clock.now()):
        yield


@pytest.fixture
def told(erin, clock_stopped):
    """Erin reports and is offered what is known; returns the incident."""

    def tell(words=WORDS, channel=Channel.PORTAL, **more):
        incident = report(Report(requester_id=erin.id, description=words, channel=channel, **more))
        selfhelp.offer_fixes(incident.id)
        return incident

    return tell


def ask(who, words=WORDS):
    found = selfhelp.suggest.suggest(words, audience="everyone")
    return selfhelp.show_fixes(who, words, found, channel=Channel.CHAT)


def attempts():
    db.session.rollback()
    return db.session.query(Attempt).order_by(Attempt.id).all()


def outcome():
    (attempt,) = attempts()
    return attempt.outcome


def after(time):
    clock.advance(time)
    return mark_unanswered()


def measured():
    return selfservice.measure(
        Wanted(since=clock.now() - timedelta(days=60), until=clock.now() + timedelta(days=1))
    )


@pytest.mark.parametrize("channel", [Channel.PORTAL, Channel.CHAT, Channel.MAIL, Channel.API, Channel.PHONE])
def test_an_attempt_knows_its_channel_its_person_its_category_and_what_was_shown(told, fix, erin, channel):
    incident = told(channel=channel)
    (attempt,) = attempts()
    assert (attempt.channel, attempt.person_id, attempt.category_slug) == (
        channel,
        erin.id,
        incident.category,
    )
    assert [offer.article_id for offer in attempt.offers] == [fix.id]


def test_silence_within_the_self_help_time_is_silent_and_marked_once(told):
    told()
    assert after(timedelta(minutes=29)) == 0
    assert (after(HALF_AN_HOUR), outcome()) == (1, AttemptOutcome.SILENT)
    assert after(HALF_AN_HOUR) == 0


def test_a_later_answer_replaces_silence(told, erin, fix):
    incident = told()
    after(HALF_AN_HOUR)
    selfhelp.tell_outcome(incident.id, by=erin, solved=True, article_id=fix.id)
    assert outcome() == AttemptOutcome.SOLVED_SAID
    assert (after(HALF_AN_HOUR), outcome()) == (0, AttemptOutcome.SOLVED_SAID)


def test_taken_back_without_a_word_is_left(told, erin):
    change(told().id, Change(to=State.CANCELLED), by=erin)
    assert outcome() == AttemptOutcome.ABANDONED


def test_solved_after_support_took_it_up_is_credited_only_to_a_fix_that_is_named(told, erin, person, fix):
    incident, tess = told(), person("tess", Role.AGENT)
    take(incident.id, by=tess)
    selfhelp.tell_outcome(incident.id, by=erin, solved=True)
    assert (incident.resolution, outcome()) == (Resolution.SELF_SERVICE, AttemptOutcome.WENT_ON)
    assert attempts()[0].offers[0].helped is None


def test_a_fix_named_after_support_took_it_up_counts(told, erin, person, fix):
    incident, tess = told(), person("tess", Role.AGENT)
    take(incident.id, by=tess)
    selfhelp.tell_outcome(incident.id, by=erin, solved=True, article_id=fix.id)
    assert outcome() == AttemptOutcome.SOLVED_SAID


def test_a_question_nobody_answered_is_left_after_three_days(erin, clock_stopped):
    ask(erin)
    assert (after(timedelta(hours=71)), outcome()) == (0, AttemptOutcome.NONE)
    assert (after(THREE_DAYS), outcome()) == (1, AttemptOutcome.ABANDONED)


def test_a_question_reported_in_other_words_went_on(erin, told):
    ask(erin)
    told("the vpn tunnel is gone again and again", channel=Channel.PORTAL)
    after(THREE_DAYS)
    assert attempts()[0].outcome == AttemptOutcome.WENT_ON


def test_a_question_asked_twice_and_then_reported_in_its_words_is_one_attempt(erin, told):
    assert ask(erin) == ask(erin)
    incident = told(channel=Channel.CHAT)
    (attempt,) = attempts()
    assert (attempt.incident_id, attempt.outcome) == (incident.id, AttemptOutcome.WENT_ON)
    assert incident.state == State.QUEUED, "what did not help is not offered again"


def test_a_question_of_somebody_else_stays_theirs(erin, told, person):
    ask(person("bob"))
    told()
    assert len(attempts()) == 2


def test_the_only_fix_shown_for_a_question_is_the_one_that_helped(erin, fix, clock_stopped):
    ask(erin)
    selfhelp.answer_question(erin, WORDS.upper(), solved=True)
    assert (outcome(), fix.helped_count) == (AttemptOutcome.SOLVED_SAID, 1)


def test_who_gets_no_mail_and_was_logged_by_support_was_shown_nothing(told, erin, person):
    with write() as session:
        session.merge(erin).is_undeliverable = True
    incident = told(channel=Channel.PHONE, logged_by_id=person("tess", Role.AGENT).id)
    assert (attempts(), incident.state) == ([], State.QUEUED)


def test_monitoring_makes_no_attempt(told):
    told(channel=Channel.MONITORING)
    assert attempts() == []


class TestDurable:
    @pytest.fixture
    def solved(self, told, erin, fix):
        incident = told()
        selfhelp.tell_outcome(incident.id, by=erin, solved=True, article_id=fix.id)
        return incident

    def test_seven_quiet_days_make_it_durable(self, solved):
        clock.advance(timedelta(days=6))
        assert (measured().whole.durable, measured().whole.followed) == (0, 0)
        clock.advance(timedelta(days=1, minutes=1))
        assert (measured().whole.durable, measured().whole.followed) == (1, 1)

    @pytest.mark.parametrize("words", ["the vpn tunnel breaks", "vpn keeps disconnecting once more"])
    def test_the_same_topic_within_seven_days_makes_it_not(self, solved, told, words):
        clock.advance(timedelta(days=3))
        told(words)
        clock.advance(timedelta(days=5))
        assert (measured().whole.durable, measured().whole.came_back) == (0, 1)

    def test_another_topic_or_another_person_changes_nothing(self, solved, told, person):
        clock.advance(timedelta(days=3))
        told("the printer is out of toner")
        bob = person("bob")
        report(Report(requester_id=bob.id, description=WORDS, channel=Channel.PORTAL))
        clock.advance(timedelta(days=5))
        assert measured().whole.durable == 1

    def test_searching_for_it_again_is_coming_back(self, solved, erin):
        clock.advance(timedelta(days=3))
        ask(erin, "vpn drops")
        clock.advance(timedelta(days=5))
        assert measured().whole.came_back == 1

    def test_said_again_to_be_solved_it_is_followed_anew(self, solved, erin, fix):
        clock.advance(timedelta(days=8))
        assert followup.keep() == 1
        selfhelp.tell_outcome(solved.id, by=erin, solved=False)
        selfhelp.tell_outcome(solved.id, by=erin, solved=True, article_id=fix.id)
        assert (measured().whole.durable, measured().whole.followed) == (0, 0)
        clock.advance(timedelta(days=8))
        assert (followup.keep(), measured().whole.durable) == (1, 1)

    def test_what_is_kept_of_it_is_verified_and_made_right(self, solved):
        facts.keep_all()
        clock.advance(timedelta(days=8))
        assert (followup.keep(), list(verifying.verify())) == (1, [])
        with write() as session:
            session.query(Attempt).one().came_back_at = clock.now()
        assert [one.field for one in verifying.verify()] == ["came_back_at"]
        facts.rebuild()
        assert list(verifying.verify()) == []

    def test_a_report_that_gets_another_category_later_is_found_out_anew(self, solved, told, person):
        clock.advance(timedelta(days=3))
        again = told("the printer is out of toner", service="printing")
        facts.keep_all()
        clock.advance(timedelta(days=5))
        assert (followup.keep(), measured().whole.durable) == (1, 1)
        lead = person("lena", Role.LEAD)
        reclassify(again.id, category=solved.category, by=lead)
        facts.keep_all()
        assert (followup.keep(), measured().whole.durable) == (1, 0)
        assert list(verifying.verify()) == []

    def test_opened_again_it_went_on(self, solved, erin):
        selfhelp.tell_outcome(solved.id, by=erin, solved=False)
        assert outcome() == AttemptOutcome.WENT_ON


def test_topics_are_the_same_by_category_or_by_words():
    assert is_same(Told("tunnel", "vpn"), Told("gateway", "vpn"))
    assert not is_same(Told("monitor flickers", "other"), Told("need a chair", "other"))
    assert is_same(Told("monitor flickers badly", "other"), Told("my monitor flickers", "screens"))
    assert not is_same(Told("", ""), Told("", ""))


def test_channels_weeks_and_articles_are_counted(told, fix):
    told()
    told(channel=Channel.MAIL)
    found = measured()
    assert (set(found.channels), found.whole.attempts, sum(t.attempts for t in found.weeks.values())) == (
        {"portal", "mail"},
        2,
        2,
    )
    assert [(line.slug, line.tally.offered) for line in found.articles] == [(fix.slug, 2)]
    assert all(week.weekday() == 0 for week in found.weeks)
