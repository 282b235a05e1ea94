"""On the incident page others are brought in: a tier, the lead, a vendor, a swarm; and one sees who is here."""

import pytest

from firstline.db import db
from incidents import lifecycle, swarms
from incidents.intake import Report, report
from incidents.models import Channel, Event, State
from incidents.people import Role
from incidents.routing.models import Absence, VendorRequest
from incidents.swarms.models import Standing


def text_of(response):
    return response.get_data(as_text=True)


@pytest.fixture
def tess_herself(person, desk):
    return person("tess-t", Role.AGENT, desk["first"])


@pytest.fixture
def tess(browser_of, tess_herself):
    return browser_of(tess_herself)


@pytest.fixture
def incident(erin):
    return report(
        Report(requester_id=erin.id, title="VPN drops in Lyon", description="x", channel=Channel.PORTAL)
    )


def test_the_lead_is_called_from_the_form_of_escalation(tess, incident, person, desk):
    person("lena", Role.LEAD, desk["first"])
    assert "The lead: they are told" in text_of(tess.get(f"/desk/{incident.number}/panel/escalate"))
    refused = tess.post(f"/desk/{incident.number}/escalate", data={"team": "@lead", "note": ""})
    assert refused.status_code == 422 and "why the lead is needed" in text_of(refused)
    tess.post(f"/desk/{incident.number}/escalate", data={"team": "@lead", "note": "The board waits"})
    page = text_of(tess.get(f"/desk/{incident.number}"))
    assert "called Lena" in page and "The board waits" in page


def test_a_vendor_is_asked_and_stands_beside(tess, incident, tess_herself):
    lifecycle.take(incident.id, by=tess_herself)
    form = {"vendor": "printwell", "subject": "Rollers", "note": "Please send rollers"}
    refused = tess.post(f"/desk/{incident.number}/vendor", data=form | {"subject": ""})
    assert refused.status_code == 422 and "Please send rollers" in text_of(refused)
    assert tess.post(f"/desk/{incident.number}/vendor", data=form).status_code == 303
    page = text_of(tess.get(f"/desk/{incident.number}"))
    assert "Printwell" in page and "to answer" in page and "on the vendor" in page
    assert db.session.query(VendorRequest).one().words == "Please send rollers"


def test_a_swarm_is_started_joined_written_in_and_ended(
    tess, incident, browser_of, person, desk, tess_herself
):
    nina = person("nina", Role.AGENT, desk["second"])
    lifecycle.take(incident.id, by=tess_herself)
    assert "The whole team" in text_of(tess.get(f"/desk/{incident.number}/panel/swarm"))
    tess.post(f"/desk/{incident.number}/swarm", data={"purpose": "Why only in Lyon?", "teams": "network"})
    hers = browser_of(nina)
    assert incident.title in text_of(hers.get("/desk?q=state:open+assignee:me"))
    assert "Decline" in text_of(hers.get(f"/desk/{incident.number}"))
    hers.post(f"/desk/{incident.number}/swarm/answer", data={"standing": "joined"})
    hers.post(f"/desk/{incident.number}/swarm/note", data={"swarm-note": "A route is missing"})
    hers.post(f"/desk/{incident.number}/swarm/findings", data={"findings": "Old route", "version": "0"})
    late = tess.post(f"/desk/{incident.number}/swarm/findings", data={"findings": "Firewall", "version": "0"})
    assert late.status_code == 409
    assert (
        "Firewall" in text_of(late) and "Old route" in text_of(late) and "put both together" in text_of(late)
    )
    only = text_of(tess.get(f"/desk/{incident.number}?only=swarm"))
    assert "A route is missing" in only and "reported this" not in only
    tess.post(f"/desk/{incident.number}/swarm/end")
    assert "Contributed: Nina" in text_of(tess.get(f"/desk/{incident.number}"))
    assert incident.state == State.IN_PROGRESS


def test_an_answer_nobody_can_give_is_refused(tess, incident, tess_herself, person, desk):
    nina = person("nina", Role.AGENT, desk["second"])
    swarms.start(incident.id, by=tess_herself, purpose="x", people=[nina.email])
    assert tess.post(f"/desk/{incident.number}/swarm/answer", data={"standing": "king"}).status_code == 422
    tess.post(f"/desk/{incident.number}/swarm/answer", data={"standing": "left"})
    assert incident.entries[-1].facts["what"] == Standing.LEFT
    assert incident.entries[-1].event == Event.SWARMED


def test_one_sees_who_is_here_and_announces_an_absence(tess, tess_herself):
    assert "here" in text_of(tess.get("/desk/people"))
    wrong = tess.post("/desk/people/absences", data={"since": "soon", "until": "2099-01-02T10:00"})
    assert wrong.status_code == 422 and "from when" in text_of(wrong)
    tess.post("/desk/people/absences", data={"since": "2020-01-01T08:00", "until": "2099-01-02T10:00"})
    assert "away until" in text_of(tess.get("/desk/people"))
    absence = db.session.query(Absence).one()
    assert absence.person_id == tess_herself.id
    tess.post(f"/desk/people/absences/{absence.id}/off")
    assert "away until" not in text_of(tess.get("/desk/people"))
