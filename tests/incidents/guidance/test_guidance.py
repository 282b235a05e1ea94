"""Help for whoever handles an incident: with a reason, and gone when it is wrong."""

from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents import lifecycle
from incidents.catalogue import dependencies
from incidents.errors import Invalid, NotFound
from incidents.guidance import changes, forecast, helping, knowing, verdicts
from incidents.guidance.verdicts import Piece
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Incident, Level, Resolution, State
from incidents.people import Role
from incidents.services import Service


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def tom(person, desk):
    return person("tom", Role.AGENT, desk["first"])


def said(by, words="The vpn tunnel drops after some minutes", **more):
    incident = report(
        Report(requester_id=by.id, description=words, channel=Channel.PORTAL, service="vpn", **more)
    )
    with write() as session:
        session.get_one(Incident, incident.id).category = "network"
    return incident


def solved(by, helper, *, took=None, items=(), words="The vpn tunnel drops after some minutes"):
    incident = said(by, words)
    done = Change(
        to=State.RESOLVED, resolution=Resolution.SUPPORT, note="Split the tunnel", cause="MTU", items=items
    )
    lifecycle.change(incident.id, done, by=helper)
    if took:
        with write() as session:
            kept = session.get_one(Incident, incident.id)
            kept.created_at = kept.resolved_at - took
    return incident


def test_who_solved_its_like_knows_this_and_not_who_was_said_not_to(erin, tess, tom, person):
    for helper in (tess, tess, tess, tom, tom, person("once", Role.AGENT)):
        solved(erin, helper)
    incident = said(erin)
    assert [(one.person.name, one.count) for one in knowing.this(incident)] == [("Tess", 3), ("Tom", 2)]
    for number in range(2):
        other = incident if not number else said(erin)
        verdicts.say_wrong(other.id, Piece.PERSON, str(tess.id), by=tom)
    assert [one.person.name for one in knowing.this(incident)] == ["Tom"]
    assert [one.person.name for one in knowing.this(said(erin))] == ["Tom", "Tess"]


def test_what_changed_on_the_service_or_what_it_needs_is_told(erin, tess, desk):
    with write() as session:
        vpn = session.query(Service).filter_by(slug="vpn").one()
        dependencies.replace(session, vpn, ["printing"])
    first, second = solved(erin, tess, items=("vpn",)), solved(erin, tess, items=("printing",))
    incident = said(erin)
    assert [(one.number, one.is_needed) for one in changes.before(incident)] == [
        (second.number, True),
        (first.number, False),
    ]
    wrong = changes.before(incident)[0].subject
    verdicts.say_wrong(incident.id, Piece.CHANGE, wrong, by=tess)
    assert [one.number for one in changes.before(incident)] == [first.number]
    assert [one.number for one in changes.before(said(erin))] == [first.number, second.number]


def test_the_next_step_is_the_first_that_fits_and_another_one_when_it_is_wrong(erin, tess):
    first, second = solved(erin, tess), solved(erin, tess)
    incident = said(erin)
    step = helping.for_incident(incident).step
    assert step.number in {first.number, second.number}
    assert "the same" in step.because
    verdicts.say_wrong(incident.id, Piece.STEP, step.subject, by=tess)
    other = helping.for_incident(incident).step
    assert {step.number, other.number} == {first.number, second.number}
    verdicts.take_back(incident.id, by=tess)
    assert helping.for_incident(incident).step == step


def test_a_kind_of_step_that_was_often_wrong_is_not_proposed_for_the_category(erin, tess):
    solved(erin, tess)
    for _ in range(3):
        incident = said(erin)
        step = helping.for_incident(incident).step
        verdicts.say_wrong(incident.id, Piece.STEP, step.subject, by=tess)
    assert helping.for_incident(said(erin)).step is None


def test_a_fault_upstream_comes_before_what_solved_its_like(erin, tess, desk):
    solved(erin, tess)
    with write() as session:
        vpn = session.query(Service).filter_by(slug="vpn").one()
        dependencies.replace(session, vpn, ["printing"])
    fault = report(
        Report(
            requester_id=erin.id,
            description="printing is down",
            channel=Channel.PORTAL,
            service="printing",
            impact=Level.HIGH,
            urgency=Level.HIGH,
        )
    )
    assert helping.for_incident(said(erin)).step.number == fault.number


def test_a_solution_that_misled_stands_behind_and_is_gone_here(erin, tess):
    first, second = solved(erin, tess), solved(erin, tess)
    incident = said(erin)
    verdicts.say_wrong(incident.id, Piece.SIMILAR, str(second.id), by=tess)
    assert [one.incident.id for one in helping.solved_like(incident)] == [first.id]
    assert [one.incident.id for one in helping.solved_like(said(erin))] == [first.id, second.id]


def test_the_time_is_told_by_its_like_and_wider_when_it_was_often_wrong(erin, tess):
    for hour in range(1, 31):
        solved(erin, tess, took=timedelta(hours=hour))
    incident = said(erin)
    told = forecast.of_incident(incident)
    assert (told.n, told.covers, told.alike) == (30, 80, ("category", "service", "priority"))
    assert (told.middle - incident.created_at) == timedelta(hours=16)
    for other in (incident, said(erin), said(erin)):
        verdicts.say_wrong(other.id, Piece.FORECAST, Piece.FORECAST, by=tess)
    assert forecast.of_incident(incident) is None
    wider = forecast.of_incident(said(erin))
    assert wider.covers == 90
    assert wider.latest - wider.soonest > told.latest - told.soonest


def test_one_that_is_open_long_is_measured_by_those_that_lasted_longer(erin, tess, monkeypatch):
    for hour in range(1, 41):
        solved(erin, tess, took=timedelta(hours=hour))
    incident = said(erin)
    later = clock.now() + timedelta(hours=10)
    monkeypatch.setattr(clock, "now", lambda: later)
    told = forecast.of_incident(incident)
    assert (told.n, told.soonest > later) == (30, True)


def test_only_support_says_that_help_was_wrong(erin, tess):
    incident = said(erin)
    with pytest.raises(NotFound):
        verdicts.say_wrong(said(tess).id, Piece.STEP, "x", by=erin)
    for piece, subject in (("mood", "x"), (Piece.STEP, ""), (Piece.STEP, "x" * 61)):
        with pytest.raises(Invalid):
            verdicts.say_wrong(incident.id, piece, subject, by=tess)
    verdicts.say_wrong(incident.id, Piece.STEP, "x", by=tess)
    verdicts.say_wrong(incident.id, Piece.STEP, "x", by=tess)
    assert db.session.query(verdicts.Verdict).count() == 1


def test_nothing_known_is_nothing_told(erin):
    told = helping.for_incident(said(erin))
    assert (told.step, told.forecast, *told.changes, *told.alike, *told.people) == (None, None)
