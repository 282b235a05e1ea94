"""Clocks of incidents: what stops them, what moves them, and what they read."""

from datetime import UTC, datetime, timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents import lifecycle, sla
from incidents.classification import reclassify
from incidents.conversation import say
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Incident, Level, Resolution, State
from incidents.people import Role, Team
from incidents.sla import Measure, Standing
from incidents.sla.keeping import reckon_open
from incidents.sla.models import Target, WorkCalendar
from incidents.sla.reckoning import NOT_DUE

FRIDAY = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
NINE_TO_FIVE = [[[540, 1020]]] * 5 + [[], []]


def friday(hours: float) -> datetime:
    return FRIDAY + timedelta(hours=hours)


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def incident(person, desk):
    """A P4, reported on Friday at 13:00; the desk works from 9 to 17 in UTC."""
    erin = person("erin")
    with clock.freeze(FRIDAY):
        made = report(Report(requester_id=erin.id, description="the printer jams", channel=Channel.PORTAL))
        to(made, State.QUEUED, None)
        return made


def to(incident: Incident, state: State, by, **more: object) -> None:
    lifecycle.change(incident.id, Change(to=state, note="because", **more), by=by)


def add_calendar(**more: object) -> int:
    with write() as session:
        row = WorkCalendar(**{"name": "New York", "zone": "America/New_York", "week": NINE_TO_FIVE} | more)
        session.add(row)
        session.flush()
        return row.id


def test_the_clock_runs_from_receipt_in_working_time(incident):
    assert incident.priority == 4
    assert incident.respond_by == incident.due_at == friday(3 * 24)
    with clock.freeze(friday(1)):
        read = sla.reading(incident)
    assert (read.next.measure, read.remaining, read.standing) == (
        Measure.RESPOND,
        timedelta(hours=7),
        Standing.RUNNING,
    )


def test_over_the_weekend_nothing_is_counted(incident):
    for hours in (4, 30, 2 * 24 + 19):
        with clock.freeze(friday(hours)):
            read = sla.reading(incident)
        assert (read.remaining, read.standing) == (timedelta(hours=4), Standing.OFF_HOURS)


def test_an_answer_meets_the_first_target_and_news_are_owed_from_then_on(incident, tess):
    with clock.freeze(friday(2)):
        say(incident.id, by=tess, text="Which one?", channel=Channel.PORTAL)
        read = sla.reading(incident)
    assert [(hand.measure, hand.is_missed) for hand in read.hands] == [
        (Measure.RESPOND, False),
        (Measure.UPDATE, False),
        (Measure.RESOLVE, False),
    ]
    assert (read.next.measure, read.remaining) == (Measure.UPDATE, timedelta(hours=24))
    with clock.freeze(friday(3)):
        say(incident.id, by=tess, text="Still looking.", channel=Channel.PORTAL)
    assert incident.update_by == friday(5 * 24 + 3)


@pytest.mark.parametrize("whom", ["requester", "vendor"])
def test_it_stands_while_we_wait_and_goes_on_where_it_stopped(incident, tess, whom):
    with clock.freeze(friday(1)):
        to(incident, State.WAITING, tess, waiting_on=whom)
    assert incident.due_at == NOT_DUE
    with clock.freeze(friday(5 * 24)):
        read = sla.reading(incident)
        assert (read.standing, read.paused_on) == (Standing.PAUSED, whom)
        left = read.remaining
        to(incident, State.IN_PROGRESS, tess)
        assert sla.reading(incident).remaining == left
    assert incident.due_at < NOT_DUE


def test_what_was_waited_moves_the_solution_by_its_working_time_alone(incident, tess):
    before = incident.resolve_by
    with clock.freeze(friday(3)):
        to(incident, State.WAITING, tess, waiting_on="vendor")
    with clock.freeze(friday(2 * 24 + 21)):
        to(incident, State.IN_PROGRESS, tess)
    assert incident.resolve_by == before + timedelta(hours=2)


def test_neither_queue_nor_work_nor_another_hand_stops_it(incident, tess):
    before = incident.resolve_by
    with clock.freeze(friday(1)):
        to(incident, State.IN_PROGRESS, tess)
        to(incident, State.QUEUED, tess)
        lifecycle.escalate(incident.id, by=tess, note="Over to you")
    assert (incident.resolve_by, incident.stopped_at) == (before, None)


def test_a_hand_over_while_waiting_lets_it_run_again(incident, tess):
    with clock.freeze(friday(1)):
        to(incident, State.WAITING, tess, waiting_on="vendor")
    with clock.freeze(friday(2)):
        lifecycle.escalate(incident.id, by=tess, note="The vendor is no help")
        assert sla.reading(incident).standing == Standing.RUNNING


def test_another_priority_counts_as_if_it_had_been_so_from_the_beginning(incident, tess):
    with clock.freeze(friday(1)):
        reclassify(incident.id, by=tess, impact=Level.HIGH, urgency=Level.HIGH)
        assert sla.reading(incident).remaining == timedelta(minutes=-45)
    assert incident.respond_by == friday(0.25)


def test_another_team_brings_its_own_hours(incident, desk, tess):
    calendar_id = add_calendar()
    with write() as session:
        session.get(Team, desk["second"].id).calendar_id = calendar_id
    with clock.freeze(friday(1)):
        lifecycle.escalate(incident.id, by=tess, note="Yours", team_slug="network")
    # New York opened at 14:00 UTC, so its eight hours are over when it closes on the same day.
    assert incident.respond_by == friday(9)
    assert "New York" in sla.reading(incident).agreed.because


def test_a_holiday_declared_later_moves_what_is_open(incident):
    calendar_id = add_calendar(name="Desk", zone="UTC", is_default=True)
    version = incident.version
    with write() as session:
        session.get(WorkCalendar, calendar_id).days_off = ["2026-11-23"]
    reckon_open()
    db.session.expire_all()
    assert incident.respond_by == friday(4 * 24)
    assert incident.version == version


def test_reopened_it_goes_on_without_the_time_in_which_it_was_solved(incident, tess):
    with clock.freeze(friday(2)):
        to(incident, State.IN_PROGRESS, tess)
        to(incident, State.RESOLVED, tess, resolution=Resolution.SUPPORT)
        assert sla.reading(incident).standing == Standing.SETTLED
        assert incident.due_at == NOT_DUE
    with clock.freeze(friday(3 * 24 + 2)):
        to(incident, State.QUEUED, incident.requester)
        (solve,) = [hand for hand in sla.reading(incident).hands if hand.measure == Measure.RESOLVE]
    assert solve.remaining == timedelta(hours=38)


def test_the_most_specific_target_holds_and_says_so(incident, desk, tess):
    reclassify(incident.id, by=tess, service="printing")
    first, printing = desk["first"], incident.service
    minutes = {"priority": 4, "update_minutes": 60, "resolve_minutes": 600}
    told = []
    with write() as session:
        session.get(Incident, incident.id).team_id = first.id
    for whose in ({}, {"team_id": first.id}, {"service_id": printing.id}):
        with write() as session:
            session.add(Target(respond_minutes=30 + len(told), **minutes, **whose))
        told.append(sla.reading(incident).agreed)
    assert [agreed.because.partition(";")[0] for agreed in told] == [
        "P4 for everybody",
        "P4 for Service Desk",
        "P4 for Printing",
    ]
    assert told[1].spans[Measure.RESPOND] == timedelta(minutes=31)


def test_a_page_reads_the_same_time_for_one_and_in_a_list(incident):
    with clock.freeze(friday(2.5)):
        assert sla.readings([incident])[incident.id] == sla.reading(incident)
