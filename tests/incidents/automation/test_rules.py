"""Rules: when, if and then; looked at before they hold, run once, never in circles."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from firstline import clock
from firstline.db import db, write
from incidents import lifecycle
from incidents.automation import deeds, rules, running
from incidents.automation.models import AutomationRun, Moment
from incidents.automation.rules import RuleFacts
from incidents.conversation import say
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Entry, Event, Incident, Level, State
from incidents.moving.rows import COLUMNS, put
from incidents.people import Role
from incidents.routing.removal import remove_team

LATER = timedelta(minutes=1)
MANY = 10_000


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def ada(person, desk):
    return person("ada", Role.ADMIN)


@pytest.fixture
def told(erin):
    def tell(words="vpn drops", **more):
        return report(Report(requester_id=erin.id, description=words, channel=Channel.PORTAL, **more))

    return tell


@pytest.fixture
def rule(ada):
    """A rule that is on: `rule(moment, {"urgency": "high"}, conditions={...})`."""

    def keep(moment, does, *, name="A rule", is_on=True, **more):
        wanted = [{"do": do, "value": value} for do, value in does.items()]
        kept = rules.save(RuleFacts(name=name, moment=moment, deeds=wanted, **more), by=ada)
        if is_on:
            rules.switch(kept.id, by=ada, is_on=True)
        return rules.get(kept.id)

    return keep


def again(incident) -> Incident:
    return db.session.get_one(Incident, incident.id, populate_existing=True)


def runs(incident):
    db.session.rollback()
    return [one.facts for one in again(incident).entries if one.event == Event.AUTOMATED]


def test_a_rule_acts_on_what_fits_once_and_says_so_on_the_timeline(told, rule):
    rule(
        Moment.REPORTED,
        {"urgency": "high", "note": "Ask {{first_name}} for the site."},
        conditions={"words": ["vpn"]},
    )
    fitting, other = told("vpn drops"), told("printer jams")
    for _again in range(2):
        running.run_on_news()
    assert again(fitting).urgency == Level.HIGH and again(other).urgency != Level.HIGH
    did = ["urgency high", "a note: Ask {{first_name}} for the site."]
    assert runs(fitting) == [{"rule": "A rule", "did": did}] and runs(other) == []
    noted = [one.text for one in again(fitting).entries if one.event == Event.NOTED]
    assert noted == ["Ask Erin for the site."]


def test_its_query_is_that_of_the_search_field(told, rule):
    rule(Moment.REPORTED, {"team": "network"}, query="channel:portal -printer")
    vpn, printer = told("vpn drops"), told("printer jams")
    running.run_on_news()
    assert again(vpn).team.slug == "network" and again(printer).team_id is None


def test_rules_run_in_their_order_and_the_second_sees_what_the_first_did(told, rule, ada):
    late = rule(Moment.REPORTED, {"watch": "ada@example.com"}, name="Second", query="p:1,2 is:unassigned")
    first = rule(Moment.REPORTED, {"urgency": "high"}, name="First")
    rules.move(first.id, by=ada, to=1)
    incident = told("vpn drops", impact=Level.HIGH, urgency=Level.LOW)
    running.run_on_news()
    assert [one["rule"] for one in runs(incident)] == ["First", "Second"]
    assert late.id != first.id


def test_what_rules_do_asks_no_rule(told, rule, tess):
    rule(Moment.ESCALATED, {"team": "service-desk"}, name="Back")
    rule(Moment.ESCALATED, {"team": "network"}, name="Forth")
    incident = told()
    lifecycle.take(incident.id, by=tess)
    lifecycle.escalate(incident.id, by=tess, note="Theirs", team_slug="platform")
    for _again in range(3):
        running.run_on_news()
    assert [one["rule"] for one in runs(incident)] == ["Back", "Forth"]


def test_no_rule_acts_more_than_so_often_a_day_on_one_incident(told, rule, erin):
    rule(Moment.COMMENTED, {"note": "Again"})
    incident = told()
    for times in range(running.MOST_A_DAY + 3):
        with clock.freeze(clock.now() + timedelta(minutes=times + 1)):
            say(incident.id, by=erin, text=f"Word {times}", channel=Channel.PORTAL)
    running.run_on_news()
    assert len(runs(incident)) == running.MOST_A_DAY


def test_a_rule_of_time_acts_once_on_what_has_waited_and_on_nothing_that_is_over(told, rule, tess):
    rule(Moment.TIME, {"note": "Old"}, query="age:>2d")
    old, over = told(), told()
    lifecycle.change(over.id, Change(to=State.CANCELLED), by=tess)
    running.run_on_time()
    assert runs(old) == []
    with clock.freeze(clock.now() + timedelta(days=3)):
        for _again in range(2):
            running.run_on_time()
    assert len(runs(old)) == 1 and runs(over) == []


def test_a_rule_answers_only_what_happens_once_it_is_on(told, rule, ada):
    before = told()
    kept = rule(Moment.REPORTED, {"note": "Seen"}, is_on=False)
    meanwhile = told()
    running.run_on_news()
    with clock.freeze(clock.now() + LATER):
        rules.switch(kept.id, by=ada, is_on=True)
        after = told()
        running.run_on_news()
    assert [len(runs(one)) for one in (before, meanwhile, after)] == [0, 0, 1]
    with clock.freeze(clock.now() + 2 * LATER):
        rules.save(
            RuleFacts(name="A rule", moment="reported", deeds=[{"do": "note", "value": "x"}]),
            by=ada,
            rule_id=kept.id,
        )
        assert not rules.get(kept.id).is_on


def test_what_it_would_have_touched_is_counted_before_anything_is_done(told, rule):
    for number in range(rules.SHOWN + 5):
        told(f"vpn drops {number}")
    told("printer jams")
    trial = rules.try_on_last_week(
        rule(Moment.REPORTED, {"note": "x"}, is_on=False, conditions={"words": ["vpn"]})
    )
    assert (trial.count, len(trial.incidents)) == (rules.SHOWN + 5, rules.SHOWN)
    every = rules.try_on_last_week(rule(Moment.REPORTED, {"note": "x"}, is_on=False))
    assert every.count == rules.SHOWN + 6
    waiting = rules.try_on_last_week(rule(Moment.TIME, {"note": "x"}, is_on=False, query="printer"))
    assert waiting.count == 1
    with clock.freeze(clock.now() + timedelta(days=8)):
        assert rules.try_on_last_week(rule(Moment.REPORTED, {"note": "x"}, is_on=False)).count == 0
    assert db.session.scalar(select(func.count()).select_from(AutomationRun)) == 0


def test_a_rule_that_would_touch_ten_thousand_says_so_before_it_touches_one(told, rule):
    first = told("vpn drops")
    copies = [{name: getattr(first, name) for name in COLUMNS} | {"id": first.id + n} for n in range(1, MANY)]
    with write() as session:
        put(session, Incident, copies)
        put(session, Entry, [{"incident_id": one["id"], "event": Event.REPORTED} for one in copies])
    for asked in ({"query": "channel:portal"}, {"conditions": {"words": ["vpn"]}}):
        trial = rules.try_on_last_week(rule(Moment.REPORTED, {"note": "x"}, is_on=False, **asked))
        assert (trial.count, len(trial.incidents)) == (MANY, rules.SHOWN)
    assert db.session.scalar(select(func.count()).select_from(AutomationRun)) == 0


def test_a_deed_that_is_refused_is_told_and_the_others_are_done(told, rule, tess):
    rule(Moment.RESOLVED, {"urgency": "high", "note": "Look again"})
    incident = told()
    change = Change(to=State.RESOLVED, resolution="support", cause="cable")
    lifecycle.change(incident.id, change, by=tess)
    running.run_on_news()
    (did,) = [one["did"] for one in runs(incident)]
    assert did == ["It is resolved. Reopen it first.", "a note: Look again"]


def test_a_rule_reads_as_a_sentence(rule):
    kept = rule(
        Moment.REPORTED, {"team": "network"}, is_on=False, conditions={"priority": ["P1"]}, query="vpn"
    )
    assert rules.sentence(kept) == (
        "When it is reported – if priority is P1; it fits “vpn” – then handed to Workplace & Network."
    )


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " "}, "name"),
        ({"moment": "sometimes"}, "moment"),
        ({"deeds": []}, "deeds"),
        ({"deeds": [{"do": "take", "value": "1"}]}, "take"),
        ({"deeds": [{"do": "team", "value": "printwell"}]}, "team"),
        ({"deeds": [{"do": "urgency", "value": "very"}]}, "urgency"),
        ({"deeds": [{"do": "note", "value": "{{me}}"}]}, "note"),
        ({"query": "p:9"}, "query"),
        ({"query": "assignee:me"}, "query"),
        ({"moment": "time"}, "query"),
        ({"conditions": {"category": ["moon"]}}, "category"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(ada, facts, field):
    right = {"name": "A rule", "moment": "reported", "deeds": [{"do": "note", "value": "x"}]}
    with pytest.raises(Invalid) as refused:
        rules.save(RuleFacts(**(right | facts)), by=ada)
    assert refused.value.field == field


def test_only_administrators_keep_rules(tess):
    with pytest.raises(NotAllowed):
        rules.save(RuleFacts(name="x", moment="reported", deeds=[{"do": "note", "value": "x"}]), by=tess)


def test_a_team_is_not_taken_away_under_a_rule(rule, desk, ada):
    kept = rule(Moment.REPORTED, {"team": "platform", "note": "x"})
    with pytest.raises(Conflict):
        remove_team(desk["third"].id, by=ada)
    remove_team(desk["third"].id, by=ada, to="network")
    assert rules.get(kept.id).deeds[0] == {"do": "team", "value": "network"}


def test_every_deed_has_words_for_a_form_and_for_the_timeline(app):
    for do, doing in deeds.DEEDS.items():
        assert str(doing.label) and deeds.sentence({"do": do, "value": "x"})
