"""The first rule that fits decides; below them stands what has always been so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline import clock
from firstline.db import db
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.models import Event
from incidents.people import Role
from incidents.routing import rulebook
from incidents.routing.conditions import NAMES, Facts, met
from incidents.routing.rulebook import RuleFacts
from tests.incidents.routing.conftest import tell


def test_without_rules_the_owner_of_the_service_on_tier_one_has_it_else_the_first_line(routed):
    printer = routed("the printer is out of toner")
    vpn = routed("the vpn tunnel drops")
    assert (printer.team.slug, printer.routed_by) == ("service-desk", "No rule fits; Printing is theirs")
    assert (vpn.team.slug, vpn.routed_by) == ("service-desk", "No rule fits; the first line has it")


def test_the_first_rule_that_fits_decides_and_says_what_it_saw(routed, rule):
    rule("Toner", "platform", words=["toner"], channel=["mail", "portal"])
    rule("Printers", "network", category=["printing"])
    incident = routed("the printer is out of Toner!")
    assert incident.team.slug == "platform"
    assert incident.routed_by == "Rule “Toner”: channel is portal; it says “toner”"
    routed_entry = next(entry for entry in incident.entries if entry.event == Event.ROUTED)
    assert routed_entry.facts == {"team": "Platform Engineering", "why": incident.routed_by}
    assert routed("the printer is jammed").team.slug == "network"


def test_one_condition_that_fails_is_enough_to_go_on(routed, rule, erin):
    rule("Lyon", "network", category=["printing"], site=["Lyon"])
    assert routed("printer").team.slug == "service-desk"
    tell(erin, site="lyon")
    assert routed("printer").team.slug == "network"


def test_the_department_of_whoever_asks_decides(routed, rule, erin):
    rule("Money", "platform", department=["Finance"])
    assert routed("printer").team.slug == "service-desk"
    tell(erin, department="finance")
    assert routed("printer").routed_by == "Rule “Money”: department is Finance"


def test_rules_are_ordered_switched_off_and_removed(routed, rule, ada):
    first, second = rule("First", "network"), rule("Second", "platform")
    assert routed().team.slug == "network"
    rulebook.move(second.id, by=ada, to=1)
    assert [one.name for one in rulebook.list_rules()] == ["Second", "First"]
    assert routed().team.slug == "platform"
    rulebook.switch(second.id, by=ada, is_on=False)
    assert routed().team.slug == "network"
    rulebook.remove(first.id, by=ada)
    assert routed().team.slug == "service-desk"


def test_an_incident_that_has_a_team_keeps_it(routed, rule):
    incident = routed()
    rule("All", "platform")
    from incidents.lifecycle import Change, change
    from incidents.models import State

    change(incident.id, Change(to=State.IN_PROGRESS), by=_agent())
    change(incident.id, Change(to=State.QUEUED, note="not mine"), by=None)
    assert incident.team.slug == "service-desk"


def _agent():
    from incidents.people import Person

    return db.session.query(Person).filter_by(role=Role.ADMIN).one()


@pytest.mark.parametrize(
    ("team", "conditions", "sentence"),
    [
        ("printwell", {}, "asked by a person"),
        ("nobody", {}, "no such team"),
        ("network", {"moon": ["full"]}, "A condition is one of"),
        ("network", {"category": ["sailing"]}, "no category of ours"),
        ("network", {"priority": ["P9"]}, "no priority of ours"),
        ("network", {"words": ["one two three four"]}, "one to three words"),
    ],
)
def test_a_rule_that_could_never_hold_is_refused(ada, team, conditions, sentence):
    with pytest.raises(Invalid, match=sentence):
        rulebook.save(RuleFacts(name="Wrong", team=team, conditions=conditions), by=ada)
    assert rulebook.list_rules() == []


def test_only_administrators_keep_rules(person, desk):
    with pytest.raises(NotAllowed):
        rulebook.save(RuleFacts(name="Mine", team="network"), by=person("tess", Role.AGENT))


def test_a_rule_that_is_gone_cannot_be_moved(ada):
    with pytest.raises(NotFound):
        rulebook.move(99, by=ada, to=1)


def test_words_are_tried_without_leaving_anything(rule, desk):
    rule("Tunnels", "network", service=["vpn"])
    facts, decision = rulebook.try_words("Tunnel\nthe vpn tunnel drops")
    assert (facts.service, decision.team.slug) == ("vpn", "network")
    with pytest.raises(Invalid, match="Paste the words"):
        rulebook.try_words("  ")


def test_last_week_is_tried_and_shows_what_would_move(routed, rule):
    with clock.freeze(clock.now().replace(year=2020)):
        routed("old")
    vpn, other = routed("vpn"), routed("something")
    rule("Tunnels", "network", service=["vpn"])
    trials = rulebook.try_on_last_week()
    assert [(trial.incident.id, trial.moves) for trial in trials] == [(other.id, False), (vpn.id, True)]


VALUES = {
    "category": ["network", "printing"],
    "service": ["vpn", "printing"],
    "kind": ["incident", "security"],
    "priority": ["P1", "P2", "P3"],
    "channel": ["mail", "portal"],
    "site": ["Lyon", "Berlin"],
    "department": ["Finance", "Sales"],
    "words": ["toner", "no sound"],
}
CONDITIONS = st.fixed_dictionaries(
    {}, optional={kind: st.lists(st.sampled_from(VALUES[kind]), min_size=1, unique=True) for kind in NAMES}
)
FACTS = st.builds(
    Facts,
    categories=st.tuples(st.sampled_from(VALUES["category"])),
    service=st.sampled_from(["", *VALUES["service"]]),
    kind=st.sampled_from(VALUES["kind"]),
    priority=st.integers(1, 5),
    channel=st.sampled_from(VALUES["channel"]),
    site=st.sampled_from(["", *VALUES["site"]]),
    department=st.sampled_from(["", *VALUES["department"]]),
    text=st.sampled_from(["", "there is NO sound", "toner, please", "tonerless and soundless"]),
)


@given(conditions=CONDITIONS, facts=FACTS)
def test_a_rule_with_more_conditions_never_takes_more(conditions, facts):
    if met(conditions, facts) is not None:
        for kind in conditions:
            fewer = {other: values for other, values in conditions.items() if other != kind}
            assert met(fewer, facts) is not None


@given(conditions=CONDITIONS, facts=FACTS)
def test_what_a_rule_saw_is_what_it_asked_for(conditions, facts):
    seen = met(conditions, facts)
    if seen is not None:
        assert set(seen) == set(conditions)
        assert all(set(values) <= set(conditions[kind]) for kind, values in seen.items())


@given(rules=st.lists(CONDITIONS, max_size=6), facts=FACTS, cut=st.integers(0, 6))
def test_rules_behind_the_one_that_fits_change_nothing(rules, facts, cut):
    def first(some):
        return next((n for n, one in enumerate(some) if met(one, facts) is not None), None)

    chosen = first(rules)
    if chosen is not None:
        assert first(rules[: chosen + 1]) == chosen == first(rules[: chosen + 1 + cut])
