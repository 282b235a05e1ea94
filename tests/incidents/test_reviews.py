"""Reviews: begun by themselves, told from all timelines, promises kept or reminded of."""

from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents import lifecycle, notices
from incidents.alerts.models import Outcome, Received
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.majors.models import Major, MajorReport
from incidents.majors.models import Standing as MajorStanding
from incidents.models import Channel, Incident, Resolution, State
from incidents.notices import Notice, Topic
from incidents.people import Role
from incidents.reviews import actions, consequences, document, due, story, wording, work
from incidents.reviews.models import Phase
from incidents.reviews.work import Lessons
from incidents.services import Outage
from knowledge_base.models import Audience
from knowledge_base.models import State as ArticleState

LEARNED = Lessons(summary="The VPN was down for all.", causes="A certificate ran out.")


@pytest.fixture
def lena(person, desk):
    return person("lena", Role.LEAD, desk["first"])


@pytest.fixture
def open_incident(person, desk):
    return report(
        Report(
            requester_id=person("erin").id, description="VPN is down", channel=Channel.PORTAL, service="vpn"
        )
    )


@pytest.fixture
def incident(open_incident, lena):
    lifecycle.take(open_incident.id, by=lena)
    solved = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, note="Renewed it.", cause="Certificate")
    lifecycle.change(open_incident.id, solved, by=lena)
    return open_incident


@pytest.fixture
def review(incident, lena):
    return work.begin(incident.number, by=lena)


def today():
    return clock.now().date()


def later(monkeypatch, **ahead):
    now = clock.now() + timedelta(**ahead)
    monkeypatch.setattr(clock, "now", lambda: now)


def test_an_open_incident_has_no_lessons_yet(open_incident, lena):
    with pytest.raises(Conflict, match="Resolve it first"):
        work.begin(open_incident.number, by=lena)


def test_beginning_twice_is_one_review(review, incident, lena):
    assert work.begin(incident.number, by=lena) is review


def test_a_critical_incident_is_reviewed_by_whom_solved_it(incident, lena):
    due.begin_what_is_due()
    assert work.review_of(incident) is None
    with write() as session:
        session.get_one(Incident, incident.id).priority = 1
    due.begin_what_is_due()
    due.begin_what_is_due()
    assert [one.owner for one in work.listed(lena)] == [lena]


def test_the_story_is_gathered_from_timeline_joined_reports_outages_alerts_and_people(review, person, lena):
    joined = report(Report(requester_id=person("bob").id, description="no VPN", channel=Channel.CHAT))
    with write() as session:
        session.get_one(Incident, joined.id).merged_into_id = review.incident_id
        began = review.incident.created_at - timedelta(minutes=5)
        session.add(Outage(title="VPN is down", service_id=review.incident.service_id, since=began))
        for outcome in (Outcome.OPENED, Outcome.REPEATED, Outcome.RECOVERED):
            session.add(
                Received(
                    source="prometheus",
                    by_id=lena.id,
                    fingerprint="f",
                    group_key="g",
                    status="firing",
                    title="TunnelDown",
                    starts_at=began,
                    outcome=outcome,
                    incident_id=review.incident_id,
                )
            )
    work.add_moment(review.incident.number, began - timedelta(minutes=1), "The vendor rang.", by=lena)
    told = [beat.what for beat in story.gather(review)]
    assert told[0] == "The vendor rang."
    assert "VPN is down" in told[1]
    assert {"reported (portal)", "reported (chat)", "resolved"} <= set(told)
    assert [what for what in told if what.startswith("alert")] == ["alert opened it", "alert is over"]


def test_reports_that_hung_on_a_major_incident_are_people_it_hit_and_part_of_its_story(review, person):
    others = [
        report(Report(requester_id=person(name).id, description="no VPN", channel=Channel.CHAT))
        for name in ("bob", "zoe")
    ]
    with write() as session:
        major = Major(incident_id=review.incident_id, standing=MajorStanding.OVER)
        session.add(major)
        session.flush()
        session.add_all(MajorReport(incident_id=one.id, major_id=major.id) for one in others)
    assert consequences.of(review).people == 3
    assert [beat.what for beat in story.gather(review)].count("reported (chat)") == 2
    with write() as session:
        session.get_one(Incident, review.incident_id).channel = Channel.MONITORING
    assert consequences.of(review).people == 2


def test_an_added_moment_can_be_taken_out_and_lies_never_ahead(review, lena):
    number = review.incident.number
    work.add_moment(number, clock.now(), "The vendor rang.", by=lena)
    work.remove_moment(number, review.moments[0].id, by=lena)
    assert review.moments == []
    for at, text, field in (
        (None, "x", "at"),
        (clock.now() + timedelta(hours=1), "x", "at"),
        (clock.now(), " ", "text"),
    ):
        with pytest.raises(Invalid) as refused:
            work.add_moment(number, at, text, by=lena)
        assert refused.value.field == field


def test_people_and_minutes_are_counted_until_somebody_corrects_them(review, lena, monkeypatch):
    with write() as session:
        incident = session.get_one(Incident, review.incident_id)
        incident.resolved_at = incident.created_at + timedelta(minutes=90)
    counted = consequences.of(review)
    assert (counted.people, counted.downtime_minutes, counted.lost_hours) == (1, 90, 1.5)
    assert counted.cost is None
    work.save(review.incident.number, Lessons(people_affected=40, cost=0), by=lena, seen=review.version)
    assert (consequences.of(review).lost_hours, consequences.of(review).cost) == (60.0, 0)


def test_a_published_review_is_an_article_for_support_only(review, lena):
    number = review.incident.number
    with pytest.raises(Invalid, match="summary"):
        work.publish(number, by=lena)
    work.save(number, LEARNED, by=lena, seen=review.version)
    article = work.publish(number, by=lena).article
    assert (article.state, article.audience) == (ArticleState.PUBLISHED, Audience.SUPPORT)
    assert "A certificate ran out." in article.body
    work.save(number, Lessons(summary="Down.", causes="Nobody watched it."), by=lena, seen=review.version)
    assert "Nobody watched it." in article.body


def test_agents_write_and_leads_publish(review, lena, person, desk):
    tess = person("tess", Role.AGENT, desk["first"])
    work.save(review.incident.number, LEARNED, by=tess, seen=review.version)
    with pytest.raises(NotAllowed):
        work.publish(review.incident.number, by=tess)
    with pytest.raises(NotAllowed):
        work.find(person("bob"), review.incident.number)


def test_a_review_is_closed_only_when_every_promise_is_kept(review, lena):
    number = review.incident.number
    actions.promise(number, "Watch certificates", owner_id=lena.id, due_on=today(), by=lena)
    with pytest.raises(Conflict, match="open: 1"):
        work.close(number, by=lena)
    actions.finish(number, review.actions[0].id, by=lena)
    with pytest.raises(Conflict, match="Publish it first"):
        work.close(number, by=lena)
    work.save(number, LEARNED, by=lena, seen=review.version)
    work.publish(number, by=lena)
    assert work.close(number, by=lena).phase == Phase.CLOSED
    with pytest.raises(Conflict, match="closed"):
        work.save(number, LEARNED, by=lena, seen=review.version)


def test_a_promise_needs_words_a_person_and_a_day_ahead(review, lena):
    for text, owner_id, day, field in (
        (" ", lena.id, today(), "action"),
        ("x", None, today(), "owner"),
        ("x", lena.id, None, "due_on"),
        ("x", lena.id, today() - timedelta(days=1), "due_on"),
    ):
        with pytest.raises(Invalid) as refused:
            actions.promise(review.incident.number, text, owner_id=owner_id, due_on=day, by=lena)
        assert refused.value.field == field


def test_what_is_due_is_reminded_of_on_the_day_and_every_third_day_until_done(review, lena, monkeypatch):
    def reminders():
        return db.session.query(Notice).filter_by(topic=Topic.ACTION_DUE, recipient_id=lena.id).count()

    number = review.incident.number
    actions.promise(
        number, "Watch certificates", owner_id=lena.id, due_on=today() + timedelta(days=1), by=lena
    )
    actions.remind()
    assert reminders() == 0
    for days, seen in ((1, 1), (0, 1), (1, 1), (2, 2)):
        later(monkeypatch, days=days)
        actions.remind()
        assert reminders() == seen
    actions.finish(number, review.actions[0].id, by=lena)
    later(monkeypatch, days=9)
    actions.remind()
    assert reminders() == 2


def test_follow_through_judges_only_what_is_due_or_done(review, lena, monkeypatch):
    number = review.incident.number
    for days in (0, 0, 5):
        day = today() + timedelta(days=days)
        actions.promise(number, f"In {days} days", owner_id=lena.id, due_on=day, by=lena)
    assert actions.follow_through() == actions.FollowThrough(due=0, done=0, in_time=0)
    actions.finish(number, review.actions[0].id, by=lena)
    later(monkeypatch, days=2)
    assert actions.follow_through() == actions.FollowThrough(due=2, done=1, in_time=1)
    actions.finish(number, review.actions[1].id, by=lena)
    assert actions.follow_through() == actions.FollowThrough(due=2, done=2, in_time=1)
    with pytest.raises(Conflict, match="already"):
        actions.finish(number, review.actions[0].id, by=lena)
    with pytest.raises(NotFound):
        actions.drop(number, 999, by=lena)


def test_the_markdown_holds_every_part_and_people_cannot_write_headings_into_it(review, lena):
    actions.promise(review.incident.number, "# Watch [x](y)", owner_id=lena.id, due_on=today(), by=lena)
    work.save(review.incident.number, LEARNED, by=lena, seen=review.version)
    text = document.markdown(review)
    assert "## Causes\n\nA certificate ran out." in text
    assert r"- [ ] \# Watch \[x\](y) (Lena, " in text
    assert "## What went well" not in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Bob should have checked it.", "should have checked"),
        ("The admin failed to renew it.", "failed to renew"),
        ("This was human error.", "human error"),
        ("It was Bob's fault.", "Bob's fault"),
        ("In the end it was her own mistake.", "her own mistake"),
        ("Obviously the disk was full.", "Obviously"),
        ("We must be more careful.", "be more careful"),
    ],
)
def test_words_of_blame_get_a_better_question(text, words):
    assert [hint.words for hint in wording.hints([text])] == [words]


@pytest.mark.parametrize(
    "text", ["The alert should fire earlier.", "The disk failed at 9:12.", "Adjust the threshold.", ""]
)
def test_plain_words_get_no_hint(text):
    assert wording.hints([text]) == []


def test_notices_of_promises_are_known_topics():
    assert Topic.ACTION_DUE not in notices.OPTIONAL
