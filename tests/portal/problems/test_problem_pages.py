import pytest

from firstline.db import write
from incidents.intake import Report, report
from incidents.models import Channel
from incidents.people import Role
from incidents.problems import work
from incidents.problems.models import Proposal, ProposalIncident, Standing

KNOWN = {
    "title": "VPN drops after an hour",
    "symptoms": "It disconnects after an hour.",
    "workaround": "1. Connect again.",
    "service": "vpn",
}


@pytest.fixture
def lena(person, desk):
    return person("lena", Role.LEAD, desk["first"])


@pytest.fixture
def browser(browser_of, lena):
    return browser_of(lena)


@pytest.fixture
def incident(person, desk):
    told = Report(
        requester_id=person("erin").id, description="VPN drops after an hour", channel=Channel.PORTAL
    )
    return report(told)


@pytest.fixture
def problem(browser, incident, lena):
    browser.post("/problems/new", data={**KNOWN, "incident": incident.number})
    return work.find(lena, "PRB-000001")


def test_a_problem_begins_with_the_words_of_its_first_incident(browser, incident):
    page = browser.get(f"/problems/new?incident={incident.number}").text
    assert incident.title in page and incident.number in page


def test_a_known_error_goes_from_the_page_to_the_employees(browser, problem, person, browser_of):
    answer = browser.post(f"/problems/{problem.number}/steps", data={"to": "known_error"})
    assert answer.status_code == 303
    assert "Known error" in browser.get(f"/problems/{problem.number}").text
    assert "Connect again" in browser_of(person("bob")).get(f"/fixes/{problem.article.slug}").text


def test_what_was_refused_keeps_what_was_typed(browser, problem):
    typed = {**KNOWN, "title": "", "root_cause": "The gateway is old.", "seen": problem.version}
    answer = browser.post(f"/problems/{problem.number}", data=typed)
    assert answer.status_code == 422
    assert "The gateway is old." in answer.text and "Say in a few words" in answer.text


def test_the_page_of_a_problem_saved_meanwhile_says_so_and_keeps_the_words(browser, problem):
    seen = problem.version
    browser.post(f"/problems/{problem.number}", data={**KNOWN, "seen": seen})
    answer = browser.post(f"/problems/{problem.number}", data={**KNOWN, "root_cause": "Mine", "seen": seen})
    assert answer.status_code == 409
    assert "Mine" in answer.text and "Somebody changed this problem" in answer.text


def test_an_unknown_step_or_number_is_a_sentence(browser, problem):
    assert browser.post(f"/problems/{problem.number}/steps", data={"to": "moon"}).status_code == 422
    answer = browser.post(f"/problems/{problem.number}/incidents", data={"incident": "INC-999999"})
    assert answer.status_code == 404 and "Check the number" in answer.text
    assert browser.get("/problems/PRB-999999").status_code == 404


def test_a_link_is_made_and_taken_back(browser, problem, incident):
    assert f"/desk/{incident.number}" in browser.get(f"/problems/{problem.number}").text
    assert problem.number in browser.get(f"/desk/{incident.number}").text
    browser.post(f"/problems/{problem.number}/incidents/{incident.id}/unlink")
    assert problem.number not in browser.get(f"/desk/{incident.number}").text


def test_a_merged_problem_leads_to_the_other(browser, problem):
    browser.post("/problems/new", data={"title": "VPN again"})
    browser.post("/problems/PRB-000002/merge", data={"into": problem.number})
    assert browser.get("/problems/PRB-000002").headers["Location"] == f"/problems/{problem.number}"


def test_an_agent_reads_who_publishes_the_known_error(browser_of, person, desk, problem):
    page = browser_of(person("tess", Role.AGENT, desk["first"])).get(f"/problems/{problem.number}").text
    assert "A lead or an author makes it a known error" in page
    assert problem.standing == Standing.INVESTIGATED


def test_the_list_says_what_will_be_here_and_keeps_one_standing(browser, problem):
    assert problem.title in browser.get("/problems").text
    assert "No problem here" in browser.get("/problems?standing=closed").text


def test_what_keeps_coming_is_opened_as_a_problem_or_dismissed_and_brought_back(browser, incident, lena):
    with write() as session:
        times = {"since": incident.created_at, "until": incident.created_at}
        proposal = Proposal(title="VPN drops at noon", people=3, days=4, many=1, **times)
        proposal.members.append(ProposalIncident(incident_id=incident.id))
        session.add(proposal)
    page = browser.get("/problems").text
    assert "VPN drops at noon" in page and "1 reports of 3 people on 4 days" in page
    page = browser.post("/problems/proposals/1/dismiss", follow_redirects=True).text
    assert "VPN drops at noon" not in page and "Undo" in page
    assert "VPN drops at noon" in browser.post("/problems/proposals/1/bring-back", follow_redirects=True).text
    assert browser.post("/problems/proposals/1").status_code == 303
    assert browser.post("/problems/proposals/1").status_code == 409
    assert browser.post("/problems/proposals/4711/dismiss").status_code == 404
