"""A major incident: led by one, told to each once, over for all at once."""

from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import db
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.majors import leading, telling
from incidents.majors.leading import Declaration
from incidents.majors.models import MajorNews, Standing
from incidents.models import Channel, Event, State
from incidents.notices import Notice, Topic
from incidents.people import Role
from incidents.services import known_outages


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def erin(person, desk):
    return person("erin")


def said(by, words="vpn is down", channel=Channel.PORTAL):
    return report(Report(requester_id=by.id, description=words, channel=channel, service="vpn"))


def soon(**more):
    return clock.now() + timedelta(**(more or {"minutes": 30}))


@pytest.fixture
def major(erin, tess):
    told = Declaration(title="VPN is down", commander=tess, next_update_at=soon())
    return leading.declare(said(erin).id, told, by=tess)


def notices_of(topic):
    return [one.recipient.name for one in db.session.query(Notice).filter_by(topic=topic).order_by(Notice.id)]


def test_what_is_proposed_is_declared_or_declined(erin, tess):
    incident = said(erin)
    proposed = leading.propose(incident.id, because="nine reports in ten minutes")
    assert leading.propose(incident.id, because="again").id == proposed.id
    leading.decline(proposed.id, by=tess)
    with pytest.raises(Conflict):
        leading.decline(proposed.id, by=tess)
    told = Declaration(title="VPN is down", commander=tess, next_update_at=soon())
    assert leading.declare(incident.id, told, by=tess).standing == Standing.DECLARED
    with pytest.raises(Conflict, match="already"):
        leading.declare(incident.id, told, by=tess)


def test_everybody_reads_of_it_until_it_is_over(major, tess, erin):
    (outage,) = known_outages(erin)
    assert (outage.title, outage.next_update_at) == ("VPN is down", major.outage.next_update_at)
    leading.end(major.id, note="The gateway was replaced", by=tess)
    assert major.outage.note == "The gateway was replaced"
    assert known_outages(erin) == []
    with pytest.raises(Conflict, match="over already"):
        leading.end(major.id, note="x", by=tess)


def test_me_too_is_one_click_and_twice_is_once(major, person):
    bob = person("bob")
    first = telling.me_too(major.outage_id, by=bob)
    assert telling.me_too(major.outage_id, by=bob).id == first.id
    assert telling.mine([major.outage], bob)[major.outage_id].id == first.id
    assert [one.id for one in leading.reports_of(db.session(), major)] == [first.id]


def test_whose_incident_became_the_major_one_has_said_so_already(major, erin):
    assert telling.me_too(major.outage_id, by=erin).id == major.incident_id
    assert telling.mine([major.outage], erin)[major.outage_id].id == major.incident_id


def test_one_news_reaches_each_person_once_in_every_channel(major, person, tess):
    bob, carla = person("bob"), person("carla")
    for by, channel in ((bob, Channel.CHAT), (bob, Channel.PORTAL), (carla, Channel.MAIL)):
        telling.hang_on(major.id, said(by, f"no vpn over {channel}", channel).id, by=by)
    assert telling.tell(major.id, "The gateway is being replaced", next_update_at=soon(hours=1), by=tess) == 3
    assert sorted(notices_of(Topic.ANSWERED)) == ["Bob", "Carla", "Erin"]
    for incident in leading.reports_of(db.session(), major):
        assert [entry.text for entry in incident.entries if entry.event == Event.ANSWERED] == [
            "The gateway is being replaced"
        ]
    assert db.session.query(MajorNews).count() == 1


def test_all_are_resolved_with_it_and_their_people_are_asked(major, person, tess):
    bob = person("bob")
    child = telling.me_too(major.outage_id, by=bob)
    leading.end(major.id, note="The gateway was replaced", by=tess)
    assert {child.state, major.incident.state} == {State.RESOLVED}
    assert sorted(notices_of(Topic.RESOLVED)) == ["Bob", "Erin"]
    with pytest.raises(NotFound, match="over already"):
        telling.me_too(major.outage_id, by=person("carla"))


def test_who_leads_is_reminded_when_news_are_late_and_not_again_at_once(major, tess, monkeypatch):
    later = soon(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    telling.remind_who_leads()
    telling.remind_who_leads()
    assert notices_of(Topic.COMMENTED) == ["Tess"]
    telling.tell(major.id, "Nothing new", next_update_at=later + timedelta(hours=1), by=tess)
    telling.remind_who_leads()
    assert notices_of(Topic.COMMENTED) == ["Tess"]


def test_what_makes_no_sense_is_refused_with_the_field(erin, tess, major):
    other = said(erin, "mail is down")
    for told, field in (
        (Declaration(title=" ", commander=tess, next_update_at=soon()), "title"),
        (Declaration(title="x", commander=erin, next_update_at=soon()), "commander"),
        (Declaration(title="x", commander=tess, next_update_at=clock.now()), "next_update_at"),
    ):
        with pytest.raises(Invalid) as refused:
            leading.declare(other.id, told, by=tess)
        assert refused.value.field == field
    for text, at in ((" ", soon()), ("x", clock.now())):
        with pytest.raises(Invalid):
            telling.tell(major.id, text, next_update_at=at, by=tess)
    with pytest.raises(Invalid):
        leading.end(major.id, note=" ", by=tess)


def test_employees_declare_and_tell_nothing_and_see_no_strangers_incident(major, erin, person):
    bob = person("bob")
    told = Declaration(title="x", commander=erin, next_update_at=soon())
    with pytest.raises(NotAllowed):
        leading.declare(major.incident_id, told, by=erin)
    with pytest.raises(NotAllowed):
        telling.tell(major.id, "x", next_update_at=soon(), by=erin)
    with pytest.raises(NotFound):
        telling.hang_on(major.id, major.incident_id, by=bob)


def test_an_incident_that_is_said_to_be_it_gets_every_news(major, tess, person, desk):
    mine = said(person("bob"), channel=Channel.MAIL)
    telling.join(mine.id, major.outage_id, by=mine.requester)
    assert telling.mine([major.outage], mine.requester)[major.outage_id].id == mine.id
    telling.tell(major.id, "A new gateway is on its way.", next_update_at=soon(hours=1), by=tess)
    assert notices_of(Topic.ANSWERED) == ["Erin", "Bob"]
