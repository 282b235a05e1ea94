import pytest

from firstline import clock
from firstline.db import db, write
from incidents import feed, lifecycle
from incidents.feed import About
from incidents.intake import Report, report
from incidents.models import Channel
from incidents.people import Role


@pytest.fixture
def incident(person, desk):
    return report(Report(requester_id=person("erin").id, description="vpn drops", channel=Channel.PORTAL))


def told_since(after):
    return {item.incident_id for item in feed.read(db.session(), after) if item.id > after}


def test_every_change_is_told_with_its_transaction(incident, person):
    before = feed.head(db.session())
    assert told_since(0) == {incident.id}

    def fail_halfway():
        with lifecycle.locked(incident.id) as (session, _one):
            feed.tell(session, incident.id, About.PRESENCE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert told_since(before) == set()
    lifecycle.take(incident.id, by=person("tess", Role.AGENT))
    assert told_since(before) == {incident.id}


def test_old_rows_go_but_numbers_never_come_again(incident):
    with write() as session:
        for _time in range(3):
            feed.tell(session, incident.id)
    head = feed.head(db.session())
    with clock.freeze(clock.now() + 2 * feed.KEPT_FOR):
        feed.forget_old()
    assert feed.head(db.session()) == head
    assert feed.is_too_old(db.session(), head - 2) and not feed.is_too_old(db.session(), head)
    with write() as session:
        feed.tell(session, incident.id)
    assert feed.head(db.session()) > head
