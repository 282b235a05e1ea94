from sqlalchemy import select

from firstline.db import db, write
from incidents import outages
from incidents.models import Channel, Incident
from incidents.outages import Announcement
from incidents.people import Role, find_by_address
from incidents.services import Outage, known_outages


def text_of(response) -> str:
    return response.get_data(as_text=True)


CALL = {"caller": "erin@example.com", "description": "My screen is black", "key": "one call"}


def test_a_call_becomes_an_incident_of_the_caller(at_desk, erin, tess):
    answer = at_desk.post("/desk/new", data=CALL)
    incident = db.session.scalar(select(Incident))
    assert answer.location.endswith(incident.number)
    assert (incident.requester_id, incident.channel, incident.logged_by_id) == (
        erin.id,
        Channel.PHONE,
        tess.id,
    )


def test_a_double_click_logs_it_once(at_desk, erin):
    for _click in range(2):
        at_desk.post("/desk/new", data=CALL)
    assert len(db.session.scalars(select(Incident)).all()) == 1


def test_an_unknown_caller_becomes_a_contact(at_desk):
    at_desk.post("/desk/new", data=CALL | {"caller": "new@elsewhere.example"})
    assert find_by_address("new@elsewhere.example").role == Role.CONTACT


def test_what_is_missing_is_asked_for_and_what_was_typed_stays(at_desk, erin):
    without_words = at_desk.post("/desk/new", data=CALL | {"description": " "})
    assert without_words.status_code == 422 and "what the caller says" in text_of(without_words)
    without_caller = at_desk.post("/desk/new", data=CALL | {"caller": "somebody"})
    assert without_caller.status_code == 422
    assert "My screen is black" in text_of(without_caller) and "one call" in text_of(without_caller)


def test_callers_are_found_by_a_part_of_name_or_address(at_desk, erin):
    assert "erin@example.com" in text_of(at_desk.get("/desk/new/callers?caller=eri"))
    assert "Nobody by that name" in text_of(at_desk.get("/desk/new/callers?caller=zzz"))
    assert text_of(at_desk.get("/desk/new/callers?caller=e")).strip() == ""


def test_the_fragment_to_read_out_says_when_nothing_fits(at_desk):
    assert "No known fix fits so far" in text_of(at_desk.get("/desk/new/fixes?description=black screen"))


def test_what_the_caller_told_already_is_said_while_it_is_written_down(at_desk, erin):
    words = "vpn drops every few minutes"
    log_call = {"caller": erin.email, "description": words}
    at_desk.post("/desk/new", data=log_call)
    incident = db.session.scalar(select(Incident))
    again = at_desk.get("/desk/new/fixes", query_string=log_call)
    assert "The caller reported this" in text_of(again)
    assert incident.number in text_of(again)
    other = at_desk.get("/desk/new/fixes", query_string={**log_call, "description": "badge opens no door"})
    assert incident.number not in text_of(other)


def test_an_outage_is_announced_corrected_and_ended(at_desk):
    at_desk.post("/desk/outages", data={"title": "VPN is slow", "service": "vpn", "site": "Berlin"})
    outage = db.session.scalar(select(Outage))
    assert "VPN is slow" in text_of(at_desk.get(f"/desk/outages/{outage.id}"))
    at_desk.post(f"/desk/outages/{outage.id}", data={"title": "VPN is down"})
    assert [known.title for known in known_outages()] == ["VPN is down"]
    at_desk.post(f"/desk/outages/{outage.id}/end")
    assert known_outages() == []
    assert at_desk.post(f"/desk/outages/{outage.id}/end").status_code == 409


def test_times_are_read_and_shown_in_the_persons_zone(at_desk, tess):
    with write() as session:
        session.get(type(tess), tess.id).timezone = "Asia/Kolkata"
    at_desk.post("/desk/outages", data={"title": "VPN", "since": "2026-01-05T12:00"})
    outage = db.session.scalar(select(Outage))
    assert outage.since.isoformat() == "2026-01-05T06:30:00+00:00"
    assert 'value="2026-01-05T12:00"' in text_of(at_desk.get(f"/desk/outages/{outage.id}"))


def test_a_wrong_time_or_no_title_is_a_sentence_beside_the_words(at_desk):
    wrong = at_desk.post("/desk/outages", data={"title": "Kept words", "since": "yesterday"})
    assert wrong.status_code == 422 and "Kept words" in text_of(wrong)
    assert at_desk.post("/desk/outages", data={"title": ""}).status_code == 422


def test_a_wrong_correction_keeps_the_outage_as_it_was(at_desk, tess):
    outage = outages.declare(Announcement(title="VPN is slow"), by=tess)
    assert at_desk.post(f"/desk/outages/{outage.id}", data={"title": ""}).status_code == 422
    assert outage.title == "VPN is slow"
    assert at_desk.get("/desk/outages/99").status_code == 404


def test_the_timeline_says_who_logged_it_for_whom(at_desk, erin):
    number = at_desk.post("/desk/new", data=CALL).location.rpartition("/")[2]
    assert "Tess logged this for Erin" in text_of(at_desk.get(f"/desk/{number}"))
