"""Problems: known errors that every channel offers, cures that are watched, faults that come back."""

from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.models import Channel
from incidents.people import Role
from incidents.problems import recurrence, table, watch, work
from incidents.problems.models import Happening, Link, Problem, Standing
from incidents.problems.work import Findings
from knowledge_base.models import State

FOUND = Findings(
    title="VPN drops after an hour",
    symptoms="The VPN disconnects after exactly one hour.",
    workaround="1. Connect again.\n2. Switch off *Renew keys* in the settings.",
    root_cause="The gateway refuses to renew keys.",
    service="vpn",
)


@pytest.fixture
def lena(person, desk):
    return person("lena", Role.LEAD, desk["first"])


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def tell(person):
    """Somebody new reports these words."""
    told = []

    def tell(words="The VPN disconnects after one hour", service="vpn"):
        told.append(words)
        reporter = person(f"erin{len(told)}")
        return report(
            Report(requester_id=reporter.id, description=words, channel=Channel.API, service=service)
        )

    return tell


@pytest.fixture
def known_error(lena, tell):
    """A published known error with one incident."""
    problem = work.open_problem(FOUND, incident_ids=[tell().id], by=lena)
    return work.lead_on(problem.number, Standing.KNOWN_ERROR, by=lena)


def happenings(problem):
    db.session.expire_all()
    return [note.happening for note in problem.history]


def later(monkeypatch, **ahead):
    now = clock.now() + timedelta(**ahead)
    monkeypatch.setattr(clock, "now", lambda: now)


def test_a_known_error_is_an_article_that_people_are_offered(known_error):
    article = known_error.article
    assert (article.state, article.title, article.is_workaround) == (State.PUBLISHED, FOUND.title, True)
    assert (article.body, article.symptoms, article.service) == (FOUND.workaround, FOUND.symptoms, "vpn")


def test_new_words_of_a_known_error_are_in_its_article_at_once(known_error, lena):
    changed = Findings(title=FOUND.title, workaround="1. Use the cable.", service="vpn")
    work.save(known_error.number, changed, by=lena, seen=known_error.version)
    assert known_error.article.body == "1. Use the cable."
    assert known_error.article.revision == 2


def test_the_workaround_of_a_known_error_cannot_become_empty(known_error, lena):
    with pytest.raises(Invalid) as refused:
        work.save(known_error.number, Findings(title="VPN"), by=lena, seen=known_error.version)
    assert refused.value.field == "workaround"
    assert known_error.article.body == FOUND.workaround


def test_a_step_needs_what_a_reader_will_look_for(lena):
    problem = work.open_problem(Findings(title="Printer jams"), by=lena)
    for to, field in (
        (Standing.KNOWN_ERROR, "workaround"),
        (Standing.FIXED, "permanent_fix"),
        (Standing.CLOSED, "note"),
    ):
        with pytest.raises(Invalid) as refused:
            work.lead_on(problem.number, to, by=lena)
        assert refused.value.field == field
    assert happenings(problem) == [Happening.OPENED]


@pytest.mark.parametrize("start", [one for one in Standing if one != Standing.MERGED])
@pytest.mark.parametrize("to", Standing)
def test_only_the_steps_of_the_table_are_possible(lena, start, to):
    problem = work.open_problem(
        Findings(title="Printer jams", workaround="1. Pull the paper.", permanent_fix="New rollers."), by=lena
    )
    with write() as session:
        session.get_one(Problem, problem.id).standing = start
    if (start, to) in table.TABLE:
        assert work.lead_on(problem.number, to, by=lena, note="Because.").standing == to
    else:
        with pytest.raises(Conflict):
            work.lead_on(problem.number, to, by=lena, note="Because.")


def test_agents_look_for_causes_but_do_not_publish(known_error, tess, person):
    problem = work.open_problem(FOUND, by=tess)
    with pytest.raises(NotAllowed):
        work.lead_on(problem.number, Standing.KNOWN_ERROR, by=tess)
    with pytest.raises(NotAllowed):
        work.find(person("bob"), problem.number)


def test_an_incident_has_one_problem(known_error, tell, lena):
    other = work.open_problem(Findings(title="Printer jams"), by=lena)
    incident = known_error.links[0].incident
    with pytest.raises(Conflict, match=known_error.number):
        work.link(other.number, incident.id, by=lena)
    work.link(known_error.number, incident.id, by=lena)
    assert work.problem_of(incident) is known_error
    with pytest.raises(NotFound):
        work.link(other.number, 999, by=lena)


def test_new_incidents_that_read_alike_are_linked_by_the_desk(known_error, tell):
    alike, other = tell("My VPN disconnects after one hour"), tell("The printer has no paper", service=None)
    watch.follow()
    assert db.session.get(Link, alike.id).linked_by is None
    assert db.session.get(Link, other.id) is None
    assert happenings(known_error)[-1] == Happening.LINKED


def test_who_takes_a_link_back_is_not_contradicted(known_error, tell, lena):
    alike = tell("My VPN disconnects after one hour")
    watch.follow()
    work.unlink(known_error.number, alike.id, by=lena)
    with write() as session:
        session.get_one(Problem, known_error.id).matched_to_id = 0
    watch.follow()
    assert db.session.get(Link, alike.id) is None
    with pytest.raises(Conflict):
        work.unlink(known_error.number, alike.id, by=lena)


def cured(problem, lena):
    work.save(
        problem.number,
        Findings(title=FOUND.title, workaround=FOUND.workaround, permanent_fix="New gateway.", service="vpn"),
        by=lena,
        seen=problem.version,
    )
    return work.lead_on(problem.number, Standing.FIXED, by=lena)


def test_what_is_cured_is_not_offered_any_more(known_error, lena):
    assert cured(known_error, lena).article.state == State.WITHDRAWN


def test_a_cured_problem_reopens_itself_once_two_people_have_it_again(known_error, lena, tell, monkeypatch):
    cured(known_error, lena)
    later(monkeypatch, days=2)
    tell()
    watch.follow()
    assert known_error.standing == Standing.FIXED
    tell()
    watch.follow()
    assert (known_error.standing, known_error.reopened_count) == (Standing.INVESTIGATED, 1)
    assert known_error.fixed_at is None
    assert "2 people" in known_error.history[-1].text


def test_one_person_who_reports_twice_is_not_two(known_error, lena, person, monkeypatch):
    cured(known_error, lena)
    later(monkeypatch, days=2)
    erin = person("erin")
    for _ in range(2):
        again = report(
            Report(requester_id=erin.id, description="VPN drops after one hour", channel=Channel.API)
        )
        work.link(known_error.number, again.id, by=lena)
    watch.judge()
    assert known_error.standing == Standing.FIXED


def test_a_cure_that_held_closes_the_problem(known_error, lena, monkeypatch):
    cured(known_error, lena)
    later(monkeypatch, days=watch.WATCH_FOR.days + 1)
    watch.judge()
    assert known_error.standing == Standing.CLOSED


def test_the_weeks_show_the_quiet_ones_and_the_cure(known_error, lena, tell, monkeypatch):
    cured(known_error, lena)
    later(monkeypatch, days=14)
    work.link(known_error.number, tell().id, by=lena)
    weeks = recurrence.by_week(known_error)
    assert [week.incidents for week in weeks] == [1, 0, 1]
    assert [week.is_cured for week in weeks] == [True, False, False]


def test_a_merged_problem_leads_to_the_other_which_has_all_incidents(known_error, tell, lena):
    other = work.open_problem(Findings(title="VPN again"), incident_ids=[tell().id], by=lena)
    work.merge(other.number, known_error.number, by=lena)
    assert work.find(lena, other.number) is known_error
    assert len(known_error.links) == 2
    with pytest.raises(Conflict, match=known_error.number):
        work.save(other.number, FOUND, by=lena, seen=other.version)


def test_a_problem_is_merged_neither_with_itself_nor_in_a_circle(known_error, lena):
    other = work.open_problem(Findings(title="VPN again"), by=lena)
    with pytest.raises(Invalid):
        work.merge(known_error.number, known_error.number, by=lena)
    work.merge(other.number, known_error.number, by=lena)
    with pytest.raises(Invalid):
        work.merge(known_error.number, other.number, by=lena)


def test_two_people_who_save_at_once_do_not_overwrite_each_other(known_error, lena):
    seen = known_error.version
    work.save(known_error.number, FOUND, by=lena, seen=seen)
    with pytest.raises(Conflict, match="while you were"):
        work.save(known_error.number, FOUND, by=lena, seen=seen)


def test_words_that_no_article_can_hold_are_refused_with_the_field(known_error, lena):
    for findings, field in (
        (Findings(title=" "), "title"),
        (Findings(title="x", service="moon"), "service"),
        (Findings(title="x", workaround="y" * 20_001), "workaround"),
    ):
        with pytest.raises(Invalid) as refused:
            work.save(known_error.number, findings, by=lena, seen=known_error.version)
        assert refused.value.field == field


def test_a_problem_without_incidents_has_no_weeks(lena):
    assert recurrence.by_week(work.open_problem(Findings(title="Printer jams"), by=lena)) == []
