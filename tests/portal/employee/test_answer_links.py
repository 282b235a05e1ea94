import pytest

from firstline import signing
from firstline.db import db
from incidents import lifecycle, outages, selfhelp
from incidents.intake import Report, report
from incidents.kinship import lookalikes
from incidents.lifecycle import Change
from incidents.models import Channel, Incident, Resolution, State
from incidents.people import Role
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
    monkeypatch.setattr("portal.mail_links.GOOD_FOR_DAYS", -1)
    assert stranger.open(link(incident, solved=True)).status == 404


@pytest.fixture
def joining_link(app, person, desk):
    """`joining_link("vpn drops every few minutes", by="bob")`: the link of an acknowledgement, and both incidents."""

    def make(words, *, by, is_same=True):
        erin = person("erin").id
        first = report(Report(requester_id=erin, description=words, channel=Channel.MAIL))
        second_by = erin if by == "erin" else person(by).id
        second = report(Report(requester_id=second_by, description=words, channel=Channel.MAIL))
        lookalikes.compare(second.id)
        told = {"incident": second.id, "person": second.requester_id, "other": first.id, "is_same": is_same}
        return f"/answer/join/{signing.sign('join', told)}", first, second

    return make


def test_me_too_in_a_mail_makes_it_follow_the_running_one_after_one_click(stranger, joining_link):
    address, first, second = joining_link("vpn drops every few minutes", by="bob")
    assert "You say that you have it too." in stranger.open(address).text
    assert second.parent_id is None
    page = stranger.press("Me too").text
    assert "Noted: you have it too." in page and first.number not in page
    db.session.rollback()
    assert (second.parent_id, second.follows_parent) == (first.id, True)


def test_ones_own_goes_on_at_the_earlier_one(stranger, joining_link):
    address, first, second = joining_link("vpn drops every few minutes", by="erin")
    stranger.open(address)
    assert f"It goes on as {first.number}." in stranger.press("Yes, go on there").text
    assert state_of(second) == State.MERGED


def test_the_other_link_keeps_them_apart(stranger, joining_link):
    address, _first, second = joining_link("vpn drops every few minutes", by="bob", is_same=False)
    stranger.open(address)
    assert "We look at it by itself." in stranger.press("Yes, look at it by itself").text
    db.session.rollback()
    assert lookalikes.for_requester(second) is None and second.parent_id is None


def test_me_too_with_a_known_fault_is_told_when_it_is_over(stranger, incident, person, desk):
    tess = person("tess", Role.AGENT, desk["first"])
    outage = outages.declare(outages.Announcement(title="VPN is slow", service="vpn"), by=tess)
    told = {"incident": incident.id, "person": incident.requester_id, "outage": outage.id}
    stranger.open(f"/answer/join/{signing.sign('join', told)}")
    stranger.press("Me too")
    outages.end(outage.id, by=tess)
    assert state_of(incident) == State.RESOLVED
