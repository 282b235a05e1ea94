from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from firstline import clock
from firstline.db import db
from incidents import outages
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.models import Channel, State
from incidents.notices import Notice, Topic
from incidents.outages import Announcement
from incidents.people import Role
from incidents.services import known_outages


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


def test_a_declared_outage_is_known_until_it_ends(tess):
    outage = outages.declare(Announcement(title="VPN is slow", service="vpn"), by=tess)
    assert [known.title for known in known_outages()] == ["VPN is slow"]
    outages.end(outage.id, by=tess)
    assert known_outages() == []
    assert [old.title for old in outages.lately()] == ["VPN is slow"]


def test_a_correction_keeps_the_beginning(tess):
    began = clock.now() - timedelta(hours=1)
    outage = outages.declare(Announcement(title="VPN is slow", since=began), by=tess)
    outages.correct(outage.id, Announcement(title="VPN is down", site="Berlin"), by=tess)
    assert (outage.title, outage.site, outage.since) == ("VPN is down", "Berlin", began)


def test_it_cannot_be_ended_twice(tess):
    outage = outages.declare(Announcement(title="VPN is slow"), by=tess)
    outages.end(outage.id, by=tess)
    with pytest.raises(Conflict, match="already"):
        outages.end(outage.id, by=tess)


def test_an_outage_needs_words_a_known_service_and_no_future(tess):
    later = clock.now() + timedelta(hours=1)
    for told, field in (
        (Announcement(title=" "), "title"),
        (Announcement(title="x", service="moon"), "service"),
        (Announcement(title="x", since=later), "since"),
    ):
        with pytest.raises(Invalid) as refused:
            outages.declare(told, by=tess)
        assert refused.value.field == field
    assert known_outages() == []


def test_employees_declare_no_outages(person):
    with pytest.raises(NotAllowed):
        outages.declare(Announcement(title="VPN is slow"), by=person("erin"))


def test_an_unknown_outage_is_a_sentence(tess):
    with pytest.raises(NotFound, match="no such outage"):
        outages.end(99, by=tess)


def test_whoever_said_that_it_is_theirs_is_asked_at_its_end(tess, person):
    told = Report(
        requester_id=person("erin").id, description="vpn drops", channel=Channel.CHAT, service="vpn"
    )
    incident, other = report(told), report(replace(told, requester_id=person("bob").id))
    outage = outages.declare(Announcement(title="VPN is slow", service="vpn"), by=tess)
    outages.join(incident.id, outage.id, by=incident.requester)
    assert outages.joined_by(incident).id == outage.id
    outages.end(outage.id, by=tess)
    db.session.rollback()
    assert (incident.state, other.state) == (State.RESOLVED, State.OFFERED)
    owed = db.session.scalars(select(Notice).where(Notice.topic == Topic.RESOLVED)).all()
    assert [(one.recipient.name, one.entry.text) for one in owed] == [
        ("Erin", "“VPN is slow” is over. It should work for you again.")
    ]
