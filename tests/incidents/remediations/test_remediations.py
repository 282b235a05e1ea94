"""A remediation runs once, within its limits, and a person follows when it fails."""

import json
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from importlib.metadata import EntryPoint

import pytest
from flask import current_app

from firstline import clock, jobs, outgoing
from firstline.db import db, write
from incidents import lifecycle
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Event, Incident, Resolution, State, Visibility
from incidents.notices import Notice, Topic
from incidents.people import Role
from incidents.remediations import actions, asking, from_article, keeping, offering, running
from incidents.remediations.actions import Answer
from incidents.remediations.keeping import RemediationFacts
from incidents.remediations.models import Reach, Remediation, Result, Run
from knowledge_base.models import Article
from knowledge_base.models import State as Standing
from tests.incidents.remediations.receiver import SECRET, done, receiving

UNLOCK = "unlock-account"


@pytest.fixture
def receiver(app):
    """Its address is the only one inside our network that may be asked."""
    with receiving() as server:
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], webhook_hosts=(server.address,))
        yield server


@pytest.fixture
def ada(person, desk):
    return person("ada", Role.ADMIN)


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def facts(receiver):
    return RemediationFacts(
        slug=UNLOCK,
        name="Unlock account",
        url=f"http://{receiver.address}/unlock",
        secret=SECRET,
        categories=["network"],
        is_offered=True,
    )


@pytest.fixture
def remedy(facts, ada):
    return keeping.save(facts, by=ada)


@pytest.fixture
def article():
    with write() as session:
        locked = Article(slug="locked", title="My account is locked", body="Wait.", state=Standing.PUBLISHED)
        session.add(locked)
    return locked


def said(by, **more) -> Incident:
    incident = report(
        Report(requester_id=by.id, description="my vpn account", channel=Channel.PORTAL, **more)
    )
    with write() as session:
        session.get_one(Incident, incident.id).category = "network"
    return incident


def work():
    """What the worker does with our nudges; those of others wait."""
    inbox = current_app.extensions["firstline_run"]
    ours = [arguments for name, arguments in inbox if name == asking.TASK]
    inbox.clear()
    for arguments in ours:
        jobs.run(asking.TASK, *arguments)


def last(incident) -> Run:
    db.session.expire_all()
    return offering.runs_of(incident)[0]


def entries(incident):
    return [one for one in incident.entries if one.event == Event.REMEDIATED]


def test_the_requester_starts_it_and_the_incident_is_resolved_by_it(remedy, receiver, erin):
    incident = said(erin)
    assert [one.slug for one in offering.for_requester(incident)] == [UNLOCK]
    asking.ask_as_requester(incident.id, UNLOCK, by=erin)
    work()
    assert last(incident).state == Result.DONE
    assert (incident.state, incident.resolution) == (State.RESOLVED, Resolution.AUTOMATIC)
    assert incident.solution == "Unlocked. Sign in again."
    (order,) = receiver.orders
    assert (order["target"], order["remediation"], order["dry_run"]) == (erin.email, UNLOCK, False)
    assert [one.facts["state"] for one in entries(incident)] == [Result.DUE, Result.DONE]
    assert {one.visibility for one in entries(incident)} == {Visibility.PUBLIC}


def test_pressed_twice_nudged_twice_and_swept_it_runs_once(remedy, receiver, erin, monkeypatch):
    incident = said(erin)
    first = asking.ask_as_requester(incident.id, UNLOCK, by=erin)
    assert asking.ask_as_requester(incident.id, UNLOCK, by=erin).id == first.id
    later = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    running.look_after()
    work()
    running.run(first.id)
    running.look_after()
    work()
    assert len(receiver.orders) == 1


def test_one_that_hangs_is_unknown_and_a_person_follows(remedy, receiver, erin, monkeypatch):
    def hang(key):
        receiver.let_go.wait(30)
        return done(key)

    receiver.answers = hang
    with write() as session:
        session.get_one(Remediation, remedy.id).timeout_s = 1
    incident = said(erin)
    run = asking.ask_as_requester(incident.id, UNLOCK, by=erin)
    work()
    assert last(incident).state == Result.UNKNOWN
    assert incident.state == State.QUEUED
    assert "Nobody knows" in incident.routed_because
    receiver.let_go.set()
    running.settle(run.id, Answer(Result.DONE))
    assert last(incident).state == Result.UNKNOWN


def test_a_receiver_that_breaks_leaves_the_result_unknown_and_a_person_follows(remedy, receiver, erin):
    receiver.answers = lambda key: (500, b"", "")
    incident = said(erin)
    asking.ask_as_requester(incident.id, UNLOCK, by=erin)
    work()
    running.look_after()
    work()
    assert (last(incident).state, incident.state) == (Result.UNKNOWN, State.QUEUED)
    assert len(receiver.orders) == 1


def signed(key, body, secret=SECRET, age_s=0):
    at = int(time.time()) - age_s
    return {"firstline-signature": actions.sign_answer(key, body, secret, at=at)}


DONE = b'{"result": "done", "message": "Unlocked"}'


@pytest.mark.parametrize(
    ("status", "headers", "body", "result", "words"),
    [
        (200, partial(signed, "key", DONE), DONE, Result.DONE, "Unlocked"),
        (503, dict, b"", Result.UNKNOWN, "error 503"),
        (404, dict, b"", Result.FAILED, "refused with 404"),
        (302, partial(dict, location="http://169.254.169.254/"), b"", Result.FAILED, "refused with 302"),
        (200, dict, DONE, Result.UNKNOWN, "not signed"),
        (
            200,
            partial(signed, "key", DONE, secret="a secret of somebody else"),
            DONE,
            Result.UNKNOWN,
            "not signed",
        ),
        (200, partial(signed, "another order", DONE), DONE, Result.UNKNOWN, "not signed"),
        (200, partial(signed, "key", DONE, age_s=3600), DONE, Result.UNKNOWN, "not signed"),
        (200, partial(signed, "key", b"{}"), DONE, Result.UNKNOWN, "not signed"),
        (200, partial(signed, "key", b"[]"), b"[]", Result.UNKNOWN, "cannot be read"),
        (200, partial(signed, "key", b"{}"), b"{}", Result.UNKNOWN, "cannot be read"),
        (200, partial(signed, "key", b'{"result": []}'), b'{"result": []}', Result.UNKNOWN, "cannot be read"),
    ],
)
def test_only_a_signed_answer_to_this_very_order_is_a_success(app, status, headers, body, result, words):
    answer = actions.read(outgoing.Answer(status, headers(), body), "key", SECRET)
    assert answer.result == result
    assert words in answer.message


def test_one_whose_process_died_is_given_up_and_not_begun_again(remedy, receiver, erin, monkeypatch):
    incident = said(erin)
    run = asking.ask_as_requester(incident.id, UNLOCK, by=erin)
    assert running._claim(run.id)
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    running.look_after()
    work()
    assert (last(incident).state, receiver.orders) == (Result.UNKNOWN, [])


def test_tried_without_effect_it_says_so_and_changes_nothing(remedy, receiver, erin, tess):
    incident = said(erin)
    for _ in range(2):
        asking.ask_as_support(incident.id, UNLOCK, by=tess, nonce="one", dry=True)
    work()
    assert [order["dry_run"] for order in receiver.orders] == [True]
    assert (last(incident).state, incident.is_open) == (Result.DONE, True)
    assert {one.visibility for one in entries(incident)} == {Visibility.INTERNAL}
    assert offering.for_requester(incident)


def test_over_a_limit_a_lead_decides_and_not_who_asked(facts, receiver, ada, person, desk, erin):
    keeping.save(replace(facts, repeat_limit=1, hourly_limit=2), by=ada)
    first = said(erin)
    asking.ask_as_requester(first.id, UNLOCK, by=erin)
    work()
    second = said(erin)
    run = asking.ask_as_requester(second.id, UNLOCK, by=erin)
    work()
    assert (run.state, second.state, len(receiver.orders)) == (Result.WAITS, State.QUEUED, 1)
    with pytest.raises(NotAllowed):
        asking.decide(run.id, by=person("tom", Role.AGENT), approve=True)
    lead = person("lena", Role.LEAD)
    asking.decide(run.id, by=lead, approve=True)
    with pytest.raises(Conflict):
        asking.decide(run.id, by=lead, approve=False)
    work()
    assert (last(second).state, len(receiver.orders)) == (Result.DONE, 2)
    assert asking.ask_as_requester(said(person("bob")).id, UNLOCK, by=person_of("bob")).state == Result.WAITS


def person_of(name):
    from incidents.people import Person

    return db.session.query(Person).filter_by(email=f"{name}@example.com").one()


def test_it_touches_only_so_many_different_things_a_day(facts, receiver, ada, person):
    keeping.save(replace(facts, target_limit=2), by=ada)
    states = []
    for name in ("bob", "carla", "dan"):
        by = person(name)
        states.append(asking.ask_as_requester(said(by).id, UNLOCK, by=by).state)
    assert states == [Result.DUE, Result.DUE, Result.WAITS]


def test_nobody_approves_what_they_asked_for(facts, receiver, ada, erin):
    keeping.save(replace(facts, needs_approval=True), by=ada)
    run = asking.ask_as_support(said(erin).id, UNLOCK, by=ada, nonce="x")
    with pytest.raises(NotAllowed, match="Somebody else"):
        asking.decide(run.id, by=ada, approve=True)


def test_a_declined_one_does_not_run(facts, receiver, ada, erin, person):
    keeping.save(replace(facts, needs_approval=True), by=ada)
    incident = said(erin)
    run = asking.ask_as_requester(incident.id, UNLOCK, by=erin)
    asking.decide(run.id, by=person("lena", Role.LEAD), approve=False)
    work()
    assert (last(incident).state, receiver.orders) == (Result.DECLINED, [])


def test_by_rule_it_runs_once_for_what_is_new_and_fits(facts, receiver, ada, erin, desk):
    old = said(erin)
    service = replace(facts, reach=Reach.SERVICE, is_offered=False, is_by_rule=True, categories=["network"])
    keeping.save(service, by=ada)
    new, other = said(erin, service="vpn"), said(erin, service="printing")
    with write() as session:
        session.get_one(Incident, other.id).category = "printing"
    for _ in range(2):
        asking.ask_by_rule()
        work()
    assert [order["target"] for order in receiver.orders] == ["vpn"]
    assert [bool(offering.runs_of(one)) for one in (old, new, other)] == [False, True, False]


def test_two_incidents_about_one_service_restart_it_once_at_a_time(facts, receiver, ada, erin):
    keeping.save(replace(facts, reach=Reach.SERVICE, is_offered=False, is_by_rule=True), by=ada)
    for _ in range(2):
        said(erin, service="vpn")
    asking.ask_by_rule()
    assert db.session.query(Run).count() == 1


def test_whoever_has_the_incident_hears_of_a_failure(remedy, receiver, erin, tess):
    receiver.answers = lambda key: (404, b"", "")
    incident = said(erin)
    lifecycle.take(incident.id, by=tess)
    asking.ask_as_support(incident.id, UNLOCK, by=tess, nonce="x")
    work()
    owed = db.session.query(Notice).filter_by(topic=Topic.COMMENTED, recipient_id=tess.id).count()
    assert (owed, incident.state) == (1, State.IN_PROGRESS)


def test_what_was_solved_meanwhile_is_not_touched(remedy, receiver, erin, tess):
    incident = said(erin)
    asking.ask_as_requester(incident.id, UNLOCK, by=erin)
    solved = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, note="done by hand")
    lifecycle.change(incident.id, solved, by=tess)
    work()
    assert (last(incident).state, receiver.orders) == (Result.DECLINED, [])


def test_beside_its_article_it_uses_the_open_incident_or_opens_one_that_tells_how_it_went(
    facts, receiver, ada, erin, article
):
    keeping.save(replace(facts, categories=[], articles=[article.slug]), by=ada)
    assert [one.slug for one in from_article.of(article)] == [UNLOCK]
    runs = [from_article.ask(article, UNLOCK, by=erin, nonce="a") for _ in range(2)]
    assert runs[0].id == runs[1].id
    work()
    incident = runs[0].incident
    assert (incident.title, incident.state) == (article.title, State.RESOLVED)
    assert len(receiver.orders) == 1
    assert from_article.ask(article, UNLOCK, by=erin, nonce="b").incident_id != incident.id


def test_beside_an_article_nothing_is_run_that_touches_others(facts, ada, erin, article):
    keeping.save(replace(facts, articles=[article.slug], reach=Reach.SERVICE, is_offered=False), by=ada)
    assert from_article.of(article) == []
    with pytest.raises(NotFound):
        from_article.ask(article, UNLOCK, by=erin, nonce="a")


def test_only_its_requester_starts_it_however_it_was_reported(remedy, erin, person, tess):
    incident = said(erin)
    with pytest.raises(NotFound):
        asking.ask_as_requester(incident.id, UNLOCK, by=person("bob"))
    with pytest.raises(NotAllowed):
        asking.ask_as_requester(incident.id, UNLOCK, by=tess)
    with write() as session:
        session.get_one(Incident, incident.id).is_unverified = True
    assert [one.slug for one in offering.for_requester(incident)] == [UNLOCK]
    assert asking.ask_as_requester(incident.id, UNLOCK, by=erin).state == Result.DUE


def test_no_rule_runs_for_a_mail_that_proves_nothing(facts, receiver, ada, erin):
    keeping.save(replace(facts, is_by_rule=True), by=ada)
    incident = said(erin)
    with write() as session:
        session.get_one(Incident, incident.id).is_unverified = True
    asking.ask_by_rule()
    assert offering.runs_of(incident) == []


def test_a_plugin_is_run_when_it_is_installed_and_chosen(facts, receiver, ada, erin, monkeypatch):
    points = [
        EntryPoint(name, f"tests.incidents.remediations.plugins:{name}", actions.GROUP)
        for name in ("works", "breaks", "mumbles")
    ]
    monkeypatch.setattr(actions, "entry_points", lambda group: points)
    results = {}
    for name in ("works", "breaks", "mumbles"):
        keeping.save(replace(facts, slug=name, name=name, action=name, repeat_limit=9), by=ada)
        incident = said(erin)
        asking.ask_as_requester(incident.id, name, by=erin)
        work()
        results[name] = last(incident).state
    assert results == {"works": Result.DONE, "breaks": Result.UNKNOWN, "mumbles": Result.UNKNOWN}
    assert receiver.orders == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"slug": "No!"}, "slug"),
        ({"secret": "short"}, "secret"),
        ({"action": "rm -rf"}, "action"),
        ({"url": "ftp://example.com"}, "url"),
        ({"url": "http://tools.example.com/"}, "url"),
        ({"url": "https://me:pw@tools.example.com/"}, "url"),
        ({"reach": "world"}, "reach"),
        ({"reach": Reach.SERVICE}, "is_offered"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"hourly_limit": 99_999}, "hourly_limit"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(facts, ada, wrong, field):
    with pytest.raises(Invalid) as refused:
        keeping.save(replace(facts, **wrong), by=ada)
    assert refused.value.field == field


def test_its_secret_is_kept_encrypted_and_only_administrators_keep_the_list(facts, remedy, tess):
    assert SECRET not in json.dumps(remedy.secret)
    with pytest.raises(NotAllowed):
        keeping.save(facts, by=tess)
