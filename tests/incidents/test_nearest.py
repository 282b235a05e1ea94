"""Which open incidents are compared: all that may be joined, though those of before are remembered for a second."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest

from firstline import clock
from firstline.db import db, write
from incidents.intake import Report, report
from incidents.kinship.models import IncidentVector
from incidents.kinship.nearest import nearest_in_meaning
from incidents.kinship.telling import NUMBERED, told
from incidents.lifecycle import Change, change
from incidents.models import Channel, Incident, State

HERE = np.array([1.0, 0.0], dtype=np.float32)
FAR = np.array([0.0, 1.0], dtype=np.float32)


@dataclass(frozen=True)
class Model:
    identity: str = "two-numbers"


@pytest.fixture
def tell(desk, person):
    """An incident with its vector, told some minutes ago."""

    def tell(name="erin", *, ago=timedelta(0), vector=HERE):
        with clock.freeze(clock.now() - ago):
            about = Report(requester_id=person(name).id, description="VPN drops", channel=Channel.PORTAL)
            incident = report(about)
        with write() as session:
            kept = {"model": Model.identity, "vector": vector.tobytes()}
            session.add(IncidentVector(incident_id=incident.id, **kept))
        return incident

    return tell


def near(which=lambda ids, _people: ids > 0):
    found = nearest_in_meaning(HERE, Model(), which, limit=10)
    read = told(NUMBERED, ids=found, encoder=None, limit=10)
    db.session.rollback()
    return {one.incident_id for one in read}


def test_each_of_many_told_at_once_is_found_by_the_next(tell):
    old = tell(ago=timedelta(hours=1))
    assert near() == {old.id}
    first, second = tell("bob"), tell("carol")
    assert near() == {old.id, first.id, second.id}


def test_one_that_comes_with_an_old_time_hides_no_younger_one(tell):
    young, moved = tell(), tell("bob", ago=timedelta(days=1))
    assert near() == {young.id, moved.id}
    assert near() == {young.id, moved.id}


def test_what_ended_a_moment_ago_is_proposed_no_more(tell):
    old = tell(ago=timedelta(hours=1))
    assert near() == {old.id}
    change(old.id, Change(to=State.CANCELLED), by=db.session.get(Incident, old.id).requester)
    assert near() == set()


def test_only_those_asked_for_and_near_enough(tell):
    mine, other, _far = tell(), tell("bob"), tell("carol", vector=FAR)
    assert near(lambda ids, _people: ids != mine.id) == {other.id}
    assert near(lambda _ids, people: people != other.requester_id) == {mine.id}
