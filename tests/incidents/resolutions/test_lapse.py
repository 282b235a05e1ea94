"""Silence closes what was resolved, never without a warning, never what was opened again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from firstline import clock
from firstline.db import db
from incidents import conversation, lifecycle
from incidents.errors import Invalid, NotAllowed, TooLate
from incidents.lifecycle import Change
from incidents.models import Channel, Event, State
from incidents.notices import Notice, Topic
from incidents.resolutions import acceptance, lapse
from incidents.resolutions.acceptance import Rule
from incidents.resolutions.working_days import after_working_days
from incidents.sla.agreements import OFFICE_WEEK
from incidents.sla.calendars import Calendar

OFFICE = Calendar(name="Office", zone="UTC", week=OFFICE_WEEK, days_off=frozenset({date(2026, 3, 4)}))


def topics():
    return [notice.topic for notice in db.session.scalars(select(Notice).order_by(Notice.id))]


def sweep():
    return lapse.warn_of_closing(), lapse.close_what_lapsed()


def test_it_closes_after_five_working_days_with_a_warning_the_day_before(monday, incident, resolve):
    resolve()
    assert incident.closes_at == monday + timedelta(days=7)
    clock.advance(timedelta(days=3, hours=23))
    assert sweep() == (0, 0)
    clock.advance(timedelta(hours=2))
    assert sweep() == (1, 0)
    assert topics() == [Topic.RESOLVED, Topic.CLOSING_SOON]
    clock.advance(timedelta(days=3))
    assert sweep() == (0, 1)
    assert incident.state == State.CLOSED
    assert [entry.event for entry in incident.entries][-2:] == [Event.CLOSING_SOON, Event.CLOSED]


def test_a_desk_that_was_down_warns_first_and_waits_another_working_day(monday, incident, resolve):
    resolve()
    clock.advance(timedelta(days=30))
    assert sweep() == (1, 0)
    clock.advance(timedelta(days=1, minutes=1))
    assert sweep() == (0, 1)


def test_who_answers_the_warning_keeps_it_open(monday, incident, resolve, erin):
    resolve()
    clock.advance(timedelta(days=4))
    sweep()
    conversation.say(incident.id, by=erin, text="It is back", channel=Channel.MAIL)
    clock.advance(timedelta(days=30))
    assert sweep() == (0, 0)
    assert incident.state == State.QUEUED


def test_resolved_anew_it_waits_anew(monday, incident, resolve, erin):
    resolve()
    clock.advance(timedelta(days=4))
    sweep()
    lifecycle.change(incident.id, Change(to=State.QUEUED, note="no"), by=erin)
    resolve()
    clock.advance(timedelta(days=3))
    assert sweep() == (0, 0)


def test_administrators_choose_the_time(monday, incident, resolve, admin, tess):
    with pytest.raises(NotAllowed):
        acceptance.choose(Rule(3, 3), by=tess)
    for wrong in (1, 61):
        with pytest.raises(Invalid, match="working days"):
            acceptance.choose(Rule(wrong, 5), by=admin)
    acceptance.choose(Rule(2, 10), by=admin)
    resolve()
    assert incident.closes_at == monday + timedelta(days=2)
    assert acceptance.rule() == Rule(2, 10)


def test_a_closed_one_is_reopened_within_the_time_and_not_after(monday, incident, resolve, erin):
    resolve()
    lifecycle.change(incident.id, Change(to=State.CLOSED), by=erin)
    clock.advance(timedelta(days=7, minutes=1))
    with pytest.raises(TooLate, match="too long"):
        lifecycle.change(incident.id, Change(to=State.QUEUED, note="no"), by=erin)
    clock.advance(timedelta(minutes=-2))
    lifecycle.change(incident.id, Change(to=State.QUEUED, note="no"), by=erin)
    assert incident.state == State.QUEUED


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    start=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - a zone is added below
    days=st.integers(0, 60),
)
def test_working_days_are_counted_as_one_counts_on_the_fingers(start, days):
    found = after_working_days(OFFICE, start.replace(tzinfo=UTC), days)
    between = [start.date() + timedelta(days=n) for n in range(1, (found.date() - start.date()).days + 1)]
    assert sum(day.weekday() < 5 and day not in OFFICE.days_off for day in between) == days
    assert days == 0 or found.weekday() < 5
