from dataclasses import replace

import pytest
from sqlalchemy import func, select

from firstline.db import db
from incidents.attachments import Upload
from incidents.errors import Invalid, KeyReused
from incidents.intake import DESCRIPTION_LENGTH, Report, report
from incidents.models import Channel, Entry, Event, Incident, State
from incidents.notices import Notice, Topic


@pytest.fixture
def told(person, desk):
    return Report(
        requester_id=person("erin").id, description="vpn keeps disconnecting", channel=Channel.PORTAL
    )


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_report_is_stored_with_number_category_priority_and_first_entry(told):
    incident = report(told)
    assert incident.number == "INC-000001"
    assert (incident.category, incident.priority, incident.state) == ("network", 4, State.OFFERED)
    assert incident.service.slug == "vpn"
    assert incident.entries[0].event == Event.REPORTED


def test_the_same_key_of_the_same_caller_is_the_same_incident(told):
    first = report(replace(told, key="once"))
    assert report(replace(told, key="once")).id == first.id
    assert count(Incident) == 1


def test_what_a_channel_remembers_is_kept_with_the_incident_or_not_at_all(told):
    with pytest.raises(ZeroDivisionError):
        report(replace(told, key="once"), also=lambda *_known: 1 / 0)
    assert count(Incident) == 0


def test_a_channel_that_brings_a_known_report_is_shown_the_incident_there_is(told):
    seen = []
    for _time in range(2):
        report(replace(told, key="once"), also=lambda _session, *what: seen.append(what))
    assert [(incident.id, is_new) for incident, is_new in seen] == [(1, True), (1, False)]
    assert count(Incident) == 1


def test_the_same_key_of_another_caller_is_another_incident(told, person):
    report(replace(told, key="once"))
    report(replace(told, key="once", requester_id=person("bob").id))
    assert count(Incident) == 2


def test_a_key_reused_for_other_words_is_refused(told):
    report(replace(told, key="once"))
    with pytest.raises(KeyReused, match="new key"):
        report(replace(told, key="once", description="the printer is on fire"))


@pytest.mark.parametrize("words", ["", "   ", "\n\t", "\0"])
def test_an_empty_report_is_refused_with_a_sentence(told, words):
    with pytest.raises(Invalid, match="A few words are enough"):
        report(replace(told, description=words))
    assert count(Incident) == 0


def test_very_long_words_are_kept_whole_in_a_file(told):
    incident = report(replace(told, description="lorem ipsum " * 10_000))
    assert len(incident.description) < DESCRIPTION_LENGTH + 100
    (kept,) = incident.entries[0].attachments
    assert (kept.name, kept.size) == ("report.txt", 119_999)


def test_a_file_too_large_is_refused_by_name_before_anything_is_stored(told, settings):
    big = Upload("movie.mp4", b"x" * (settings.max_upload + 1))
    with pytest.raises(Invalid, match=r"movie\.mp4.*25 MB"):
        report(replace(told, attachments=[big]))
    assert count(Incident) == count(Entry) == 0


def test_words_that_say_everyone_cannot_work_go_to_support_at_once(told):
    incident = report(replace(told, description="Nobody here can reach the VPN, we cannot work"))
    assert (incident.priority, incident.state) == (1, State.QUEUED)
    assert incident.team.slug == "service-desk"


def test_a_security_report_goes_to_support_at_once(told):
    incident = report(replace(told, description="I clicked on a link in a phishing mail"))
    assert (incident.kind, incident.priority, incident.state) == ("security", 2, State.QUEUED)


def test_a_mailed_report_owes_one_acknowledgement_and_a_typed_one_none(told):
    report(told)
    assert count(Notice) == 0
    report(replace(told, channel=Channel.MAIL))
    (notice,) = db.session.scalars(select(Notice))
    assert notice.topic == Topic.ACKNOWLEDGED


def test_nul_and_lone_surrogates_are_taken_out(told):
    incident = report(replace(told, description="vpn\0 down \ud800"))
    assert incident.description == "vpn down ?"
