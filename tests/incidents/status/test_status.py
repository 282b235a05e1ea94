"""Who follows a service hears of each state of a fault once, in the way they chose."""

from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents import outages
from incidents.errors import Conflict, Invalid
from incidents.intake import Report, report
from incidents.majors import leading, telling
from incidents.majors.leading import Declaration
from incidents.models import Channel
from incidents.outages import Announcement
from incidents.people import Person, Role
from incidents.services import Outage, Service
from incidents.status import following, past, spreading
from incidents.status.models import News, Way


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT)


@pytest.fixture
def bob(person, desk):
    return person("bob")


def told(to):
    spreading.spread()
    spreading.spread()
    found = db.session.query(News).filter_by(person_id=to.id).order_by(News.id)
    return [(one.text, one.is_over) for one in found]


def declare(tess, **more):
    return outages.declare(Announcement(**{"title": "VPN is slow", "service": "vpn", **more}), by=tess)


def test_each_state_is_told_once_and_the_end_of_it(tess, bob, person):
    following.follow("vpn", Way.WEB, by=bob)
    following.follow("printing", Way.WEB, by=person("carla"))
    outage = declare(tess, note="We look at it")
    assert told(bob) == [("We look at it", False)]
    outages.correct(outage.id, Announcement(title="VPN is slow", service="vpn", note="A cable"), by=tess)
    outages.end(outage.id, by=tess)
    assert told(bob) == [("We look at it", False), ("A cable", True)]
    (shown,) = following.unread(bob)
    assert shown.is_over
    following.mark_read(outage.id, by=bob)
    assert following.unread(bob) == []
    assert db.session.query(News).count() == 2


def test_whoever_left_or_is_somewhere_else_hears_nothing(tess, bob, person):
    zoe = person("zoe")
    with write() as session:
        session.get_one(Person, zoe.id).site = "Porto"
    for one in (bob, zoe):
        following.follow("vpn", Way.MAIL, by=one)
    following.leave("vpn", by=bob)
    declare(tess, site="Berlin")
    assert (told(bob), told(zoe)) == ([], [])


def test_whose_own_incident_it_is_hears_it_there_alone(tess, bob, person):
    erin = person("erin")
    for one in (bob, erin):
        following.follow("vpn", Way.MAIL, by=one)
    incident = report(Report(requester_id=erin.id, description="vpn", channel=Channel.PORTAL, service="vpn"))
    soon = clock.now() + timedelta(minutes=30)
    major = leading.declare(
        incident.id, Declaration(title="VPN is down", commander=tess, next_update_at=soon), by=tess
    )
    telling.tell(major.id, "A cable is torn", next_update_at=soon, by=tess)
    assert told(bob) == [("A cable is torn", False)]
    assert told(erin) == []


def test_what_was_over_before_anybody_was_told_is_no_news(tess, bob):
    following.follow("vpn", Way.WEB, by=bob)
    outages.end(declare(tess).id, by=tess)
    assert told(bob) == []


def test_what_cannot_be_followed_is_refused(bob):
    with pytest.raises(Invalid):
        following.follow("moon", Way.WEB, by=bob)
    with pytest.raises(Invalid):
        following.follow("vpn", "pigeon", by=bob)
    with write() as session:
        session.get_one(Person, bob.id).is_undeliverable = True
    with pytest.raises(Conflict):
        following.follow("vpn", Way.MAIL, by=bob)


def test_the_past_counts_two_faults_at_once_once(desk, bob):
    now = clock.now()
    with write() as session:
        vpn = session.query(Service).filter_by(slug="vpn").one()
        for begun, ended in ((30, 20), (25, 18), (10, 9)):
            since, until = now - timedelta(hours=begun), now - timedelta(hours=ended)
            session.add(Outage(title="x", service_id=vpn.id, since=since, ended_at=until))
    told = past.of_service(vpn)
    assert sum((day.disturbed for day in told.days), timedelta()) == timedelta(hours=13)
    assert len(told.days) == past.DAYS
    assert 0.99 < told.undisturbed < 1
