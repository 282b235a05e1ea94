"""An administrator keeps calendars, targets and the rota in the browser."""

import pytest
from sqlalchemy import select

from firstline.db import db
from incidents.oncall.models import Override, Rota
from incidents.people import Role, Team
from incidents.sla.models import Target, WorkCalendar
from tests.portal.admin.test_setting_up import text_of

WEEK = dict.fromkeys(("mon", "tue", "wed", "thu"), "08:00-12:00, 13:00-16:30") | {"fri": "8-12"}
BERLIN = {"name": "Berlin", "zone": "Europe/Berlin", "country": "DE-BE", "days_off": "2026-12-24", **WEEK}
TARGET = {
    "priority": "3",
    "service": "vpn",
    "respond_minutes": "1h 30m",
    "update_minutes": "90",
    "resolve_minutes": "12h",
}


@pytest.fixture
def calendar(ada, desk):
    answer = ada.post("/admin/calendars", data=BERLIN | {"teams": ["service-desk"], "is_default": "1"})
    assert answer.status_code == 303
    return db.session.scalars(select(WorkCalendar)).one()


def test_a_calendar_is_kept_with_its_teams_and_previewed(ada, calendar, desk):
    assert calendar.week[0] == [[480, 720], [780, 990]] and calendar.week[5] == []
    assert (calendar.country, calendar.subdivision, calendar.days_off) == ("DE", "BE", ["2026-12-24"])
    assert db.session.get(Team, desk["first"].id).calendar_id == calendar.id
    page = text_of(ada.get(f"/admin/calendars/{calendar.id}"))
    assert "The next two weeks: Berlin" in page and "08:00–12:00" in page
    assert "08:00-12:00, 13:00-16:30" in page


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (dict.fromkeys(WEEK, ""), "Nobody would ever work by this calendar"),
        ({"mon": "17:00-09:00"}, "must end after it begins"),
        ({"mon": "9-12, 11-14"}, "overlap"),
        ({"mon": "nine to five"}, "is no time"),
        ({"mon": "9-25"}, "ends at 24:00"),
        ({"zone": "Mars/Olympus"}, "Choose a time zone"),
        ({"country": "XX"}, "do not know the public holidays"),
        ({"days_off": "Christmas"}, "year, month and day"),
        ({"name": " "}, "Write a name"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_and_keeps_what_was_typed(ada, desk, wrong, sentence):
    answer = ada.post("/admin/calendars", data=BERLIN | wrong)
    assert answer.status_code == 422
    page = text_of(answer)
    assert sentence in page and (BERLIN | wrong)["days_off"] in page
    assert db.session.scalars(select(WorkCalendar)).all() == []


def test_a_calendar_in_use_is_not_removed(ada, calendar):
    answer = ada.post(f"/admin/calendars/{calendar.id}/remove")
    assert answer.status_code == 409 and "in use" in text_of(answer)
    ada.post(f"/admin/calendars/{calendar.id}", data=BERLIN | {"name": "Office"})
    assert ada.post(f"/admin/calendars/{calendar.id}/remove").status_code == 303
    assert db.session.scalars(select(WorkCalendar)).all() == []


def test_a_target_is_agreed_corrected_and_dropped(ada, desk):
    assert "as shipped" in text_of(ada.get("/admin/targets"))
    assert ada.post("/admin/targets", data=TARGET).status_code == 303
    target = db.session.scalars(select(Target)).one()
    assert (target.respond_minutes, target.update_minutes, target.resolve_minutes) == (90, 90, 720)
    again = ada.post("/admin/targets", data=TARGET)
    assert again.status_code == 409 and "already" in text_of(again)
    ada.post(f"/admin/targets/{target.id}", data=TARGET | {"hours": "always", "team": "network"})
    assert target.is_always and "VPN, Workplace" in text_of(ada.get("/admin/targets"))
    ada.post(f"/admin/targets/{target.id}/remove")
    assert db.session.scalars(select(Target)).all() == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"respond_minutes": "soon"}, "Write a time like"),
        ({"respond_minutes": "0"}, "at least a minute"),
        ({"respond_minutes": "13h"}, "answer before we solve"),
        ({"priority": "9"}, "P1 to P5"),
    ],
)
def test_a_target_that_cannot_be_is_refused(ada, desk, wrong, sentence):
    answer = ada.post("/admin/targets", data=TARGET | wrong)
    assert answer.status_code == 422 and sentence in text_of(answer)


def test_a_rota_and_who_stands_in(ada, desk, person):
    first = desk["first"]
    for name in ("tess", "tom"):
        person(name, Role.AGENT, first)
    page = text_of(ada.get(f"/admin/on-call/{first.id}"))
    assert "tess@example.com" in page and "Security, whatever its priority" in page
    rota = {
        "people": "tom@example.com\ntess@example.com",
        "first_day": "2026-11-23",
        "handover": "09:00",
        "turn_days": "7",
        "step_minutes": "5",
        "zone": "Europe/Berlin",
        "webhook_url": "https://pager.example.com/hook",
    }
    assert ada.post(f"/admin/on-call/{first.id}", data=rota).status_code == 303
    kept = db.session.scalars(select(Rota)).one()
    assert (len(kept.people), kept.step_minutes, bool(kept.webhook_secret)) == (2, 5, True)
    stand_in = {"who": "tess@example.com", "since": "2026-11-24T18:00", "until": "2026-11-25T08:00"}
    assert ada.post(f"/admin/on-call/{first.id}/stand-in", data=stand_in).status_code == 303
    override = db.session.scalars(select(Override)).one()
    assert override.since.hour == 17
    ada.post(f"/admin/on-call/{first.id}/stand-in/{override.id}/drop")
    assert db.session.scalars(select(Override)).all() == []
    wrong = ada.post(f"/admin/on-call/{first.id}", data=rota | {"handover": "9 o'clock"})
    assert wrong.status_code == 422 and "like 09:00" in text_of(wrong)
