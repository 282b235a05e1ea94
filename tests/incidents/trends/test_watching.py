"""A trend proposes a major incident once, with its evidence, and tells the lead."""

from datetime import UTC, datetime, timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents.intake import Report, report
from incidents.majors import leading
from incidents.majors.models import Major
from incidents.models import Channel, Incident, State
from incidents.notices import Notice, Topic
from incidents.people import Person, Role
from incidents.services import Outage, Service
from incidents.trends import watching

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch):
    def set_to(**after):
        moment = NOW + timedelta(**after)
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_to()
    return set_to


@pytest.fixture
def past(person, desk, at):
    """Two reports a day for eight weeks, each of another kind."""
    with write() as session:
        zoe = person_in(session)
        for number in range(112):
            session.add(past_incident(zoe, NOW - timedelta(hours=12 * number + 20), f"kind{number % 14}"))


def person_in(session):
    zoe = Person(email="zoe@example.com", name="Zoe")
    session.add(zoe)
    session.flush()
    return zoe


def past_incident(by, created_at, category):
    due = created_at + timedelta(hours=8)
    return Incident(
        title="x", description="x", state=State.CLOSED, channel=Channel.PORTAL, requester_id=by.id, priority=4,
        category=category, created_at=created_at, respond_by=due, resolve_by=due, due_at=due,
        suggested_at=created_at,
    )  # fmt: skip


@pytest.fixture
def surge(person, desk, past, at):
    """Reports of one service, one every two minutes, looked at after the last."""
    erin = person("erin")

    def come(many, *, service="vpn", channel=Channel.PORTAL, after=0):
        for number in range(many):
            at(minutes=after + 2 * number)
            report(
                Report(requester_id=erin.id, description="It does not work", channel=channel, service=service)
            )
        watching.watch()

    return come


def majors():
    return db.session.query(Major).order_by(Major.id).all()


def test_a_surge_is_proposed_once_with_what_is_usual_and_the_lead_is_told(surge, person):
    lena = person("lena", Role.LEAD)
    surge(7)
    surge(2, after=14)
    (major,) = majors()
    assert "reports about VPN" in major.because
    trend = watching.of_major(major.id)
    assert trend.count >= 3
    assert trend.expected < 1
    assert (len(trend.hours), len(trend.usual)) == (168, 168)
    assert trend.hours[-1] == trend.count
    assert len(watching.behind(trend)) >= trend.count
    assert db.session.query(Notice).filter_by(topic=Topic.LEAD_CALLED, recipient_id=lena.id).count() == 1


def test_another_service_is_another_story(surge):
    surge(6)
    with write() as session:
        for incident in session.query(Incident).filter(Incident.state != State.CLOSED):
            incident.category = "network"
    surge(6, service="printing", after=30)
    assert len(majors()) == 2


def test_what_was_declined_is_not_proposed_again_the_same_day(surge, person):
    tess = person("tess", Role.AGENT)
    surge(6)
    leading.decline(majors()[0].id, by=tess)
    surge(8, after=5 * 60)
    assert len(majors()) == 1
    surge(8, after=30 * 60)
    assert len(majors()) == 2


def test_what_people_are_told_of_already_is_not_proposed(surge, desk):
    with write() as session:
        vpn = session.query(Service).filter_by(slug="vpn").one()
        session.add(Outage(title="VPN is slow", service_id=vpn.id, since=NOW))
    surge(8)
    assert [major.because for major in majors() if "VPN" in major.because] == []


def test_alerts_and_a_quiet_desk_propose_nothing(surge, at):
    surge(8, channel=Channel.MONITORING)
    surge(2)
    at(hours=3)
    watching.watch()
    assert majors() == []


def test_a_desk_without_a_past_knows_of_nothing_unusual(person, desk, at):
    erin = person("erin")
    for number in range(8):
        at(minutes=number)
        report(Report(requester_id=erin.id, description="x", channel=Channel.PORTAL, service="vpn"))
    watching.watch()
    assert majors() == []
