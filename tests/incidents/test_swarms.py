"""Several look at one incident together; the owner stays, and it ends with who contributed."""

import pytest
from sqlalchemy import select

from firstline.db import db
from incidents import lifecycle, queue, swarms, views
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.intake import Report, report
from incidents.models import Channel, Event, State, Visibility
from incidents.notices import Notice, Topic
from incidents.people import Person, Role
from incidents.queue import Filter
from incidents.swarms.models import Standing, Swarm
from tests.incidents.test_at_once import CROWD, at_once


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def nina(person, desk):
    return person("nina", Role.AGENT, desk["second"])


@pytest.fixture
def kofi(person, desk):
    return person("kofi", Role.AGENT, desk["second"])


@pytest.fixture
def incident(person, tess):
    made = report(Report(requester_id=person("erin").id, description="vpn drops", channel=Channel.PORTAL))
    lifecycle.take(made.id, by=tess)
    return made


@pytest.fixture
def swarm(incident, tess, nina):
    return swarms.start(incident.id, by=tess, purpose="Why only in Lyon?", people=[nina.email])


def mine(person):
    return [one.id for one in queue.work(person, Filter(state="open", assignee="me")).incidents]


def standing(swarm, person):
    db.session.rollback()
    return next(one.standing for one in swarm.members if one.person_id == person.id)


def test_people_are_invited_told_and_see_it_as_their_work_while_the_owner_stays(incident, swarm, tess, nina):
    assert (incident.assignee_id, incident.state) == (tess.id, State.IN_PROGRESS)
    told = select(Notice.recipient_id).where(Notice.topic == Topic.INVITED)
    assert db.session.scalars(told).all() == [nina.id]
    assert mine(nina) == mine(tess) == [incident.id]
    assert next(view.count for view in views.standard(nina) if view.slug == "mine") == 1
    entry = incident.entries[-1]
    assert (entry.event, entry.visibility) == (Event.SWARMED, Visibility.INTERNAL)
    assert entry.facts == {"swarm": swarm.id, "what": "started", "invited": ["Nina"]}


def test_a_whole_team_is_invited_once_each(incident, swarm, tess, nina, kofi):
    assert swarms.invite(incident.id, by=tess, teams=["network"]) == 1
    assert {one.person.name: one.via_team for one in swarm.members} == {
        "Tess": "",
        "Nina": "",
        "Kofi": "Workplace & Network",
    }
    with pytest.raises(Conflict, match="in the swarm already"):
        swarms.invite(incident.id, by=tess, teams=["network"])


def test_one_declines_leaves_and_joins_again(incident, swarm, nina):
    swarms.answer(incident.id, Standing.DECLINED, by=nina)
    assert mine(nina) == []
    swarms.answer(incident.id, Standing.JOINED, by=nina)
    swarms.answer(incident.id, Standing.LEFT, by=nina)
    assert standing(swarm, nina) == Standing.LEFT
    with pytest.raises(Conflict):
        swarms.answer(incident.id, Standing.LEFT, by=nina)


def test_whoever_was_not_invited_has_nothing_to_answer(incident, swarm, kofi):
    with pytest.raises(NotAllowed, match="Nobody has invited you"):
        swarms.answer(incident.id, Standing.JOINED, by=kofi)


def test_whoever_writes_is_in_it(incident, swarm, nina, kofi):
    swarms.note(incident.id, by=kofi, text="The route is missing")
    assert standing(swarm, kofi) == Standing.JOINED
    entry = incident.entries[-1]
    assert (entry.event, entry.visibility, entry.facts) == (
        Event.NOTED,
        Visibility.INTERNAL,
        {"swarm": swarm.id},
    )


def test_findings_are_not_written_over_unseen(incident, swarm, tess, nina):
    assert swarms.write_findings(incident.id, "Lyon has an old route", by=nina, seen=0) == 1
    with pytest.raises(Conflict, match="put both together"):
        swarms.write_findings(incident.id, "It is the firewall", by=tess, seen=0)
    db.session.rollback()
    assert swarm.findings == "Lyon has an old route"
    assert swarms.write_findings(incident.id, "Lyon has an old route", by=tess, seen=1) == 1


def test_of_many_who_write_at_once_one_is_kept(app, incident, swarm, nina):
    # Numbers, not rows: reading a row is through the session of the thread it was read in.
    which, who = incident.id, nina.id

    def write(number):
        return swarms.write_findings(which, f"Finding {number}", by=db.session.get(Person, who), seen=0)

    results = at_once(app, write)
    assert results.count(1) == 1
    assert sum(isinstance(result, Conflict) for result in results) == CROWD - 1


def test_it_ends_with_who_contributed(incident, swarm, tess, nina, kofi):
    swarms.invite(incident.id, by=tess, people=[kofi.email])
    swarms.answer(incident.id, Standing.JOINED, by=kofi)
    swarms.write_findings(incident.id, "An old route", by=nina, seen=0)
    assert swarms.end(incident.id, by=tess) == ["Nina"]
    entry = incident.entries[-1]
    assert (entry.facts["what"], entry.facts["contributed"], entry.text) == (
        "ended",
        ["Nina"],
        "An old route",
    )
    assert mine(nina) == [] and mine(tess) == [incident.id]
    with pytest.raises(Conflict, match="No swarm"):
        swarms.end(incident.id, by=tess)
    swarms.start(incident.id, by=tess, purpose="Again", people=[nina.email])


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"purpose": " ", "people": ["nina@example.com"]}, "what the swarm should find out"),
        ({"purpose": "x"}, "Invite somebody"),
        ({"purpose": "x", "people": ["erin@example.com"]}, "nobody of support"),
        ({"purpose": "x", "teams": ["moon"]}, "no such team"),
    ],
)
def test_a_swarm_that_is_none_is_refused_and_nothing_is_half_done(incident, tess, nina, wanted, sentence):
    with pytest.raises(Invalid, match=sentence):
        swarms.start(incident.id, by=tess, **wanted)
    db.session.rollback()
    assert db.session.scalar(select(Swarm.id)) is None


def test_one_swarm_at_a_time_and_none_on_what_is_over(incident, swarm, tess, nina):
    with pytest.raises(Conflict, match="already"):
        swarms.start(incident.id, by=tess, purpose="Another", people=[nina.email])


def test_the_requester_is_no_part_of_it(incident, swarm):
    with pytest.raises(NotAllowed):
        swarms.note(incident.id, by=incident.requester, text="hello")
    assert Event.SWARMED not in [entry.event for entry in queue.timeline(incident.requester, incident)]
