"""The lead is called: by hand with a reason, or by the desk when a target is missed."""

import pytest
from sqlalchemy import select

from firstline.db import db, write
from incidents import routing
from incidents.lifecycle import locked
from incidents.models import Channel, Event, Visibility
from incidents.notices import Notice, Topic
from incidents.people import Person, Role


@pytest.fixture
def incident(routed):
    return routed()


def called(incident, **more):
    with locked(incident.id) as (session, found):
        routing.call_lead(session, found, because="The answer is late", **more)
    notices = select(Person.name).join(Notice, Notice.recipient_id == Person.id)
    return db.session.scalars(notices.where(Notice.topic == Topic.LEAD_CALLED).order_by(Person.id)).all()


def test_the_lead_of_its_team_is_told_and_the_timeline_says_why(incident, person, desk):
    person("lena", Role.LEAD, desk["first"])
    person("lars", Role.LEAD, desk["second"])
    assert called(incident) == ["Lena"]
    entry = incident.entries[-1]
    assert (entry.event, entry.visibility, entry.text) == (
        Event.LEAD_CALLED,
        Visibility.INTERNAL,
        "The answer is late",
    )
    assert entry.facts == {"leads": ["Lena"]}


def test_a_team_without_a_lead_has_every_lead_and_a_desk_without_leads_its_administrators(incident, person):
    person("ada", Role.ADMIN)
    assert called(incident) == ["Ada"]
    person("lars", Role.LEAD)
    assert called(incident)[-1] == "Lars"


def test_nobody_is_told_what_they_did_themselves(incident, person, desk):
    lena = person("lena", Role.LEAD, desk["first"])
    assert called(incident, by=lena) == []


def test_a_lead_hears_of_what_a_machine_reported(incident, person, desk):
    person("lena", Role.LEAD, desk["first"])
    with write() as session:
        session.get(type(incident), incident.id).channel = Channel.MONITORING
    assert called(incident) == ["Lena"]
