"""Two administrators at one form, and tokens made in the browser."""

import re

import pytest

from firstline.db import db
from incidents import tokens
from incidents.people import Person, Role, find_by_token
from incidents.services import Service
from incidents.webhooks.models import Webhook


def mark(page):
    return re.search(r'name="seen" value="([0-9a-f]*)"', page.get_data(as_text=True))[1]


@pytest.fixture
def bea(browser_of, person):
    """Another administrator's browser."""
    return browser_of(person("bea", Role.ADMIN))


def test_the_second_of_two_sees_both_texts_and_decides(ada, bea, desk):
    url = f"/admin/teams/{desk['second'].id}"
    first, second = mark(ada.get(url)), mark(bea.get(url))
    form = {"tier": "2", "email": "", "lead": "", "answer_hours": "24"}
    assert ada.post(url, data={**form, "name": "Network", "seen": first}).status_code == 303
    refused = bea.post(url, data={**form, "name": "Net & Phones", "seen": second})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "Somebody saved this" in page and ">Network<" in page and ">Net &amp; Phones<" in page
    assert db.session.get(type(desk["second"]), desk["second"].id).name == "Network"
    again = bea.post(url, data={**form, "name": "Net & Phones", "seen": mark(refused)})
    assert again.status_code == 303
    db.session.rollback()
    assert db.session.get(type(desk["second"]), desk["second"].id).name == "Net & Phones"


def test_services_and_people_are_kept_from_it_too(ada, desk, person):
    service = db.session.query(Service).filter_by(slug="vpn").one()
    erin = person("erin")
    for url, form in (
        (f"/admin/services/{service.id}", {"name": "VPN", "criticality": "high", "description": "mine"}),
        (f"/admin/people/{erin.id}", {"name": "Erin", "role": "employee", "active": "1", "site": "mine"}),
    ):
        seen = mark(ada.get(url))
        assert ada.post(url, data=form | {"seen": seen}).status_code == 303
        assert ada.post(url, data=form | {"seen": seen}).status_code == 409, url


def test_targets_calendars_and_rules_are_kept_from_it_too(ada, desk):
    target = {"priority": "3", "respond_minutes": "4h", "update_minutes": "8h", "resolve_minutes": "3d"}
    target["resolve_minutes"] = "24h"
    calendar = {"name": "Office", "zone": "Europe/Berlin", "mon": "09:00-17:00", "country": "DE"}
    rule = {
        "name": "Printers",
        "team": "service-desk",
        "assigning": "nobody",
        "words": "printer",
        "is_on": "1",
    }
    for address, form, change in (
        ("targets", target, {"respond_minutes": "5h"}),
        ("calendars", calendar, {"name": "Bureau"}),
        ("routing", rule, {"name": "Paper"}),
    ):
        assert ada.post(f"/admin/{address}", data=form).status_code == 303, address
        seen = mark(ada.get(f"/admin/{address}/1"))
        assert ada.post(f"/admin/{address}/1", data=form | change | {"seen": seen}).status_code == 303, (
            address
        )
        refused = ada.post(f"/admin/{address}/1", data=form | {"seen": seen})
        assert refused.status_code == 409, address
        assert "Saved meanwhile" in refused.get_data(as_text=True), address


def test_a_form_that_is_wrong_keeps_what_it_had_seen(ada, desk):
    url = f"/admin/teams/{desk['first'].id}"
    seen = mark(ada.get(url))
    wrong = ada.post(url, data={"name": "", "tier": "1", "answer_hours": "24", "seen": seen})
    assert wrong.status_code == 422 and mark(wrong) == seen


def test_a_token_is_made_shown_once_and_taken_back(ada, desk):
    made = ada.post("/admin/tokens", data={"email": "robot@example.com", "role": "monitor"})
    (token,) = re.findall(r"fl_[\w-]+", made.get_data(as_text=True))
    assert find_by_token(token).role == Role.MONITOR and made.headers["Cache-Control"] == "no-store"
    assert token not in ada.get("/admin/tokens").get_data(as_text=True)
    tokens.revoke(1, by=db.session.query(Person).filter_by(email="ada@example.com").one())
    assert find_by_token(token) is None


@pytest.mark.parametrize(
    ("email", "role"), [("no address", "agent"), ("new@example.com", ""), ("tess@example.com", "admin")]
)
def test_a_token_changes_nobodys_role_and_is_made_for_nobody(ada, desk, person, email, role):
    person("tess", Role.AGENT, desk["first"])
    assert ada.post("/admin/tokens", data={"email": email, "role": role}).status_code in {409, 422}
    assert tokens.everyones() == []


HOOK = {"name": "Chat", "url": "https://hooks.example.com/x", "is_active": "1"}
STEP = {"origin": "tier:1", "after_minutes": "60", "target": "next_tier", "worst_priority": "5", "is_on": "1"}
BOX = {"name": "Support", "host": "127.0.0.1", "port": "1", "security": "none", "login": "password"}
BOX |= {"username": "support", "secret": "a word", "start_at": "days", "start_days": "3"}
RULE = {"name": "VPN up", "moment": "reported", "words": "vpn", "do-urgency": "high"}
REMEDY = {"name": "Unlock", "slug": "unlock", "action": "webhook", "url": "https://hooks.example.com/unlock"}
REMEDY |= {"secret": "a long enough secret", "reach": "person", "timeout_s": "20", "hourly_limit": "20"}
REMEDY |= {"repeat_limit": "2", "target_limit": "50", "is_active": "1"}


@pytest.mark.parametrize(
    ("address", "form", "change"),
    [
        ("webhooks", HOOK, {"name": "Wall"}),
        ("escalation", STEP, {"after_minutes": "90"}),
        ("mailboxes", BOX, {"start_days": "5"}),
        ("automation", RULE, {"do-urgency": "low"}),
        ("remediations", REMEDY, {"hourly_limit": "10"}),
    ],
)
def test_what_acts_by_itself_is_kept_from_it_too(ada, desk, address, form, change):
    assert ada.post(f"/admin/{address}", data=form).status_code in {200, 303}
    seen = mark(ada.get(f"/admin/{address}/1"))
    first = ada.post(f"/admin/{address}/1", data=form | change | {"seen": seen})
    refused = ada.post(f"/admin/{address}/1", data=form | {"seen": seen})
    assert (first.status_code, refused.status_code) == (303, 409)
    assert "Saved meanwhile" in refused.get_data(as_text=True)
    again = ada.post(f"/admin/{address}/1", data=form | {"seen": mark(refused)})
    assert again.status_code == 303


MATRIX = {"high-high": "1", "high-medium": "2", "medium-high": "2", "high-low": "3", "medium-medium": "3"}
MATRIX |= {"low-high": "3", "medium-low": "4", "low-medium": "4", "low-low": "5"}
MATRIX |= {"people-medium": "3", "people-high": "10"}
CLOSING = {"close_after_days": "5", "reopen_within_days": "5"}
ROTA = {"zone": "UTC", "first_day": "2026-11-23", "handover": "09:00", "turn_days": "7", "step_minutes": "10"}
ROTA |= {"people": "ada@example.com"}


@pytest.mark.parametrize(
    ("address", "form", "change"),
    [
        ("priorities", MATRIX, {"medium-medium": "2"}),
        ("priorities", MATRIX, {"people-high": "12"}),
        ("closing", CLOSING, {"close_after_days": "7"}),
        ("hold-out", {"percent": "10"}, {"percent": "20"}),
        ("on-call/{first}", ROTA, {"turn_days": "14"}),
    ],
)
def test_what_there_is_only_once_is_kept_from_it_from_the_first_save_on(ada, desk, address, form, change):
    url = f"/admin/{address.format(first=desk['first'].id)}"
    seen = mark(ada.get(url))
    first = ada.post(url, data=form | change | {"seen": seen})
    refused = ada.post(url, data=form | {"seen": seen})
    assert (first.status_code, refused.status_code) == (303, 409)
    page = refused.get_data(as_text=True)
    (field,) = change
    assert "Saved meanwhile" in page and f">{change[field]}<" in page and f">{form[field]}<" in page
    assert ada.post(url, data=form | {"seen": mark(refused)}).status_code == 303


def test_the_effect_of_a_matrix_is_not_shown_over_one_that_nobody_saw(ada, desk):
    seen = mark(ada.get("/admin/priorities"))
    assert ada.post("/admin/priorities", data=MATRIX | {"medium-medium": "2"}).status_code == 303
    preview = ada.post("/admin/priorities", data=MATRIX | {"preview": "1", "seen": seen})
    assert preview.status_code == 409


def test_a_cause_and_a_task_that_were_changed_meanwhile_are_kept_as_they_are(ada, desk, person):
    person("erin")
    ada.post("/admin/causes", data={"name": "Moonlight"})
    task = {"title": "Look after the tapes", "text": "Change them.", "requester": "erin@example.com"}
    task |= {"urgency": "low", "days": "0", "month_day": "1", "at": "08:00", "is_on": "on"}
    assert ada.post("/admin/tasks", data=task).status_code == 303
    for url, shown, form, change in (
        ("/admin/tasks/1", "/admin/tasks/1", task, {"at": "09:00"}),
        ("/admin/causes/moonlight", "/admin/closing", {"name": "Moon", "is_active": "1"}, {"name": "Sun"}),
    ):
        seen = re.findall(r'name="seen" value="([0-9a-f]+)"', ada.get(shown).get_data(as_text=True))[-1]
        assert ada.post(url, data=form | change | {"seen": seen}).status_code == 303, url
        refused = ada.post(url, data=form | {"seen": seen})
        assert refused.status_code == 409 and "Saved meanwhile" in refused.get_data(as_text=True), url


def test_what_changes_by_itself_overtakes_nobody(ada, desk):
    ada.post("/admin/webhooks", data=HOOK)
    seen = mark(ada.get("/admin/webhooks/1"))
    webhook = db.session.get(Webhook, 1)
    webhook.failures, webhook.error = 3, "It did not answer."
    db.session.commit()
    assert ada.post("/admin/webhooks/1", data=HOOK | {"name": "Wall", "seen": seen}).status_code == 303
