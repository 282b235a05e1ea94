"""Whoever is woken acknowledges in one click: by the mail's link, in the banner, through the interface."""

import pytest
from sqlalchemy import select

from email_intake import render
from firstline.db import db
from incidents.intake import Report, report
from incidents.models import Channel, Level
from incidents.notices import Notice, Topic
from incidents.oncall.models import Page, PageState
from incidents.people import Role, create_token


@pytest.fixture
def lena(person, desk):
    return person("lena", Role.LEAD, desk["first"])


@pytest.fixture
def page(person, lena):
    told = Report(
        requester_id=person("erna").id,
        description="everything is down",
        channel=Channel.PORTAL,
        impact=Level.HIGH,
        urgency=Level.HIGH,
    )
    report(told)
    return db.session.scalars(select(Page)).one()


def text_of(response) -> str:
    return response.get_data(as_text=True)


def test_the_link_of_the_mail_acknowledges_without_signing_in_and_only_by_its_button(app, page, lena):
    notice = db.session.scalars(select(Notice).where(Notice.topic == Topic.PAGED)).one()
    with app.test_request_context():
        letter = render.compose(notice, "en")
    path = "/wake/" + letter.buttons[0].url.rpartition("/wake/")[2]
    client = app.test_client()
    assert "I have it" in text_of(client.get(path))
    assert page.state == PageState.CALLING
    assert "You have it" in text_of(client.post(path))
    assert (page.state, page.acknowledged_by.name) == (PageState.ACKNOWLEDGED, "Lena")
    assert client.get("/wake/forged").status_code == 404


def test_the_banner_is_on_every_page_of_the_woken_and_of_nobody_else(browser_of, page, lena, person, desk):
    hers, others = browser_of(lena), browser_of(person("tom", Role.AGENT, desk["first"]))
    assert "You are on call" in text_of(hers.get("/fixes"))
    assert "You are on call" not in text_of(others.get("/fixes"))
    assert "I have it" in text_of(others.get("/desk/alerts"))
    hers.post(f"/wake/pages/{page.id}")
    assert page.acknowledged_by.name == "Lena"
    assert "You are on call" not in text_of(hers.get("/wake/mine"))


def test_a_pager_acknowledges_through_the_interface(app, page, lena):
    token = create_token(lena.email, Role.LEAD)
    path = f"/api/v1/incidents/{page.incident.number}/acknowledge"
    answer = app.test_client().post(path, headers={"Authorization": f"Bearer {token}"}, json={})
    (alert,) = answer.get_json()["alerts"]
    assert (alert["state"], alert["acknowledged_by"]) == ("acknowledged", "lena@example.com")
