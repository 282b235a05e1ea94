from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents import lifecycle
from incidents.diagnosis import hypotheses, proposals
from incidents.lifecycle import Change
from incidents.models import Channel, Incident, Resolution, State
from incidents.people import Role
from incidents.resolutions import causes, rating
from incidents.resolutions.models import Score
from incidents.services import Device


def text_of(response) -> str:
    return response.get_data(as_text=True)


@pytest.fixture
def incident(told) -> Incident:
    return told("vpn keeps disconnecting")


@pytest.fixture
def post(at_desk, incident):
    return lambda doing, **fields: at_desk.post(f"/desk/{incident.number}/{doing}", data=fields)


def test_what_it_may_be_is_added_and_ruled_out_on_the_page(post, at_desk, incident):
    post("hypotheses", hypothesis="Old client")
    (one,) = hypotheses.of_incident(incident)
    post(f"hypotheses/{one.id}", finding="ruled_out", finding_note="Client is current")
    page = text_of(at_desk.get(f"/desk/{incident.number}"))
    assert "Old client" in page and "Client is current" in page and "Tess ruled out" in page
    assert post(f"hypotheses/{one.id}", finding="perhaps").status_code == 422
    assert post("hypotheses", hypothesis=" ").status_code == 422


def test_a_proposal_stands_in_the_form_of_the_one_who_resolves(post, at_desk, incident):
    post("proposal", note="Use the other gateway", cause="overload")
    proposal = proposals.open_on(incident)
    form = text_of(at_desk.get(f"/desk/{incident.number}?do=resolve"))
    assert "Use the other gateway" in form and f'value="{proposal.id}"' in form
    post("resolve", resolution="support", cause="overload", note="Other gateway", proposal=proposal.id)
    assert (incident.state, proposals.open_on(incident)) == (State.RESOLVED, None)


def test_resolving_keeps_the_kind_of_cause_and_what_was_changed(post, at_desk, incident, erin):
    with write() as session:
        causes.add_first(session)
        session.add(Device(tag="LT-0042", name="ThinkPad", owner_id=erin.id))
    form = text_of(at_desk.get(f"/desk/{incident.number}?do=resolve"))
    assert "Too little capacity" in form and 'value="LT-0042"' in form
    unknown = post(
        "resolve", resolution="support", cause_code="capacity", note="Kept words", more_items="LT-9"
    )
    assert unknown.status_code == 422 and "Kept words" in text_of(unknown)
    post("resolve", resolution="support", cause_code="capacity", items="LT-0042", more_items="vpn")
    page = text_of(at_desk.get(f"/desk/{incident.number}"))
    assert "ThinkPad (LT-0042), VPN" in page and incident.cause_code == "capacity"


def test_the_timer_runs_on_while_the_page_is_away(post, at_desk, incident):
    post("timer", runs="yes")
    with clock.freeze(clock.now() + timedelta(minutes=7)):
        assert "runs since" in text_of(at_desk.get(f"/desk/{incident.number}"))
        post("timer", runs="no")
    assert incident.minutes_spent in {7, 8}


def test_what_solved_the_like_stands_beside(at_desk, told, incident, tess):
    other = told("vpn keeps disconnecting at noon")
    lifecycle.change(
        other.id,
        Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, cause="c", note="Changed the gateway"),
        by=tess,
    )
    assert "Changed the gateway" in text_of(at_desk.get(f"/desk/{incident.number}/guidance"))


def test_ratings_are_for_leads_and_on_the_incident(at_desk, browser_of, person, incident, tess, erin):
    wanted = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, cause="c")
    lifecycle.change(incident.id, wanted, by=tess)
    rating.rate(incident.id, Score.NOT_GOOD, by=erin, channel=Channel.MAIL, words="Took a week")
    lead = browser_of(person("lena", Role.LEAD))
    assert "Took a week" in text_of(lead.get("/desk/satisfaction"))
    assert "Satisfaction" in text_of(lead.get("/desk"))
    assert "Took a week" in text_of(at_desk.get(f"/desk/{incident.number}"))
    assert at_desk.get("/desk/satisfaction").status_code == 403


CALL = {"caller": "erin@example.com", "description": "My screen is black"}


class TestCalls:
    def test_solved_on_the_call_is_resolved_at_first_contact(self, at_desk, erin):
        at_desk.post("/desk/new", data=CALL | {"solved": "1", "solution": "Turned it on"})
        incident = db.session.query(Incident).one()
        assert (incident.state, incident.is_first_contact, incident.solution) == (
            State.RESOLVED,
            True,
            "Turned it on",
        )

    def test_what_solved_it_is_asked_for(self, at_desk, erin):
        answer = at_desk.post("/desk/new", data=CALL | {"solved": "1"})
        assert answer.status_code == 422 and "what solved it" in text_of(answer)

    def test_the_counter_is_a_channel_of_its_own(self, at_desk, erin):
        at_desk.post("/desk/new", data=CALL | {"channel": "walk_up"})
        assert db.session.query(Incident).one().channel == Channel.WALK_UP

    @pytest.mark.parametrize("words", ["030 555-101", "+49 30 555 101", "lt-0042", "rin"])
    def test_the_caller_is_found_by_number_device_or_name(self, at_desk, erin, words):
        with write() as session:
            session.get(type(erin), erin.id).phone = "+4930555101"
            session.add(Device(tag="LT-0042", name="ThinkPad", owner_id=erin.id))
        assert "erin@example.com" in text_of(at_desk.get("/desk/new/callers", query_string={"caller": words}))
        at_desk.post("/desk/new", data=CALL | {"caller": words})
        assert db.session.query(Incident).one().requester_id == erin.id
