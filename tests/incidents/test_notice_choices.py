"""One rule says who is told what, by which way and when; what somebody waits for is always sent."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from firstline import clock
from firstline.db import db, write
from incidents import notices
from incidents.conversation import say
from incidents.errors import Invalid
from incidents.intake import Report, report
from incidents.lifecycle import Change, change, take
from incidents.models import Channel, Incident, State, Visibility
from incidents.notices import Delivery, Notice, Times, Topic, WebNotice, inbox, wishes
from incidents.notices.models import Way, Wish
from incidents.people import Person, Role

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Times(quiet_from="20:00", quiet_until="07:00", quiet_weekends=True)
WEDNESDAY = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def omar(person, desk):
    return person("omar", Role.AGENT)


def choose(person, wanted, times=None):
    with write() as session:
        kept = session.get_one(Person, person.id)
        notices.choose(session, kept, wanted)
        notices.choose_times(session, kept, times or Times())
        kept.timezone = "Europe/Berlin"


def report_as(person):
    return report(Report(requester_id=person.id, description="vpn drops", channel=Channel.MAIL))


def name_omar(incident, by):
    say(incident.id, by=by, text="@omar?", channel=Channel.PORTAL, visibility=Visibility.INTERNAL)


def owed(*topics):
    db.session.rollback()
    found = db.session.scalars(select(Notice).order_by(Notice.id))
    return [one for one in found if not topics or one.topic in topics]


def rung(person):
    return [one.topic for one in reversed(inbox.latest(person))]


def test_everything_comes_at_once_until_somebody_says_otherwise(erin, desk):
    assert set(notices.wishes_of(erin).values()) == {Wish.NOW}
    report_as(erin)
    assert [(one.topic, one.state) for one in owed()] == [(Topic.ACKNOWLEDGED, Delivery.DUE)]
    assert rung(erin) == [Topic.ACKNOWLEDGED]


def test_what_nobody_wants_by_mail_is_kept_as_left_out_with_the_reason_and_still_rings(erin, desk):
    choose(erin, {(Topic.ACKNOWLEDGED, Way.MAIL): Wish.NEVER})
    report_as(erin)
    assert [(one.state, one.error) for one in owed()] == [(Delivery.SUPPRESSED, notices.NOT_WANTED)]
    assert rung(erin) == [Topic.ACKNOWLEDGED]


def test_the_bell_is_silent_about_what_one_does_not_want_there(erin, desk):
    choose(erin, {(Topic.ACKNOWLEDGED, Way.WEB): Wish.NEVER})
    report_as(erin)
    assert [one.state for one in owed()] == [Delivery.DUE] and rung(erin) == []


def test_an_answer_is_sent_whatever_was_chosen(erin, tess):
    choose(erin, {(topic, Way.MAIL): Wish.NEVER for topic in Topic})
    incident = report_as(erin)
    say(incident.id, by=tess, text="Restart it.", channel=Channel.PORTAL)
    assert [one.state for one in owed(Topic.ANSWERED)] == [Delivery.DUE]


def test_choices_are_ones_own_and_what_is_no_choice_is_not_kept(erin, tess):
    choose(erin, {(Topic.CLOCK, Way.MAIL): Wish.DIGEST, (Topic.WATCHED, Way.MAIL): Wish.DIGEST})
    kept = notices.wishes_of(erin)
    assert kept[Topic.CLOCK, Way.MAIL] == Wish.NOW and kept[Topic.WATCHED, Way.MAIL] == Wish.DIGEST
    assert set(notices.wishes_of(tess).values()) == {Wish.NOW}


def test_nobody_is_told_of_what_they_did_themselves(erin, tess):
    incident = report_as(erin)
    take(incident.id, by=tess)
    change(incident.id, Change(to=State.CANCELLED), by=tess)
    change(incident.id, Change(to=State.QUEUED, note="A slip"), by=tess)
    assert owed(Topic.REOPENED) == [] and rung(tess) == []


def test_mail_waits_until_the_quiet_hours_are_over_but_an_alert_does_not(erin, tess, omar):
    choose(omar, {}, NIGHT)
    incident = report_as(erin)
    with clock.freeze(WEDNESDAY.replace(hour=21)):
        name_omar(incident, tess)
        with write() as session:
            notices.owe(
                session, Topic.PAGED, session.get_one(Incident, incident.id), session.get_one(Person, omar.id)
            )
        assert wishes.is_quiet(omar) and not wishes.is_quiet(tess)
    (named,), (paged,) = owed(Topic.MENTIONED), owed(Topic.PAGED)
    assert named.not_before == datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
    assert paged.not_before == WEDNESDAY.replace(hour=21)


def test_what_comes_in_the_digest_waits_for_its_time(erin, tess, omar):
    choose(omar, {(Topic.MENTIONED, Way.MAIL): Wish.DIGEST}, Times(digest_at="17:30"))
    incident = report_as(erin)
    with clock.freeze(WEDNESDAY):
        name_omar(incident, tess)
    (named,) = owed(Topic.MENTIONED)
    assert named.in_digest and named.not_before == datetime(2026, 11, 25, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "until"),
    [
        ("2026-11-25T19:59", "2026-11-25T19:59"),
        ("2026-11-25T20:00", "2026-11-26T07:00"),
        ("2026-11-26T06:59", "2026-11-26T07:00"),
        ("2026-11-26T07:00", "2026-11-26T07:00"),
        ("2026-11-27T20:00", "2026-11-30T07:00"),
        ("2026-11-28T12:00", "2026-11-30T07:00"),
        ("2027-03-27T20:00", "2027-03-29T07:00"),
    ],
)
def test_quiet_hours_end_in_the_morning_of_a_working_day(local, until):
    at = datetime.fromisoformat(local).replace(tzinfo=BERLIN)
    assert NIGHT.after_quiet(at) == datetime.fromisoformat(until).replace(tzinfo=BERLIN)


CLOCK_TIMES = st.times().map(lambda at: f"{at:%H:%M}")


@given(
    st.builds(Times, CLOCK_TIMES, CLOCK_TIMES, st.booleans(), CLOCK_TIMES).filter(
        lambda times: times.quiet_from != times.quiet_until
    ),
    st.datetimes(timezones=st.just(BERLIN)),
)
def test_whatever_is_chosen_the_time_comes_within_three_days_and_is_not_quiet(times, at):
    then = times.after_quiet(at)
    assert not times.is_quiet(then)
    assert 0 <= (then - at).total_seconds() <= 3 * 86_400 + 86_400
    assert times.next_digest(at) > at


@pytest.mark.parametrize(
    ("times", "field"),
    [
        (Times(quiet_from="20:00"), "quiet_from"),
        (Times(quiet_from="20:00", quiet_until="20:00"), "quiet_until"),
        (Times(quiet_from="8", quiet_until="9"), "quiet_from"),
        (Times(digest_at=""), "digest_at"),
        (Times(digest_at="25:00"), "digest_at"),
    ],
)
def test_a_time_that_is_none_is_refused_with_its_field(erin, times, field):
    with pytest.raises(Invalid) as refused:
        choose(erin, {}, times)
    assert refused.value.field == field


def test_the_bell_counts_until_one_looks_at_the_incident_or_marks_all(erin, tess):
    first, second = report_as(erin), report_as(erin)
    say(first.id, by=tess, text="Restart it.", channel=Channel.PORTAL)
    assert inbox.unread(erin) == 3
    inbox.read_of(erin, first)
    assert inbox.unread(erin) == 1
    inbox.read_all(erin, up_to=inbox.latest(erin)[0].id)
    say(second.id, by=tess, text="Restart it, too.", channel=Channel.PORTAL)
    assert inbox.unread(erin) == 1 and inbox.unread(tess) == 0


def test_what_was_read_in_the_chat_rings_no_more(erin, tess):
    incident = report_as(erin)
    say(incident.id, by=tess, text="Restart it.", channel=Channel.PORTAL)
    with write() as session:
        due = notices.unsent(session, session.get_one(Incident, incident.id), {Topic.ANSWERED})
        notices.withdraw(session, due, because=notices.READ_IN_CHAT)
    assert [one.topic for one in inbox.latest(erin) if one.read_at is None] == [Topic.ACKNOWLEDGED]


def test_a_contact_has_no_bell(person, desk):
    report_as(person("carla", Role.CONTACT))
    assert db.session.scalars(select(WebNotice)).all() == []
