"""What nobody takes goes up by rules of time, and never round."""

import itertools
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline import clock
from firstline.db import db
from incidents import lifecycle
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.models import Event, State
from incidents.people import Role
from incidents.routing import ladder, overdue
from incidents.routing.ladder import StepFacts
from incidents.routing.models import Upwards

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@pytest.fixture
def step(ada):
    def add(upwards, after=60, tier=1, **more):
        return ladder.save_step(StepFacts(tier=tier, after_minutes=after, upwards=upwards, **more), by=ada)

    return add


@pytest.fixture(autouse=True)
def monday_morning():
    with clock.freeze(MONDAY):
        yield


def later(hours):
    return clock.freeze(MONDAY + hours * HOUR)


def test_only_working_time_counts(routed, step):
    step(Upwards.NEXT_TIER, after=600)
    routed("vpn drops")
    with later(20):
        assert overdue.send_up_the_untouched() == 0
    with later(27):
        assert overdue.send_up_the_untouched() == 1


def events(incident):
    db.session.rollback()
    return [entry.event for entry in incident.entries]


def test_what_nobody_takes_in_time_goes_to_the_next_tier_with_a_note(routed, step):
    step(Upwards.NEXT_TIER)
    incident = routed("vpn drops")
    assert overdue.send_up_the_untouched() == 0
    with later(2):
        assert overdue.send_up_the_untouched() == 1
        assert overdue.send_up_the_untouched() == 0
    assert (incident.team.slug, incident.state) == ("network", State.QUEUED)
    entry = incident.entries[-1]
    assert (entry.event, entry.text) == (Event.ESCALATED, "Nobody took it for 60 working minutes.")


def test_what_somebody_took_stays(routed, step, person, desk):
    step(Upwards.NEXT_TIER)
    incident = routed()
    lifecycle.take(incident.id, by=person("tess", Role.AGENT, desk["first"]))
    with later(5):
        assert overdue.send_up_the_untouched() == 0


def test_the_lead_is_called_once_and_the_team_keeps_it(routed, step, person, desk):
    person("lena", Role.LEAD, desk["first"])
    step(Upwards.LEAD)
    incident = routed()
    with later(2):
        assert [overdue.send_up_the_untouched() for _n in range(3)] == [1, 0, 0]
    assert events(incident)[-1] == Event.LEAD_CALLED and incident.team.slug == "service-desk"


def test_a_rule_holds_for_its_team_and_for_what_is_urgent_enough(routed, step):
    step(Upwards.TEAM, team="platform", worst_priority=2)
    routed("a small thing")
    urgent = routed("everybody cannot work")
    with later(2):
        assert overdue.send_up_the_untouched() == 1
    assert urgent.team.slug == "platform"


def test_at_the_top_the_lead_is_called_instead(routed, step, person, desk):
    step(Upwards.NEXT_TIER)
    step(Upwards.NEXT_TIER, tier=3)
    step(Upwards.TEAM, team="platform", tier=2)
    incident = routed("vpn drops")
    for hours in range(2, 12, 2):
        with later(hours):
            overdue.send_up_the_untouched()
    moves = [event for event in events(incident) if event in {Event.ESCALATED, Event.LEAD_CALLED}]
    assert moves == [Event.ESCALATED, Event.ESCALATED, Event.LEAD_CALLED]


def test_a_rule_that_would_send_it_round_is_refused_and_names_the_way(step):
    step(Upwards.NEXT_TIER)
    with pytest.raises(Conflict, match=r"Service Desk → .*Service Desk"):
        step(Upwards.TEAM, tier=2, team="service-desk")
    with pytest.raises(Conflict, match="Network → Workplace"):
        step(Upwards.TEAM, tier=2, team="network")
    assert len(ladder.list_steps()) == 1


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"tier": 0}, "tier 1, 2 or 3"),
        ({"upwards": "moon"}, "Choose where"),
        ({"after_minutes": 0}, "working minutes"),
        ({"worst_priority": 9}, "from 1 to 5"),
        ({"upwards": "team", "team": "printwell"}, "asked by a person"),
        ({"upwards": "team", "team": ""}, "no such team"),
    ],
)
def test_a_rule_of_time_that_means_nothing_is_refused(ada, facts, sentence):
    with pytest.raises(Invalid, match=sentence):
        ladder.save_step(StepFacts(**{"tier": 1, "after_minutes": 60, "upwards": "lead"} | facts), by=ada)


def test_only_administrators_keep_rules_of_time(person, desk):
    with pytest.raises(NotAllowed):
        ladder.save_step(StepFacts(tier=1, after_minutes=60, upwards="lead"), by=person("tess", Role.AGENT))


TEAMS = [SimpleNamespace(id=n, tier=1 + n % 3) for n in range(6)]
RULE = st.builds(
    SimpleNamespace,
    id=st.just(0),
    is_on=st.booleans(),
    tier=st.integers(1, 3),
    from_team_id=st.one_of(st.none(), st.integers(0, 5)),
    upwards=st.sampled_from(list(Upwards)),
    team_id=st.integers(0, 5),
)


@given(
    rules=st.lists(RULE, max_size=6), start=st.integers(0, 5), picks=st.lists(st.integers(0, 9), max_size=30)
)
def test_rules_without_a_round_trip_never_bring_anything_back(rules, start, picks):
    ways = ladder.ways_of(rules, TEAMS)
    been, at = [start], start
    for pick in picks:
        onward = sorted(ways[at])
        if not onward:
            break
        at = onward[pick % len(onward)]
        been.append(at)
    if ladder.round_trip(ways) is None:
        assert len(set(been)) == len(been)


@given(rules=st.lists(RULE, max_size=6))
def test_a_round_trip_that_is_named_can_be_gone(rules):
    ways = ladder.ways_of(rules, TEAMS)
    found = ladder.round_trip(ways)
    if found is not None:
        assert found[0] == found[-1]
        assert all(step in ways[at] for at, step in itertools.pairwise(found))
