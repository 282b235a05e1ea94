"""Two administrators at one form, and tokens made in the browser."""

import re

import pytest

from firstline.db import db
from incidents import tokens
from incidents.people import Person, Role, find_by_token
from incidents.services import Service


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
