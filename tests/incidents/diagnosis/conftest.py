from datetime import UTC, datetime

import pytest

from firstline import clock
from firstline.db import write
from incidents import lifecycle
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Resolution, State
from incidents.people import Role
from incidents.resolutions import causes

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def monday():
    with clock.freeze(MONDAY):
        yield MONDAY


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def admin(person, desk):
    return person("ada", Role.ADMIN)


@pytest.fixture
def known_causes(app):
    with write() as session:
        causes.add_first(session)


@pytest.fixture
def incident(erin):
    return report(Report(requester_id=erin.id, description="vpn drops", channel=Channel.PORTAL))


@pytest.fixture
def resolve(incident, tess):
    def do(**more):
        facts = {"resolution": Resolution.SUPPORT, "cause": "cable", "note": "New cable"} | more
        lifecycle.change(incident.id, Change(to=State.RESOLVED, **facts), by=tess)

    return do
