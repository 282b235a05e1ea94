"""An incident on its way, and the people of the teams."""

import pytest

from firstline.db import write
from incidents import routing
from incidents.intake import Report, report
from incidents.lifecycle import locked
from incidents.models import Channel, Incident
from incidents.people import Person, Role
from incidents.routing import rulebook
from incidents.routing.rulebook import RuleFacts


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def ada(person, desk):
    return person("ada", Role.ADMIN)


@pytest.fixture
def routed(erin):
    """Report words and route them: `routed("the printer is out of toner")`."""

    def send(words="something is wrong", channel=Channel.PORTAL, **more) -> Incident:
        made = report(Report(requester_id=erin.id, description=words, channel=channel, **more))
        with locked(made.id) as (session, incident):
            routing.route(session, incident, because="The test says so")
        return made

    return send


@pytest.fixture
def rule(ada):
    """Add a rule: `rule("Printers", "network", words=["toner"])`."""

    def add(name, team, assigning="nobody", **conditions):
        facts = RuleFacts(name=name, team=team, assigning=assigning, conditions=conditions)
        return rulebook.save(facts, by=ada)

    return add


def tell(person: Person, **facts) -> None:
    """Change what is known of a person."""
    with write() as session:
        found = session.get(Person, person.id)
        for name, value in facts.items():
            setattr(found, name, value)
