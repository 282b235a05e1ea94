from datetime import timedelta

import pytest
from sqlalchemy import select

from firstline import clock
from firstline.db import db
from incidents import continuing, lifecycle
from incidents.errors import NotFound
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Event, Incident, Resolution, State
from incidents.people import Role


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def closed(erin, person, desk):
    tess = person("tess", Role.AGENT, desk["first"])
    incident = report(Report(requester_id=erin.id, description="vpn drops", channel=Channel.PORTAL))
    lifecycle.change(incident.id, Change(to=State.RESOLVED, resolution=Resolution.SUPPORT), by=tess)
    lifecycle.change(incident.id, Change(to=State.CLOSED), by=erin)
    return incident


def say(incident, erin, text="It drops again"):
    return continuing.say(incident.id, by=erin, text=text, channel=Channel.PORTAL)


def test_within_the_time_words_open_it_again(closed, erin):
    assert say(closed, erin).goes_on is False
    assert closed.state == State.QUEUED


def test_after_the_time_a_new_incident_goes_on_and_both_say_so(closed, erin):
    with clock.freeze(clock.now() + timedelta(days=20)):
        said = say(closed, erin)
    new = db.session.get_one(Incident, said.incident_id)
    assert (said.goes_on, new.continues_id, closed.state) == (True, closed.id, State.CLOSED)
    links = [entry.facts for one in (new, closed) for entry in one.entries if entry.event == Event.CONTINUED]
    assert links == [{"continues": closed.number}, {"continued_by": new.number}]


def test_thanks_after_the_time_opens_nothing(closed, erin):
    with clock.freeze(clock.now() + timedelta(days=20)):
        assert say(closed, erin, "Thanks a lot!").goes_on is False
    assert len(db.session.scalars(select(Incident)).all()) == 1


def test_further_words_go_to_the_one_that_goes_on(closed, erin):
    with clock.freeze(clock.now() + timedelta(days=20)):
        first = say(closed, erin)
        assert say(closed, erin) == first
        more = say(closed, erin, "Now it smokes")
    assert (more.incident_id, more.goes_on) == (first.incident_id, True)
    assert len(db.session.scalars(select(Incident)).all()) == 2


def test_nobody_goes_on_with_somebody_elses(closed, person):
    with pytest.raises(NotFound):
        report(
            Report(
                requester_id=person("bob").id,
                description="mine now",
                channel=Channel.PORTAL,
                continues_id=closed.id,
            )
        )
