import pytest

from firstline import signing
from firstline.db import db
from incidents import lifecycle, selfhelp
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Incident, Resolution, State
from knowledge_base.models import Article


@pytest.fixture
def incident(erin):
    return report(Report(requester_id=erin.id, description="vpn drops", channel=Channel.MAIL))


def link(incident, *, solved, article=None):
    said = {
        "incident": incident.id,
        "person": incident.requester_id,
        "solved": solved,
        "article": article,
    }
    return f"/answer/{signing.sign('answer', said)}"


def state_of(incident) -> str:
    db.session.rollback()
    return db.session.get_one(Incident, incident.id).state


def test_opening_a_link_changes_nothing_since_mail_scanners_open_links(stranger, incident):
    page = stranger.open(link(incident, solved=True))
    assert "You say that it is solved." in page.text
    assert state_of(incident) == State.OFFERED


def test_its_button_resolves_without_signing_in(stranger, incident, vpn_article):
    selfhelp.offer_fixes(incident.id)
    stranger.open(link(incident, solved=True, article=vpn_article.id))
    assert "Good to hear. It is solved." in stranger.press("Yes, it is solved").text
    db.session.rollback()
    assert db.session.get_one(Incident, incident.id).resolution == Resolution.SELF_SERVICE
    assert db.session.get_one(Incident, incident.id).article_id == vpn_article.id
    assert db.session.get_one(Article, vpn_article.id).title == "VPN keeps disconnecting"


def test_still_need_help_routes_it_and_says_by_when_somebody_answers(stranger, incident):
    stranger.open(link(incident, solved=False))
    page = stranger.press("Yes, I still need help")
    assert "You will hear from us by" in page.text
    assert state_of(incident) == State.QUEUED


def test_after_support_resolved_it_the_links_confirm_or_reopen(stranger, incident):
    lifecycle.change(incident.id, Change(to=State.RESOLVED, resolution=Resolution.AUTOMATIC), by=None)
    stranger.open(link(incident, solved=True))
    stranger.press("Yes, close it")
    assert state_of(incident) == State.CLOSED
    stranger.open(link(incident, solved=False))
    assert "is closed already" in stranger.press("Yes, I still need help").text


def test_a_resolved_incident_is_reopened_by_the_other_link(stranger, incident):
    lifecycle.change(incident.id, Change(to=State.RESOLVED, resolution=Resolution.AUTOMATIC), by=None)
    stranger.open(link(incident, solved=False))
    stranger.press("Yes, I still need help")
    assert state_of(incident) == State.QUEUED


def test_clicking_twice_is_as_good_as_once(stranger, incident):
    page = stranger.open(link(incident, solved=True))
    stranger.press("Yes, it is solved", on=page)
    assert stranger.press("Yes, it is solved", on=page).status == 200


@pytest.mark.parametrize("token", ["forged", "x.y.z", "%00"])
def test_a_forged_link_says_how_to_go_on(stranger, incident, token):
    page = stranger.open(f"/answer/{token}")
    assert page.status == 404
    assert "This link is too old or was cut short." in page.text


def test_a_link_signed_for_another_purpose_is_forged(stranger, incident):
    assert stranger.open(f"/answer/{signing.sign('queue-cursor', [1])}").status == 404


def test_an_old_link_is_refused(stranger, incident, monkeypatch):
    monkeypatch.setattr("portal.answer.GOOD_FOR_DAYS", -1)
    assert stranger.open(link(incident, solved=True)).status == 404
