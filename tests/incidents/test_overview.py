"""The board shows a lead who has what and gives it on; the day shows one person what waits for whom."""

from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents import handovers, lifecycle, watching
from incidents.conversation import say
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Event, Incident, Level, State
from incidents.notices import Topic, inbox
from incidents.overview import board, day
from incidents.people import Role
from incidents.resolutions import worktime
from incidents.routing.models import Absence


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def omar(person, desk):
    return person("omar", Role.AGENT, desk["second"])


@pytest.fixture
def lena(person, desk):
    return person("lena", Role.LEAD, desk["first"])


@pytest.fixture
def told(erin):
    def tell(words="printer jams", **more):
        urgent = {"impact": Level.HIGH, "urgency": Level.HIGH}
        found = Report(requester_id=erin.id, description=words, channel=Channel.PHONE, **urgent, **more)
        return report(found)

    return tell


def again(incident) -> Incident:
    return db.session.get_one(Incident, incident.id, populate_existing=True)


def numbers(incidents):
    return [one.id for one in incidents]


class TestBoard:
    def columns(self, desk, lena):
        shown = board.of_team(desk["first"], lena)
        return {one.person.name if one.person else "": one for one in shown.columns}

    def test_the_queue_comes_first_then_who_works_there_with_what_they_have(self, told, desk, tess, lena):
        free, taken = told(), told()
        lifecycle.take(taken.id, by=tess)
        columns = self.columns(desk, lena)
        assert list(columns) == ["", "Lena", "Tess"]
        assert numbers(columns[""].incidents) == [free.id]
        assert numbers(columns["Tess"].incidents) == [taken.id]
        assert columns["Lena"].load == board.Load()

    def test_it_says_who_is_away_what_is_late_and_how_old_it_is(self, told, desk, tess, lena):
        now = clock.now()
        with clock.freeze(now - timedelta(days=2)):
            lifecycle.take(told().id, by=tess)
        with write() as session:
            session.add(Absence(person_id=tess.id, since=now, until=now + timedelta(days=1)))
        found = self.columns(desk, lena)["Tess"]
        assert found.absence is not None and not found.is_here
        assert (found.load.open, found.load.late, found.load.ages) == (1, 1, (0, 1, 0, 0))
        assert board.loads(lena)[desk["first"].id] == found.load

    def test_what_will_be_late_is_named_before_it_is(self, told, desk, tess, lena):
        incident = told()
        until = again(incident).due_at
        with clock.freeze(until - timedelta(minutes=5)):
            assert numbers(board.of_team(desk["first"], lena).ahead) == [incident.id]
        with clock.freeze(until + timedelta(minutes=5)):
            assert board.of_team(desk["first"], lena).ahead == []

    def test_only_leads_see_it(self, desk, tess):
        for ask in (lambda: board.loads(tess), lambda: board.of_team(desk["first"], tess)):
            with pytest.raises(NotAllowed):
                ask()


class TestGiving:
    def test_whoever_gets_it_takes_it_themselves_and_hears_of_it(self, told, tess, lena):
        incident = told()
        assert handovers.give(incident.id, "tess@example.com", by=lena) == ""
        after = again(incident)
        assert (after.state, after.assignee_id) == (State.QUEUED, tess.id)
        entry = after.entries[-1]
        assert (entry.event, entry.author_id, entry.facts["to"]) == (Event.ASSIGNED, lena.id, "Tess")
        assert [one.topic for one in inbox.latest(tess)] == [Topic.ASSIGNED]

    def test_it_can_be_given_back_to_whoever_had_it_and_to_the_queue(self, told, tess, lena):
        incident = told()
        lifecycle.take(incident.id, by=tess)
        had = handovers.give(incident.id, "lena@example.com", by=lena)
        assert had == "tess@example.com" and again(incident).state == State.QUEUED
        handovers.give(incident.id, "", by=lena)
        assert again(incident).assignee_id is None
        handovers.give(incident.id, had, by=lena)
        assert again(incident).assignee_id == tess.id

    def test_it_goes_to_the_team_of_who_gets_it_and_what_waits_goes_on_waiting(
        self, told, desk, tess, omar, lena
    ):
        incident = told()
        lifecycle.change(incident.id, Change(to=State.WAITING, note="Which one?"), by=tess)
        handovers.give(incident.id, "omar@example.com", by=lena)
        assert (again(incident).team_id, again(incident).state) == (desk["second"].id, State.WAITING)

    def test_nobody_else_gives_and_nobody_else_gets(self, told, erin, tess, lena):
        incident = told()
        with pytest.raises(NotAllowed):
            handovers.give(incident.id, "tess@example.com", by=tess)
        for address in ("erin@example.com", "nobody@example.com"):
            with pytest.raises(Invalid):
                handovers.give(incident.id, address, by=lena)
        lifecycle.change(incident.id, Change(to=State.CANCELLED), by=tess)
        with pytest.raises(Conflict):
            handovers.give(incident.id, "tess@example.com", by=lena)


class TestDay:
    def test_each_incident_stands_where_its_next_word_comes_from(self, told, erin, tess, lena):
        asked, answered, waits, given = told(), told(), told(), told()
        for one in (asked, answered, waits):
            lifecycle.take(one.id, by=tess)
        for one in (asked, answered):
            say(one.id, by=tess, text="Try again?", channel=Channel.PORTAL)
        say(asked.id, by=erin, text="Still jams", channel=Channel.PORTAL)
        lifecycle.change(waits.id, Change(to=State.WAITING, note="Which one?"), by=tess)
        handovers.give(given.id, "tess@example.com", by=lena)
        mine = day.of(tess)
        parts = (mine.waiting_on_me, mine.in_hand, mine.waiting_on_others, mine.to_take)
        assert [numbers(part) for part in parts] == [[asked.id], [answered.id], [waits.id], [given.id]]
        assert waits.id not in numbers(mine.due_next) and asked.id in numbers(mine.due_next)
        assert day.of(lena).is_empty

    def test_timers_that_run_and_what_one_watches_are_beside(self, told, tess):
        timed, watched = told(), told()
        worktime.start_timer(timed.id, by=tess)
        watching.watch(watched.id, by=tess)
        mine = day.of(tess)
        assert [one.id for one, _since in mine.timers] == [timed.id]
        assert numbers(mine.watching) == [watched.id]
