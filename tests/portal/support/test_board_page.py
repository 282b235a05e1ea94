"""The board and the day as pages, without scripts."""

import pytest

from incidents import lifecycle
from incidents.people import Role


@pytest.fixture
def at_board(browser_of, person, desk):
    return browser_of(person("lena", Role.LEAD, desk["first"]))


def text_of(response):
    return response.get_data(as_text=True)


def test_a_lead_gives_work_and_gives_it_back(at_board, told, tess):
    incident = told()
    lifecycle.take(incident.id, by=tess)
    assert incident.number in text_of(at_board.get("/desk/board"))
    chosen = {"team": "service-desk", "incident": incident.id, "to": "lena@example.com"}
    page = at_board.post("/desk/board/give", data=chosen)
    assert incident.assignee.name == "Lena"
    assert f'name="back" value="{incident.id}:tess@example.com"' in text_of(at_board.get(page.location))
    at_board.post("/desk/board/give", data={"back": f"{incident.id}:tess@example.com"})
    assert incident.assignee_id == tess.id


def test_what_cannot_be_given_is_a_sentence(at_board, told):
    chosen = {"incident": told().id, "to": "erin@example.com"}
    page = at_board.post("/desk/board/give", data=chosen, follow_redirects=True)
    assert "Choose somebody of support." in text_of(page)
    assert at_board.post("/desk/board/give", data={}).status_code == 422
    assert at_board.get("/desk/board?team=nowhere").status_code == 404


def test_ones_day_has_what_one_took(at_desk, told, tess):
    assert "Nothing waits for you" in text_of(at_desk.get("/desk/day"))
    incident = told()
    lifecycle.take(incident.id, by=tess)
    assert incident.number in text_of(at_desk.get("/desk/day"))
