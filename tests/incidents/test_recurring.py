"""What keeps coming is proposed as a problem, with its reason, and can be dismissed."""

from datetime import UTC, datetime, timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents import duplicates
from incidents.errors import Conflict, NotFound
from incidents.intake import Report, report
from incidents.models import Channel, Incident
from incidents.people import Role
from incidents.problems import clusters, looking, proposals, work
from incidents.problems.clusters import Item
from incidents.problems.models import Proposal, Standing
from incidents.problems.work import Findings

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
VPN = "The VPN tunnel drops after an hour"


def item(number, words=VPN, *, day=0, person=None, service=1, device=None):
    return Item(
        incident_id=number,
        person_id=number if person is None else person,
        at=START + timedelta(days=day),
        category="network",
        service_id=service,
        device_id=device,
        reading=duplicates.read(words),
    )


def found(*items):
    return [sorted(cluster.ids) for cluster in clusters.find(items)]


def test_the_same_trouble_of_several_people_on_several_days_recurs():
    assert found(*(item(n, day=n) for n in range(5))) == [[0, 1, 2, 3, 4]]


def test_one_afternoon_of_one_outage_does_not():
    assert found(*(item(n) for n in range(9))) == []


def test_one_person_does_not_unless_it_is_always_one_device():
    assert found(*(item(n, day=n, person=1) for n in range(5))) == []
    (cluster,) = clusters.find([item(n, day=n, person=1, device=7) for n in range(5)])
    assert (cluster.device_id, cluster.people, cluster.days) == (7, 1, 5)


def test_other_services_and_other_troubles_are_kept_apart():
    several = [item(n, day=n, service=1 + n % 2) for n in range(6)]
    assert found(*several) == []
    printers = [item(n, "The printer on floor 2 jams at once", day=n) for n in range(10, 15)]
    assert found(*(item(n, day=n) for n in range(5)), *printers) == [[0, 1, 2, 3, 4], [10, 11, 12, 13, 14]]


def test_nothing_recurs_where_nothing_was():
    assert found() == []


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


def tell(person, day, words=VPN):
    with clock.freeze(START + timedelta(days=day)):
        told = Report(requester_id=person.id, description=words, channel=Channel.MAIL, service="vpn")
        return report(told).id


def look(day):
    with clock.freeze(START + timedelta(days=day)):
        looking.look()
    db.session.expire_all()


def test_it_is_proposed_grows_becomes_a_problem_and_is_not_proposed_again(person, tess):
    people = [person(f"erin{number}") for number in range(6)]
    ids = [tell(people[day], day) for day in range(5)]
    look(5)
    (proposal,) = proposals.open_ones(tess)
    assert (len(proposal.members), proposal.people, proposal.days) == (5, 5, 5)
    ids.append(tell(people[5], 6))
    look(7)
    (same,) = proposals.open_ones(tess)
    assert same.id == proposal.id and len(same.members) == 6
    problem = proposals.accept(proposal.id, by=tess)
    assert {link.incident_id for link in problem.links} == set(ids)
    assert problem.service.slug == "vpn"
    look(8)
    assert proposals.open_ones(tess) == []
    with pytest.raises(Conflict):
        proposals.dismiss(proposal.id, by=tess)


def test_dismissed_it_comes_again_only_with_as_many_new_ones(person, tess):
    people = [person(f"erin{number}") for number in range(9)]
    for day in range(4):
        tell(people[day], day)
    look(5)
    (proposal,) = proposals.open_ones(tess)
    proposals.dismiss(proposal.id, by=tess)
    tell(people[4], 6)
    look(7)
    assert proposals.open_ones(tess) == []
    proposals.bring_back(proposal.id, by=tess)
    assert len(proposals.open_ones(tess)) == 1
    proposals.dismiss(proposal.id, by=tess)
    for day in (8, 9, 10):
        tell(people[day - 3], day)
    look(11)
    (again,) = proposals.open_ones(tess)
    assert again.id != proposal.id and len(again.members) == 4


def test_what_holds_no_more_goes(person, tess):
    for day in range(4):
        tell(person(f"erin{day}"), day)
    look(5)
    (proposal,) = proposals.open_ones(tess)
    look(90)
    assert proposals.open_ones(tess) == []
    with pytest.raises(NotFound):
        proposals.accept(proposal.id, by=tess)
    with write() as session:
        assert session.query(Proposal).count() == 0


def test_what_looks_like_a_problem_somebody_has_in_hand_is_not_proposed(person, tess):
    people = [person(f"erin{number}") for number in range(9)]
    ids = [tell(people[day], day) for day in range(4)]
    findings = Findings(title="The tunnel drops", service="vpn")
    problem = work.open_problem(findings, incident_ids=ids, by=tess)
    for day in range(4, 9):
        tell(people[day], day)
    look(9)
    assert proposals.open_ones(tess) == []
    work.lead_on(problem.number, Standing.CLOSED, by=tess, note="Nobody knows.")
    look(9)
    assert [one.many for one in proposals.open_ones(tess)] == [5]


def test_what_comes_more_often_than_before_is_first_whatever_it_cost(person, tess):
    tell(person("first"), -70, "The room is cold")
    people = [person(f"erin{number}") for number in range(12)]
    dear = [tell(people[n], day, "The badge reader is dead") for n, day in enumerate((-40, -35, -20, -10))]
    with write() as session:
        for one in dear:
            session.get_one(Incident, one).minutes_spent = 60
    for number in range(12):
        tell(people[number], -12 + number)
    look(0)
    rising, as_ever = proposals.open_ones(tess)
    assert (rising.is_rising, rising.lately, rising.before, rising.minutes) == (True, 12, 0, 0)
    assert (as_ever.is_rising, as_ever.lately, as_ever.before, as_ever.minutes) == (False, 2, 2, 240)
    newest = proposals.newest_of([rising, as_ever])
    assert [len(newest[one.id]) for one in (rising, as_ever)] == [8, 4]
    assert newest[rising.id][0].requester_id == people[11].id


def test_what_cost_most_comes_first_and_a_trifle_stays_below_the_bar(person, tess):
    people = [person(f"erin{number}") for number in range(9)]
    troubles = {"The badge reader is dead": 10, VPN: 1, "Excel shows no pivot tables": 20}
    for words, minutes in troubles.items():
        ids = [tell(people[day], day, words) for day in range(4)]
        with write() as session:
            for one in ids:
                session.get_one(Incident, one).minutes_spent = minutes
    look(5)
    worth, below = proposals.worth_it(tess)
    assert ([one.minutes for one in worth], [one.minutes for one in below]) == ([80], [40, 4])
    for day in range(4, 9):
        tell(people[day], day)
    look(9)
    worth, below = proposals.worth_it(tess)
    assert [(one.minutes, one.people) for one in worth] == [(80, 4), (4, 9)]
    assert [one.minutes for one in below] == [40]
