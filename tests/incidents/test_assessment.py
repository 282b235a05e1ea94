"""What the reporter says of urgency and impact beats our guess."""

from collections.abc import Callable

import pytest
from flask import Flask

from firstline.db import db
from incidents import intake
from incidents.assessment import assess
from incidents.errors import NotFound
from incidents.models import Channel, Incident, Level, State
from incidents.people import Person, Team
from incidents.reach import Reach

People = Callable[..., Person]


def told(by: Person) -> Incident:
    words = "the label machine spits paper"
    return intake.report(intake.Report(requester_id=by.id, description=words, channel=Channel.CHAT))


def test_a_worse_trouble_gets_a_higher_priority_and_an_earlier_target(
    app: Flask, person: People, desk: dict[str, Team]
) -> None:
    erin = person("erin")
    incident = told(erin)
    before, due = incident.priority, incident.respond_by
    priority = assess(incident.id, by=erin, urgency=Level.HIGH, reach=Reach.EVERYBODY)
    db.session.expire_all()
    assert (incident.reach, incident.impact) == (Reach.EVERYBODY, Level.HIGH)
    assert priority == incident.priority == 1 < before
    assert incident.respond_by < due
    assert incident.state == State.QUEUED


def test_what_was_not_said_stays(app: Flask, person: People, desk: dict[str, Team]) -> None:
    erin = person("erin")
    incident = told(erin)
    impact = incident.impact
    assess(incident.id, by=erin, urgency=Level.LOW)
    db.session.expire_all()
    assert (incident.urgency, incident.impact) == (Level.LOW, impact)


def test_nobody_rates_somebody_elses_trouble(app: Flask, person: People, desk: dict[str, Team]) -> None:
    incident = told(person("erin"))
    with pytest.raises(NotFound):
        assess(incident.id, by=person("mallory"), urgency=Level.HIGH)
