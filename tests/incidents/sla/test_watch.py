"""Warnings at 50, 75 and 90 percent and the breach: each told once, to those whom it concerns."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from firstline import clock
from firstline.db import db, write
from incidents import lifecycle
from incidents.conversation import say
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Entry, Event, Incident, Level, State, Visibility
from incidents.notices import Notice, Topic
from incidents.people import Role, Team
from incidents.sla.watch import tell_due

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def lena(person, desk):
    return person("lena", Role.LEAD, desk["first"])


@pytest.fixture
def incident(person, tess, lena):
    """A P4: eight working hours to answer, from Monday at nine."""
    erin = person("erin")
    with clock.freeze(MONDAY):
        told = Report(
            requester_id=erin.id,
            description="the printer jams",
            channel=Channel.PORTAL,
            impact=Level.LOW,
            urgency=Level.MEDIUM,
        )
        made = report(told)
        lifecycle.change(made.id, Change(to=State.QUEUED, note="no answer"), by=None)
        return made


def sweep_at(hours: float) -> None:
    with clock.freeze(MONDAY + timedelta(hours=hours)):
        tell_due()


def told(incident) -> list[tuple[str, str, object]]:
    clocks = select(Entry).where(
        Entry.incident_id == incident.id, Entry.event.in_([Event.CLOCK_WARNED, Event.BREACHED])
    )
    entries = db.session.scalars(clocks.order_by(Entry.id)).all()
    assert {entry.visibility for entry in entries} <= {Visibility.INTERNAL}
    return [(entry.event, entry.facts["measure"], entry.facts["percent"]) for entry in entries]


def whom(topic: Topic) -> list[str]:
    found = select(Notice).where(Notice.topic == topic).order_by(Notice.id)
    return [notice.recipient.name for notice in db.session.scalars(found)]


def test_each_mark_is_told_once_in_working_time(incident):
    for hours in (3.9, 4, 4.1, 6, 6.5, 7.2, 7.5, 8, 24 + 3):
        sweep_at(hours)
    assert told(incident) == [
        (Event.CLOCK_WARNED, "respond", 50),
        (Event.CLOCK_WARNED, "respond", 75),
        (Event.CLOCK_WARNED, "respond", 90),
        (Event.BREACHED, "respond", 100),
    ]


def test_after_a_pause_of_the_sweep_only_the_highest_mark_is_told(incident):
    sweep_at(7.5)
    assert told(incident) == [(Event.CLOCK_WARNED, "respond", 90)]


def test_a_breach_calls_the_lead_once(incident, lena):
    for hours in (9, 10, 30):
        sweep_at(hours)
    assert whom(Topic.LEAD_CALLED) == ["Lena"]


def test_that_time_runs_out_puts_no_form_out_of_date(incident, lena):
    seen = incident.version
    sweep_at(30)
    db.session.expire_all()
    assert whom(Topic.LEAD_CALLED) == ["Lena"]
    assert db.session.get_one(Incident, incident.id).version == seen


def test_the_owner_hears_of_it_and_without_one_the_lead(incident, tess, lena):
    sweep_at(6)
    assert whom(Topic.CLOCK) == ["Lena"]
    with clock.freeze(MONDAY + timedelta(hours=6.5)):
        lifecycle.take(incident.id, by=tess)
    sweep_at(7.2)
    assert whom(Topic.CLOCK) == ["Lena", "Tess", "Lena"]


def test_nothing_is_told_while_the_clock_stands(incident, tess):
    with clock.freeze(MONDAY + timedelta(hours=1)):
        lifecycle.change(incident.id, Change(to=State.WAITING, note="?", waiting_on="vendor"), by=tess)
    sweep_at(80)
    assert told(incident) == []


def test_an_answer_begins_the_time_until_the_next_news_and_its_marks(incident, tess):
    for hour in (1, 25):
        with clock.freeze(MONDAY + timedelta(hours=hour)):
            say(incident.id, by=tess, text=f"News {hour}", channel=Channel.PORTAL)
        sweep_at(24 + 5 + hour)
    assert [mark for mark in told(incident) if mark[1] == "update"] == [
        (Event.CLOCK_WARNED, "update", 50),
        (Event.CLOCK_WARNED, "update", 50),
    ]


def test_a_warning_puts_no_form_out_of_date_that_somebody_has_open(incident):
    seen = incident.version
    sweep_at(4)
    assert told(incident) != []
    db.session.expire_all()
    assert incident.version == seen


def test_a_team_that_gets_more_time_hears_no_mark_again(incident, desk):
    sweep_at(8)
    with write() as session:
        incident.team = session.get(Team, desk["second"].id)
    sweep_at(9)
    assert [mark for mark in told(incident) if mark[1] == "respond"] == [(Event.BREACHED, "respond", 100)]
