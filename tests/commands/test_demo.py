import json
import re
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner
from flask import current_app
from sqlalchemy import func, select

from commands.context import create_context
from commands.database import database
from commands.demo import demo as demo_command
from commands.demo import sources, stories
from commands.demo.load import load
from firstline import clock
from firstline.app import create_core
from firstline.db import db, write
from firstline.settings import Settings
from incidents import MODELS, learned
from incidents.baseline import CATEGORIES
from incidents.models import Entry, Event, Incident, Resolution, State
from incidents.notices import Delivery, Notice
from incidents.people import Person, Role, Team, ensure_person
from incidents.services import Device, Outage, Service, known_outages
from incidents.sla import is_breached
from knowledge_base.articles import INDEX_JOB
from knowledge_base.contents import whole_text
from knowledge_base.models import Article, Attempt, Audience, Category, KnowledgeRevision, Offer
from knowledge_base.models import State as ArticleState
from tests import ground
from tests.integration import in_order

FIXES = list(sources.known_fixes())
NAMES = [fix.slug for fix in FIXES]
TREE = json.loads(CATEGORIES.read_text())
LEAVES = {child["slug"] for top in TREE for child in top["children"]}
ROOTS = {top["slug"] for top in TREE}
TODAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def hashed(password):
    return f"hash of {password}"


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def everything():
    models = (Person, Category, Service, Device, Outage, Article, Incident, Entry, Notice, Attempt, Offer)
    return {model.__name__: count(model) for model in models}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """The demo loaded once: what was added, and the database file it lies in."""
    folder = tmp_path_factory.mktemp("demo")
    settings = Settings.from_environ({"FIRSTLINE_DATA_DIR": str(folder), "FIRSTLINE_SECRET_KEY": "k" * 40})
    app = create_core(settings, models=MODELS, TESTING=True, JOBS_INLINE=True)
    with app.app_context(), clock.freeze(TODAY):
        ground.lay()
        added = load(hashed)
        db.session.remove()
        db.engine.dispose()
    return added, folder / "firstline.db"


@pytest.fixture
def demo(loaded, database_url, request):
    """A copy of the loaded demo as the database of this test, on the day it was loaded."""
    added, file = loaded
    shutil.copy(file, database_url.removeprefix("sqlite:///"))
    request.getfixturevalue("app")
    with clock.freeze(TODAY):
        yield added


# The articles


def test_there_are_eighty_articles_and_more_with_an_address_and_a_title_of_their_own():
    assert len(FIXES) >= 80
    assert len(set(NAMES)) == len({fix.draft.title for fix in FIXES}) == len(FIXES)


def test_an_article_lies_in_the_file_named_after_it():
    files = {path.stem for path in (sources.FOLDER / "articles").iterdir()}
    assert files == set(NAMES)


@pytest.mark.parametrize("fix", FIXES, ids=NAMES)
def test_an_article_has_a_head_and_every_section(fix):
    draft = fix.draft
    sections = re.findall(r"^## (.+)$", draft.body, re.MULTILINE)
    assert re.fullmatch(r"[a-z][a-z0-9-]+", fix.slug)
    assert draft.title and draft.summary.endswith(".") and len(draft.keywords.split(",")) >= 6
    assert len(re.findall(r"^- ", draft.symptoms, re.MULTILINE)) >= 3
    assert sections[0] in {"Fix", "What to do"} and sections[1:] == ["If that does not help"]
    assert not draft.is_workaround or draft.cause


@pytest.mark.parametrize("fix", FIXES, ids=NAMES)
def test_an_article_is_short_and_has_steps_one_can_follow(fix):
    steps = re.findall(r"^(\d+)\. ", fix.draft.body, re.MULTILINE)
    assert 120 <= len(whole_text(fix.draft).split()) <= 280
    assert len(steps) >= 4
    assert steps == [str(number) for number in range(1, len(steps) + 1)]


@pytest.mark.parametrize("fix", FIXES, ids=NAMES)
def test_an_article_belongs_to_a_category_and_a_service_that_exist(fix):
    services = {service["slug"] for service in sources.read("services")}
    assert fix.draft.category in LEAVES
    assert fix.draft.service is None or fix.draft.service in services


def test_a_few_articles_are_for_support_only():
    readers = Counter(fix.draft.audience for fix in FIXES)
    assert 4 <= readers[Audience.SUPPORT] <= 6


def test_an_article_named_in_another_one_exists():
    titles = [fix.draft.title for fix in FIXES]
    for fix in FIXES:
        for named in re.findall(r"[Ss]ee \"([^\"]+)\"", fix.draft.body):
            assert any(title.startswith(named) for title in titles), f"{fix.slug} names “{named}”"


# What they refer to


def test_every_leaf_of_the_categories_has_an_article():
    assert {fix.draft.category for fix in FIXES} == LEAVES
    assert not LEAVES & ROOTS
    assert "other" in ROOTS


def test_no_two_categories_claim_the_same_word():
    words = Counter(word for top in TREE for node in (top, *top["children"]) for word in node["keywords"])
    assert [word for word, times in words.items() if times > 1] == []


def test_incidents_speak_only_of_people_articles_and_devices_that_exist():
    people = {person["email"] for person in sources.read("people")["people"]}
    for told in sources.read("incidents"):
        actors = {told["requester"], *(step["by"] for step in told.get("then", []) if "by" in step)}
        assert actors <= people
        assert set(told.get("offered", [])) <= set(NAMES)
        assert {step["do"] for step in told.get("then", [])} <= set(stories.DO)


def test_what_solved_an_incident_was_offered_for_it():
    for told in sources.read("incidents"):
        solved = {step["article"] for step in told.get("then", []) if step["do"] == "solved"}
        assert solved <= set(told.get("offered", []))


# Loading


def test_loading_makes_a_desk_at_work(demo):
    assert count(Team) == 4
    assert demo["people"] >= 14
    assert demo["services"] == 8
    assert demo["devices"] == 12
    assert demo["articles"] == len(FIXES)
    assert demo["incidents"] >= 24
    roles = Counter(db.session.scalars(select(Person.role)))
    assert roles[Role.EMPLOYEE] >= 5 and roles[Role.AGENT] >= 5
    assert all(roles[role] for role in (Role.LEAD, Role.AUTHOR, Role.ADMIN, Role.MONITOR))


def test_loading_again_adds_nothing(demo):
    before = everything()
    assert sum(load(hashed).values()) == 0
    assert everything() == before


def test_loading_again_weeks_later_adds_nothing_either(demo):
    before = everything()
    with clock.freeze(TODAY + timedelta(days=45)):
        assert sum(load(hashed).values()) == 0
    assert everything() == before


def test_every_article_can_be_found_once_loaded(demo):
    assert set(db.session.scalars(select(Article.state))) == {ArticleState.PUBLISHED}
    assert set(db.session.scalars(select(Article.slug))) == set(NAMES)


def test_without_a_demo_door_nobody_has_the_public_password(app):
    load(None)
    assert set(db.session.scalars(select(Person.password))) == {None}
    load(hashed)
    may_sign_in = select(Person.password).where(Person.role != Role.CONTACT)
    assert set(db.session.scalars(may_sign_in)) == {"hash of firstline-demo"}


def test_the_password_is_hashed_once_for_all(app):
    calls = []
    load(lambda password: calls.append(password) or "hash")
    load(lambda password: calls.append(password) or "hash")
    assert calls == ["firstline-demo"]


def test_a_person_who_wrote_before_becomes_the_demo_person(app):
    with write() as session:
        ensure_person(session, "erin@example.com")
    load(None)
    erin = db.session.scalars(select(Person).where(Person.email == "erin@example.com")).one()
    assert (erin.name, erin.role, erin.site) == ("Erin Walsh", Role.EMPLOYEE, "Berlin")


def test_people_of_berlin_see_the_outage_and_others_do_not(demo):
    people = {person.email: person for person in db.session.scalars(select(Person))}
    (outage,) = known_outages(people["erin@example.com"])
    assert (outage.title, outage.service.slug) == ("VPN is slow in Berlin", "vpn")
    assert (outage.since, outage.next_update_at) == (
        TODAY - timedelta(minutes=48),
        TODAY + timedelta(minutes=30),
    )
    assert known_outages(people["bob@example.com"]) == []


def test_an_outage_of_a_demo_started_again_is_of_today(demo):
    later = TODAY + timedelta(days=7)
    with clock.freeze(later):
        load(hashed)
        (outage,) = known_outages()
    assert outage.since == later - timedelta(minutes=48)


def test_an_outage_that_somebody_ended_stays_ended(demo):
    with write() as session:
        session.scalars(select(Outage)).one().ended_at = TODAY
    with clock.freeze(TODAY + timedelta(days=7)):
        load(hashed)
        assert known_outages() == []


# The incidents


def test_incidents_came_by_every_channel_and_stand_everywhere(demo):
    incidents = db.session.scalars(select(Incident)).all()
    assert {incident.channel for incident in incidents} == {"portal", "chat", "mail", "phone", "monitoring"}
    assert {incident.state for incident in incidents} >= {
        State.OFFERED,
        State.QUEUED,
        State.IN_PROGRESS,
        State.WAITING,
        State.RESOLVED,
        State.CLOSED,
    }
    solved_by = {incident.resolution for incident in incidents}
    assert solved_by >= {
        Resolution.SELF_SERVICE,
        Resolution.SUPPORT,
        Resolution.HIGHER_TIER,
        Resolution.VENDOR,
    }


def test_numbers_and_timelines_follow_time_and_none_lies_ahead(demo):
    incidents = db.session.scalars(select(Incident).order_by(Incident.id)).all()
    assert [incident.created_at for incident in incidents] == sorted(i.created_at for i in incidents)
    entries = db.session.scalars(select(Entry).order_by(Entry.id)).all()
    assert [entry.created_at for entry in entries] == sorted(entry.created_at for entry in entries)
    assert entries[-1].created_at <= TODAY


def test_the_clock_runs_again_after_loading(app):
    load(None)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_past_is_enough_for_triage_to_learn_from(demo):
    assert len(learned.lessons_of_the_desk()) >= learned.FEWEST_TEXTS


def test_nobody_gets_mail_about_the_past(demo):
    assert set(db.session.scalars(select(Notice.state))) == {Delivery.SUPPRESSED}


def test_notices_after_loading_are_sent_again(demo):
    with write() as session:
        incident = session.scalars(select(Incident).where(Incident.channel == "mail")).first()
        session.add(Notice(topic="answered", incident_id=incident.id, recipient_id=incident.requester_id))
        session.flush()
        assert session.scalars(select(Notice).order_by(Notice.id.desc())).first().state == Delivery.DUE


def test_every_incident_is_in_order_as_in_the_simulated_month(demo):
    for incident in db.session.scalars(select(Incident)):
        in_order.check_one(incident, None)
    with clock.freeze(TODAY):
        in_order.check_readings()


def test_articles_that_solved_something_are_credited(demo):
    helped = dict(db.session.execute(select(Article.slug, Article.helped_count)).all())
    assert helped["teams-no-sound"] == 1
    assert sum(helped.values()) >= 6


def test_nothing_is_left_for_the_sweep_to_search_or_to_close(demo):
    for incident in db.session.scalars(select(Incident)):
        assert incident.suggested_at is not None
        if incident.state == State.RESOLVED:
            assert TODAY - incident.resolved_at < timedelta(days=5)
        if incident.state == State.OFFERED:
            assert incident.offered_until > TODAY


def test_support_sees_some_late_and_some_in_time(demo):
    open_ones = [i for i in db.session.scalars(select(Incident)) if i.is_open]
    assert 0 < sum(is_breached(incident, at=TODAY) for incident in open_ones) < len(open_ones) / 2


def test_triage_guesses_a_category_for_every_demo_incident(demo):
    categories = Counter(db.session.scalars(select(Incident.category)))
    assert categories["other"] == 0
    assert len(categories) >= 14


def test_an_escalated_incident_carries_its_hand_over(demo):
    handed = db.session.scalars(select(Entry).where(Entry.event == Event.ESCALATED)).all()
    assert len(handed) >= 5
    assert all(len(entry.text) > 40 for entry in handed)


# The command


@pytest.fixture
def run(settings, monkeypatch):
    """`firstline demo load` on a data folder where nothing was made yet."""
    monkeypatch.setenv("FIRSTLINE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("FIRSTLINE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("FIRSTLINE_DEMO", "1")
    return lambda: CliRunner().invoke(demo_command, ["load"])


@pytest.fixture
def desk():
    """What the command left in the database."""
    with create_context().app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def test_the_command_makes_tables_and_data_and_a_second_run_changes_nothing(run, request):
    assert re.search(r"15 people.*103 articles.*4 sayings, 26 incidents", run().output)
    request.getfixturevalue("desk")
    before, change = everything(), db.session.scalar(select(KnowledgeRevision.number))
    assert run().output == "The demo data is there already; nothing was added.\n"
    db.session.rollback()
    assert everything() == before
    assert db.session.scalar(select(KnowledgeRevision.number)) == change


def test_the_command_asks_once_for_the_vectors_of_all_articles_and_not_again(run, settings):
    run()
    with create_context().app_context():
        waiting = [task.args for task in current_app.extensions["huey"].pending()]
    assert [args for args in waiting if args[0] == INDEX_JOB] == [(INDEX_JOB,)]
    run()
    with create_context().app_context():
        assert len(current_app.extensions["huey"].pending()) == len(waiting)


def test_the_command_stores_a_hash_that_only_the_demo_password_opens(run, request):
    run()
    request.getfixturevalue("desk")
    erin = db.session.scalars(select(Person).where(Person.email == "erin@example.com")).one()
    assert PasswordHasher().verify(erin.password, sources.read("people")["password"])


def test_the_command_brings_an_older_schema_up_to_date(run, request):
    run()
    assert CliRunner().invoke(database, ["downgrade", "-1"]).exit_code == 0
    assert run().exit_code == 0
    request.getfixturevalue("desk")
    assert count(Person) >= 15
