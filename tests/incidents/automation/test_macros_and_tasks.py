"""Macros are done whole or not at all; recurring tasks open one incident each time they are due."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from firstline import clock
from firstline.db import db, write
from incidents import lifecycle
from incidents.automation import deeds, macros, recurring
from incidents.automation.models import RecurringTask
from incidents.automation.recurring import TaskFacts
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.models import Channel, Event, Incident, Level, State
from incidents.people import Person, Role
from incidents.sla.models import WorkCalendar


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def omar(person, desk):
    return person("omar", Role.AGENT, desk["first"])


@pytest.fixture
def ada(person, desk):
    return person("ada", Role.ADMIN)


@pytest.fixture
def incident(erin):
    return report(Report(requester_id=erin.id, description="vpn drops", channel=Channel.PORTAL))


def keep(by, *does, is_shared=True):
    given_deeds = [{"do": do, "value": value} for do, value in does]
    return macros.save(by, name="First questions", given=given_deeds, is_shared=is_shared)


def again(incident) -> Incident:
    return db.session.get_one(Incident, incident.id, populate_existing=True)


class TestMacros:
    def test_all_of_it_is_done_with_one_key_and_stands_on_the_timeline(self, incident, tess, omar):
        macro = keep(omar, ("take", "1"), ("urgency", "high"), ("wait", "Which site, {{first_name}}? {{me}}"))
        macros.run(macro.id, incident.id, by=tess)
        after = again(incident)
        assert (after.state, after.assignee_id, after.urgency) == (State.WAITING, tess.id, Level.HIGH)
        texts = {one.event: one.text for one in after.entries}
        assert texts[Event.WAITING] == "Which site, Erin? Tess"
        assert after.entries[-1].facts["macro"] == "First questions"

    def test_it_is_told_by_the_names_of_teams_people_and_categories(self, tess):
        macro = keep(tess, ("team", "network"), ("watch", "tess@example.com"), ("category", "printing"))
        told = [deeds.sentence(deed) for deed in macro.deeds]
        assert told == ["handed to Workplace & Network", "Tess watches", "filed under Printing"]

    def test_what_is_refused_leaves_nothing_half_done(self, incident, tess):
        macro = keep(tess, ("note", "Before"), ("wait", "Which site?"))
        lifecycle.change(incident.id, lifecycle.Change(to=State.CANCELLED), by=tess)
        before = again(incident).version
        with pytest.raises(Conflict):
            macros.run(macro.id, incident.id, by=tess)
        assert again(incident).version == before

    def test_ones_own_is_not_for_others_and_a_shared_one_is_changed_by_its_owner_or_a_lead(
        self, tess, omar, ada
    ):
        own, shared = keep(tess, ("take", "1"), is_shared=False), keep(tess, ("take", "1"))
        assert [one.id for one in macros.list_macros(omar)] == [shared.id]
        with pytest.raises(NotFound):
            macros.find(omar, own.id)
        with pytest.raises(NotAllowed):
            macros.drop(omar, shared.id)
        macros.drop(ada, shared.id)


BERLIN = "Europe/Berlin"
EVERY_DAY = TaskFacts(title="Check the backup", text="Look at the report.", requester="erin@example.com")


class TestTasks:
    def task(self, ada, **more):
        return recurring.save(
            TaskFacts(title="Check", text="Look.", requester="erin@example.com", **more), by=ada
        )

    def test_it_opens_one_incident_each_time_and_reckons_the_next(self, erin, ada):
        with clock.freeze(datetime(2026, 11, 25, 12, 0, tzinfo=UTC)):
            task = self.task(ada, days=(0, 3), at="09:00", urgency="high")
        assert task.next_at == datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
        for minutes in (0, 1, 2):
            with clock.freeze(datetime(2026, 11, 26, 9, minutes, tzinfo=UTC)):
                recurring.open_due()
        (opened,) = db.session.scalars(select(Incident)).all()
        assert (opened.title, opened.requester_id, opened.urgency) == ("Check", erin.id, "high")
        assert recurring.get(task.id).next_at == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)

    def test_a_day_of_the_month_that_it_has_not_is_its_last(self, erin, ada):
        with clock.freeze(datetime(2027, 2, 1, 12, 0, tzinfo=UTC)):
            assert self.task(ada, month_day=31).next_at == datetime(2027, 2, 28, 8, 0, tzinfo=UTC)

    def test_a_day_off_gives_way_to_the_next_working_day_also_when_it_lies_behind_us(self, erin, ada):
        with write() as session:
            nine_to_five = [[9 * 60, 17 * 60]]
            calendar = WorkCalendar(name="Office", zone="UTC", week=[*([nine_to_five] * 5), [], []])
            session.add(calendar)
            session.flush()
            calendar_id = calendar.id
        for hour in (12, 36):
            with clock.freeze(datetime(2026, 11, 28, tzinfo=UTC) + timedelta(hours=hour)):
                task = self.task(ada, days=(5,), at="09:00", calendar_id=calendar_id)
            assert task.next_at == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"days": (9,)}, "days"),
            ({"month_day": 0}, "days"),
            ({"at": "noon"}, "at"),
            ({"urgency": "very"}, "urgency"),
            ({"service": "moon"}, "service"),
        ],
    )
    def test_what_cannot_be_is_refused_with_its_field(self, erin, ada, more, field):
        with pytest.raises(Invalid) as refused:
            self.task(ada, **more)
        assert refused.value.field == field

    def test_only_administrators_keep_tasks(self, erin, tess):
        with pytest.raises(NotAllowed):
            self.task(tess)


@given(
    st.lists(st.integers(0, 6), unique=True),
    st.integers(1, 31),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_the_next_time_is_ahead_within_a_month_and_on_a_day_that_is_meant(days, month_day, moment):
    requester = Person(email="erin@example.com", name="Erin", timezone=BERLIN)
    task = RecurringTask(requester=requester, days=sorted(days), month_day=month_day, at="08:00")
    at = recurring.next_after(task, moment)
    assert moment < at <= moment + timedelta(days=32)
    local = at.astimezone(recurring.zone_of(requester))
    assert local.weekday() in days if days else local.day <= month_day
