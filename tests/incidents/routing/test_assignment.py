"""Once the team is found, its people get it: in turn, by load or by skill; nobody fitting is said."""

from collections import Counter
from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents import lifecycle
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Event, Resolution, State
from incidents.notices import Notice, Topic
from incidents.people import Role
from incidents.routing.models import Absence
from tests.incidents.routing.conftest import tell
from tests.incidents.test_at_once import CROWD, at_once

DAY = timedelta(days=1)


@pytest.fixture
def crew(person, desk):
    return [person(name, Role.AGENT, desk["second"]) for name in ("kim", "lee", "mo")]


def away(person, substitute=None):
    with write() as session:
        now = clock.now()
        substitute_id = substitute.id if substitute else None
        session.add(
            Absence(person_id=person.id, since=now - DAY, until=now + DAY, substitute_id=substitute_id)
        )


def said(incident):
    return next(entry.text for entry in incident.entries if entry.event == Event.ASSIGNED)


def test_each_has_their_turn(routed, rule, crew):
    rule("In turn", "network", "round_robin")
    names = [routed().assignee.name for _n in range(6)]
    assert names == ["Kim", "Lee", "Mo", "Kim", "Lee", "Mo"]


def test_what_is_given_stays_queued_until_it_is_taken_and_its_person_is_told(routed, rule, crew):
    rule("In turn", "network", "round_robin")
    incident = routed()
    assert incident.state == State.QUEUED
    notices = db.session.query(Notice).filter_by(topic=Topic.ASSIGNED, incident_id=incident.id)
    assert [notice.recipient.name for notice in notices] == ["Kim"]


def test_turns_are_shared_out_evenly_though_many_come_at_once(app, rule, crew, erin):
    rule("In turn", "network", "round_robin", words=["urgent"])
    told = Report(requester_id=erin.id, description="urgent: everybody cannot work", channel=Channel.API)

    def one(_number):
        made = report(told)
        return made.assignee.name

    shares = Counter(at_once(app, one))
    assert sum(shares.values()) == CROWD and max(shares.values()) - min(shares.values()) <= 1


def test_who_has_least_gets_the_next(routed, rule, crew):
    busy = routed()
    lifecycle.take(busy.id, by=crew[0])
    rule("By load", "network", "least_loaded")
    incident = routed()
    assert (incident.assignee.name, said(incident)) == ("Lee", "They have least: 0 open.")


def test_who_knows_most_of_it_gets_it_though_they_have_more(routed, rule, crew):
    rule("By skill", "network", "by_skill")
    tell(crew[1], skills=["vpn"])
    tell(crew[2], skills=["vpn", "fritzbox"])
    incident = routed("the vpn does not come up behind my Fritzbox")
    assert (incident.assignee.name, said(incident)) == ("Mo", "They know vpn, fritzbox.")


def test_without_a_fitting_skill_it_lies_in_the_queue_of_the_team_and_that_is_said(routed, rule, crew):
    rule("By skill", "network", "by_skill")
    incident = routed("the door squeaks")
    assert incident.assignee is None and incident.team.slug == "network"
    assert "lies in their queue" in said(incident)


def test_who_is_away_off_shift_or_gone_gets_nothing(routed, rule, crew):
    rule("In turn", "network", "round_robin")
    away(crew[0])
    tell(crew[1], active=False)
    assert routed().assignee.name == "Mo"
    here = clock.now()
    tell(crew[2], shift=f"{(here + 3 * DAY):%a} 00:00-24:00")
    incident = routed()
    assert incident.assignee is None
    assert said(incident) == "Nobody of Workplace & Network is here; it lies in their queue."


def test_a_substitute_takes_the_turn_of_the_one_they_stand_in_for(routed, rule, crew, person, desk):
    rule("In turn", "network", "round_robin")
    away(crew[0], substitute=person("ray", Role.AGENT, desk["first"]))
    assert [routed().assignee.name for _n in range(4)] == ["Ray", "Lee", "Mo", "Ray"]


def test_substitutes_who_stand_in_for_each_other_are_nobody(routed, rule, crew):
    rule("In turn", "network", "round_robin")
    away(crew[0], substitute=crew[1])
    away(crew[1], substitute=crew[0])
    assert {routed().assignee.name for _n in range(3)} == {"Mo"}


def test_what_did_not_hold_comes_back_to_the_team_and_person_who_resolved_it(routed, rule, crew):
    rule("All", "network")
    incident = resolved(routed(), crew[0])
    reopen(incident)
    assert (incident.team.slug, incident.assignee.name, incident.state) == ("network", "Kim", State.QUEUED)
    assert incident.routed_by == "Back with Workplace & Network, who resolved it"


def test_it_comes_back_to_the_substitute_of_whoever_is_away_now(routed, rule, crew):
    rule("All", "network")
    first, second = resolved(routed(), crew[0]), resolved(routed(), crew[1])
    away(crew[0], substitute=crew[2])
    away(crew[1])
    reopen(first)
    reopen(second)
    assert (first.assignee.name, second.assignee) == ("Mo", None)
    assert said(second) == "Lee is not here."


def resolved(incident, by):
    lifecycle.take(incident.id, by=by)
    done = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, cause="cable", note="New cable")
    lifecycle.change(incident.id, done, by=by)
    return incident


def reopen(incident):
    lifecycle.change(incident.id, Change(to=State.QUEUED, note="Still broken"), by=incident.requester)
