"""Rules and recurring tasks as an administrator keeps them; macros as support does."""

import pytest
from sqlalchemy import select

from firstline.db import db
from incidents.automation.models import AutomationRule, Macro, RecurringTask
from incidents.intake import Report, report
from incidents.models import Channel
from incidents.people import Role

RULE = {"name": "VPN up", "moment": "reported", "words": "vpn, tunnel", "do-urgency": "high"}


def text_of(response) -> str:
    return response.get_data(as_text=True)


@pytest.fixture
def incident(person, desk):
    return report(Report(requester_id=person("erin").id, description="vpn drops", channel=Channel.PORTAL))


def test_a_rule_is_written_off_looked_at_with_its_number_and_switched_on(ada, incident):
    saved = ada.post("/admin/automation", data=RULE)
    page = text_of(ada.get(saved.location))
    assert '<b class="trial-number">1</b>' in page and incident.number in page
    assert "it says “vpn”" in page
    rule = db.session.scalars(select(AutomationRule)).one()
    assert not rule.is_on
    ada.post(f"/admin/automation/{rule.id}/switch", data={"on": "1"})
    assert rule.is_on
    ada.post(f"/admin/automation/{rule.id}/remove")
    assert db.session.scalars(select(AutomationRule)).all() == []


def test_a_rule_that_cannot_be_keeps_what_was_typed(ada):
    answer = ada.post("/admin/automation", data=RULE | {"query": "p:9", "do-note": "Kept words"})
    assert answer.status_code == 422
    assert "A priority is a number" in text_of(answer) and "Kept words" in text_of(answer)


def test_a_recurring_task_is_kept_shown_and_removed(ada, person, desk):
    person("erin")
    told = {"title": "Backup", "text": "Look.", "requester": "erin@example.com", "urgency": "low"}
    told |= {"days": ["0", "4"], "month_day": "1", "at": "09:00", "is_on": "on"}
    wrong = ada.post("/admin/tasks", data=told | {"requester": "nobody@example.com"})
    assert wrong.status_code == 422 and "Nobody has this address" in text_of(wrong)
    ada.post("/admin/tasks", data=told)
    assert "Mon, Fri at 09:00" in text_of(ada.get("/admin/tasks"))
    task = db.session.scalars(select(RecurringTask)).one()
    assert 'value="Backup"' in text_of(ada.get(f"/admin/tasks/{task.id}"))
    ada.post(f"/admin/tasks/{task.id}/remove")
    assert db.session.scalars(select(RecurringTask)).all() == []


def test_a_macro_is_kept_and_used_on_an_incident_with_its_key(browser_of, person, desk, incident):
    tess = person("tess", Role.AGENT, desk["first"])
    browser = browser_of(tess)
    assert browser.post("/desk/macros", data={"name": "Empty"}).status_code == 422
    browser.post("/desk/macros", data={"name": "First steps", "do-take": "1", "do-note": "By {{me}}"})
    macro = db.session.scalars(select(Macro)).one()
    page = text_of(browser.get(f"/desk/{incident.number}"))
    assert 'data-key="1">First steps' in page
    browser.post(f"/desk/{incident.number}/macros/{macro.id}")
    page = text_of(browser.get(f"/desk/{incident.number}"))
    assert incident.assignee_id == tess.id
    assert "Tess used “First steps”: taken; a note: By {{me}}" in page and "By Tess" in page
