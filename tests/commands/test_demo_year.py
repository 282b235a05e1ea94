"""The year of the large demo, at a scaled size: is it true, and does it tell a story?"""

import shutil
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from chatbot.client.models import ConversationIncident, Turn
from commands.demo.load import add_company
from commands.demo.year.load import load
from email_intake import accounting
from email_intake.models import Outcome, RawMessage
from firstline import clock
from firstline.app import create_core
from firstline.db import db
from firstline.settings import Settings
from incidents import MODELS, followup
from incidents.alerts.models import Received
from incidents.majors.models import Major, MajorReport
from incidents.models import OPEN, Channel, Entry, Event, Incident, Resolution, State
from incidents.people import Person
from incidents.problems.models import Link, Problem
from incidents.problems.models import Standing as Stage
from incidents.problems.watch import judge, since_the_cure
from incidents.reports import facts, verifying
from incidents.resolutions import lapse
from incidents.resolutions.models import Rating
from incidents.reviews import due
from incidents.reviews.models import Phase, Review
from incidents.routing.models import VendorRequest
from incidents.selfservice import Wanted, measure
from incidents.sla import watch
from knowledge_base.models import Attempt, AttemptOutcome
from tests import ground
from tests.integration.in_order import check_one, check_readings

TODAY = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
COUNT = 300


def make(folder):
    settings = Settings.from_environ({"FIRSTLINE_DATA_DIR": str(folder), "FIRSTLINE_SECRET_KEY": "k" * 40})
    app = create_core(
        settings,
        models=(*MODELS, "email_intake.models", "chatbot.client.models"),
        TESTING=True,
        JOBS_INLINE=True,
    )
    with app.app_context(), clock.freeze(TODAY):
        ground.lay()
        add_company(None)
        added = load(COUNT)
        db.session.remove()
        db.engine.dispose()
    return added, folder / "firstline.db"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    return make(tmp_path_factory.mktemp("year"))


@pytest.fixture
def year(loaded, database_url, request):
    """A copy of the loaded year as the database of this test, at the moment in which it ends."""
    added, file = loaded
    shutil.copy(file, database_url.removeprefix("sqlite:///"))
    request.getfixturevalue("app")
    with clock.freeze(TODAY):
        yield added


def everyone(model):
    return db.session.scalars(select(model).order_by(model.id)).all()


def test_it_has_as_many_incidents_as_were_asked_for_and_is_added_once(year):
    assert year["incidents of a year"] == COUNT == len(everyone(Incident))
    assert sum(load(COUNT).values()) == 0


def test_every_incident_is_in_order_and_came_there_by_the_ways_of_the_table(year):
    for incident in everyone(Incident):
        if incident.state != State.CANCELLED:
            check_one(incident, None)
    check_readings()


def test_numbers_and_timelines_follow_time(year):
    begun = [incident.created_at for incident in everyone(Incident)]
    assert begun == sorted(begun) and TODAY - timedelta(days=366) < begun[0] and begun[-1] < TODAY
    told = [entry.created_at for entry in everyone(Entry)]
    assert told == sorted(told)


def test_what_reports_keep_of_it_is_what_the_timelines_say(year):
    facts.keep_all()
    assert list(verifying.verify()) == []


def test_nothing_is_left_for_the_desk_to_do_by_itself_for_the_past(year):
    before = db.session.scalar(select(func.count()).select_from(Entry))
    watch.tell_due()
    lapse.warn_of_closing()
    lapse.close_what_lapsed()
    due.begin_what_is_due()
    judge()
    assert followup.keep() == 0
    assert db.session.scalar(select(func.count()).select_from(Entry)) == before
    assert db.session.scalar(select(func.count()).select_from(Review)) == year["reviews"]


def test_all_ways_in_and_out_are_there(year):
    incidents = everyone(Incident)
    ways = {Channel.PORTAL, Channel.CHAT, Channel.MAIL, Channel.PHONE, Channel.WALK_UP, Channel.MONITORING}
    assert {one.channel for one in incidents} == ways
    states = Counter(one.state for one in incidents)
    assert set(states) >= {State.RESOLVED, State.CLOSED, State.MERGED, State.CANCELLED}
    assert any(state in OPEN for state in states)
    assert states[State.CLOSED] > 0.8 * COUNT
    assert {one.resolution for one in incidents} == {None, *Resolution}


def test_people_report_by_day_on_working_days(year):
    by_hand = [one.created_at for one in everyone(Incident) if one.channel != Channel.MONITORING]
    assert sum(at.weekday() < 5 for at in by_hand) > 0.9 * len(by_hand)
    assert sum(6 <= at.hour <= 17 for at in by_hand) > 0.9 * len(by_hand)


def test_a_cured_fault_stays_away_and_one_that_came_back_was_cured_again(year):
    problems = {one.title.split()[0]: one for one in everyone(Problem)}
    assert Counter(one.standing for one in problems.values()) == {
        Stage.CLOSED: 3, Stage.FIXED: 1, Stage.KNOWN_ERROR: 1, Stage.INVESTIGATED: 1,
    }  # fmt: skip
    assert all(since_the_cure(db.session(), one) == 0 for one in problems.values())
    assert problems["Meeting"].reopened_count == 1
    linked = db.session.execute(select(Link.problem_id, func.count()).group_by(Link.problem_id)).all()
    assert len(linked) == len(problems) and all(many >= 3 for _problem, many in linked)


def test_major_incidents_were_led_and_looked_back_on(year):
    majors = everyone(Major)
    assert len(majors) == 3
    assert all(one.over_at and one.news and one.outage.ended_at == one.over_at for one in majors)
    assert db.session.scalar(select(func.count()).select_from(MajorReport)) >= 5
    phases = Counter(one.phase for one in everyone(Review))
    assert phases[Phase.CLOSED] >= 2 and phases[Phase.PUBLISHED] == 1


def test_promises_were_missed_now_and_then_and_the_timeline_says_when(year):
    missed = db.session.scalars(select(Entry).where(Entry.event == Event.BREACHED)).all()
    assert 0.02 * COUNT < len(missed) < 0.2 * COUNT
    assert all(entry.created_at >= db.session.get(Incident, entry.incident_id).created_at for entry in missed)


def test_fixes_helped_more_than_nothing_did(year):
    attempts = everyone(Attempt)
    assert {one.outcome for one in attempts} >= {
        AttemptOutcome.SOLVED_SAID, AttemptOutcome.WENT_ON, AttemptOutcome.SILENT,
    }  # fmt: skip
    assert any(one.is_held_out for one in attempts)
    assert any(one.incident_id is None and one.outcome == AttemptOutcome.ABANDONED for one in attempts)
    assert measure(Wanted(since=TODAY - timedelta(days=365), until=TODAY)).articles


def test_ratings_vendors_alerts_and_comings_and_goings_are_there(year):
    for model, least in ((Rating, 40), (VendorRequest, 2), (Received, 20)):
        assert db.session.scalar(select(func.count()).select_from(model)) >= least
    gone = db.session.scalars(select(Person.email).where(Person.active.is_(False))).all()
    assert "hanna.lund@example.com" in gone
    people = {one.id: one for one in everyone(Person)}
    assert all(people[one.requester_id].created_at <= one.created_at for one in everyone(Incident))


def test_what_was_mailed_adds_up_and_conversations_lead_to_incidents(year):
    assert accounting.check().wrong == ()
    outcomes = Counter(db.session.scalars(select(RawMessage.outcome)))
    assert outcomes[Outcome.OPENED] > outcomes[Outcome.IGNORED] > 0
    assert db.session.scalar(select(func.count()).select_from(ConversationIncident)) > 20
    assert db.session.scalar(select(func.count()).select_from(Turn)) > 20


def test_the_same_seed_is_the_same_year(loaded, tmp_path):
    def told(file):
        with sqlite3.connect(file) as connection:
            return connection.execute(
                "select title, state, created_at, requester_id from incident"
            ).fetchall()

    assert told(make(tmp_path)[1]) == told(loaded[1])
