"""Many at the same moment, as web, worker and actions are."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from firstline.db import db
from incidents import lifecycle
from incidents.errors import Conflict
from incidents.intake import Report, report
from incidents.models import Channel, Entry, Event, Incident
from incidents.people import Person, Role

CROWD = 8


def at_once(app, act):
    """Run `act(n)` in threads with contexts of their own; returns results and refusals."""

    def alone(number):
        with app.app_context():
            try:
                return act(number)
            except Conflict as refusal:
                return refusal

    with ThreadPoolExecutor(CROWD) as crowd:
        return list(crowd.map(alone, range(CROWD)))


def test_one_key_sent_eight_times_at_once_is_one_incident(app, person, desk):
    erin = person("erin").id
    told = Report(requester_id=erin, description="vpn drops", channel=Channel.API, key="once")
    numbers = at_once(app, lambda _n: report(told).number)
    assert len(set(numbers)) == 1
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Incident)) == 1


def test_of_eight_agents_who_take_it_at_once_one_gets_it(app, person, desk):
    # Numbers, not rows: reading a row is through the session of the thread it was read in.
    incident = report(Report(requester_id=person("erin").id, description="vpn drops", channel=Channel.API)).id
    agents = [person(f"agent{n}", Role.AGENT).id for n in range(CROWD)]

    def take(number):
        return lifecycle.take(incident, by=db.session.get(Person, agents[number]))

    results = at_once(app, take)
    assert sum(isinstance(result, Conflict) for result in results) == CROWD - 1
    taken = select(func.count()).where(Entry.incident_id == incident, Entry.event == Event.TAKEN)
    db.session.rollback()
    assert db.session.scalar(taken) == 1
