"""What people may do without is left out when it would be owed; what somebody waits for is always sent."""

import pytest
from sqlalchemy import select

from firstline.db import db, write
from incidents import notices
from incidents.conversation import say
from incidents.intake import Report, report
from incidents.models import Channel
from incidents.notices import OPTIONAL, Delivery, Notice, Topic
from incidents.people import Role


@pytest.fixture
def erin(person):
    return person("erin")


def choose(person, *wanted):
    with write() as session:
        notices.choose(session, person, wanted)


def report_as(person):
    return report(Report(requester_id=person.id, description="vpn drops", channel=Channel.MAIL))


def owed():
    db.session.rollback()
    found = db.session.scalars(select(Notice).order_by(Notice.id))
    return [(one.topic, one.state) for one in found]


def test_everything_is_wanted_until_somebody_says_otherwise(erin, desk):
    assert notices.choices(erin) == dict.fromkeys(OPTIONAL, True)
    report_as(erin)
    assert owed() == [(Topic.ACKNOWLEDGED, Delivery.DUE)]


def test_an_acknowledgement_nobody_wants_is_kept_as_left_out_with_the_reason(erin, desk):
    choose(erin, Topic.COMMENTED)
    report_as(erin)
    assert owed() == [(Topic.ACKNOWLEDGED, Delivery.SUPPRESSED)]
    assert db.session.scalars(select(Notice.error)).one() == notices.NOT_WANTED


def test_an_answer_is_sent_whatever_was_chosen(erin, desk, person):
    choose(erin)
    incident = report_as(erin)
    say(incident.id, by=person("tess", Role.AGENT), text="Restart it.", channel=Channel.PORTAL)
    assert owed()[1:] == [(Topic.ANSWERED, Delivery.DUE)]


def test_a_choice_is_changed_and_is_ones_own(erin, person):
    choose(erin)
    choose(erin, *OPTIONAL[:1])
    assert notices.choices(erin) == {topic: topic == OPTIONAL[0] for topic in OPTIONAL}
    assert all(notices.choices(person("bob")).values())
