import pytest
from flask_security import verify_password
from sqlalchemy import select

from email_intake import spool
from email_intake.models import Outcome, RawMessage
from email_intake.process import process_at_once
from firstline import jobs
from firstline.db import db, write
from incidents.conversation import say
from incidents.intake import Report, report
from incidents.models import Channel
from incidents.notices import Delivery, Notice
from incidents.people import ApiToken, Person, Role, Team, create_token, find_by_address, find_by_token
from incidents.services import Service


def text_of(response) -> str:
    return response.get_data(as_text=True)


NINA = {"email": "nina@example.com", "name": "Nina K", "role": "agent", "teams": ["network"], "active": "1"}


class TestPeople:
    def test_a_person_is_added_with_a_password_found_and_changed(self, ada):
        added = ada.post("/admin/people", data=NINA | {"password": "long enough for us"})
        assert added.status_code == 303
        nina = find_by_address("nina@example.com")
        assert verify_password("long enough for us", nina.password)
        assert "Nina K" in text_of(ada.get("/admin/people?q=nin&role=agent"))
        ada.post(f"/admin/people/{nina.id}", data={"name": "Nina K", "role": "lead"})
        assert (nina.role, nina.active, nina.teams) == (Role.LEAD, False, [])

    def test_who_gets_another_password_is_signed_out(self, ada, browser_of, person):
        bob = person("bob")
        his = browser_of(bob)
        assert his.get("/fixes").status_code == 200
        ada.post(
            f"/admin/people/{bob.id}",
            data={"name": "Bob", "role": "employee", "active": "1", "password": "another long one"},
        )
        assert his.get("/fixes").status_code == 302

    def test_refusals_keep_what_was_typed(self, ada, ada_herself):
        for wrong, sentence in (
            ({"password": "short"}, "at least 10 characters"),
            ({"email": "nobody"}, "whole e-mail address"),
            ({"role": "emperor"}, "no such role"),
            ({"email": "ada@example.com"}, "already"),
            ({"email": "HelpDesk+x@example.com"}, "comes in here"),
        ):
            answer = ada.post("/admin/people", data=NINA | wrong)
            assert answer.status_code in {409, 422}
            assert sentence in text_of(answer) and "Nina K" in text_of(answer)
        assert find_by_address("nina@example.com") is None
        own = ada.post(
            f"/admin/people/{ada_herself.id}", data={"name": "Ada", "role": "agent", "active": "1"}
        )
        assert own.status_code == 409 and "own powers" in text_of(own)

    def test_the_list_goes_on(self, ada, app):
        with write() as session:
            session.add_all(
                Person(email=f"p{n:02}@example.com", name=f"P {n}", role="employee") for n in range(60)
            )
        page = text_of(ada.get("/admin/people"))
        assert 'rel="next"' in page and "after=p48@example.com" in page.replace("%40", "@")
        assert "Nobody fits" in text_of(ada.get("/admin/people?q=zzz"))
        assert ada.get("/admin/people/999").status_code == 404


def test_teams_are_added_and_changed(ada):
    ada.post("/admin/teams", data={"name": "Night shift", "tier": "1"})
    team = db.session.scalar(select(Team).where(Team.name == "Night shift"))
    ada.post(f"/admin/teams/{team.id}", data={"name": "Nights", "tier": "2"})
    assert (team.name, team.tier) == ("Nights", 2)
    wrong = ada.post("/admin/teams", data={"name": "Cablewell", "tier": "3", "is_vendor": "1"})
    assert wrong.status_code == 422 and "Cablewell" in text_of(wrong)
    assert ada.get("/admin/teams/999").status_code == 404


def test_services_are_added_and_changed(ada):
    ada.post("/admin/services", data={"name": "CRM", "criticality": "high", "team": "platform"})
    service = db.session.scalar(select(Service).where(Service.name == "CRM"))
    assert "CRM" in text_of(ada.get(f"/admin/services/{service.id}"))
    ada.post(
        f"/admin/services/{service.id}",
        data={"name": "CRM", "criticality": "low", "keywords": "crm, sales ,"},
    )
    assert (service.criticality, service.keywords, service.team) == ("low", ["crm", "sales"], None)
    assert ada.post("/admin/services", data={"name": "X", "criticality": "vast"}).status_code == 422
    assert ada.get("/admin/services/999").status_code == 404


def test_a_token_is_taken_back(ada):
    token = create_token("monitor@example.com", Role.MONITOR)
    assert token not in text_of(ada.get("/admin/tokens"))
    ada.post(f"/admin/tokens/{db.session.scalar(select(ApiToken.id))}/revoke")
    assert find_by_token(token) is None
    assert "Revoked" in text_of(ada.get("/admin/tokens"))


def test_health_names_every_part_with_its_state(ada):
    page = text_of(ada.get("/admin"))
    for part in ("database", "worker", "intake", "actions", "bot", "search"):
        assert part in page
    assert "Not ready" in page and "Ready" in page


class TestMail:
    @pytest.fixture
    def held(self, app) -> RawMessage:
        row = process_at_once(spool.store(b"\x00\xff this is no mail", route=spool.FILE))
        assert row.outcome == Outcome.QUARANTINED
        return row

    def test_what_was_held_back_can_be_read_and_judged_again(self, ada, held):
        assert f"/admin/mail/{held.id}" in text_of(ada.get("/admin/mail"))
        assert held.reason in text_of(ada.get(f"/admin/mail/{held.id}"))
        assert ada.post(f"/admin/mail/{held.id}/again").status_code == 303
        db.session.expire_all()
        assert held.outcome == Outcome.WAITING
        jobs.run_waiting()
        db.session.expire_all()
        assert held.outcome == Outcome.QUARANTINED
        assert ada.get("/admin/mail/999").status_code == 404

    def test_a_notice_that_may_not_have_arrived_is_decided_by_a_person(self, ada, ada_herself, person):
        told = Report(requester_id=person("erin").id, description="printer", channel=Channel.PORTAL)
        say(report(told).id, by=ada_herself, text="Which one?", channel=Channel.PORTAL)
        with write() as session:
            notice = session.scalar(select(Notice))
            notice.state = Delivery.UNKNOWN
        assert "Cut off while sending" in text_of(ada.get("/admin/mail"))
        ada.post(f"/admin/notices/{notice.id}", data={"again": "1"})
        assert notice.state == Delivery.DUE
        assert ada.post(f"/admin/notices/{notice.id}").status_code == 409

    def test_an_empty_desk_says_what_will_be_here(self, ada):
        page = text_of(ada.get("/admin/mail?ignored=1"))
        assert "Nothing is held back" in page and "Every notice went out" in page


PAGES = ("/admin", "/admin/people", "/admin/teams", "/admin/services", "/admin/tokens", "/admin/mail")


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.AUTHOR, Role.AGENT, Role.LEAD])
def test_set_up_is_for_administrators_only(browser_of, person, desk, role):
    client = browser_of(person("somebody", role))
    assert {client.get(page).status_code for page in PAGES} == {403}
    assert client.post("/admin/people", data=NINA).status_code == 403
    assert find_by_address("nina@example.com") is None


def test_rows_are_looked_at_before_they_are_imported(ada):
    rows = "slug,name,needs\ndb,Database,\nshop,Web shop,db\n"
    looked = ada.post("/admin/services/import", data={"sheet": "services", "rows": rows, "do": "look"})
    assert looked.text.count("is added") == 2
    assert "Web shop" not in ada.get("/admin/services").text
    ada.post("/admin/services/import", data={"sheet": "services", "rows": rows, "do": "import"})
    page = ada.get("/services/shop").text
    assert "Web shop" in page and "Database" in page
    refused = ada.post("/admin/services/import", data={"rows": "slug,name,team\nx,X,moon", "do": "import"})
    assert refused.status_code == 422 and "Row 2" in refused.text
