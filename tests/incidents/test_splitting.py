"""Two troubles in one message: the second becomes an incident of its own, and nothing is lost of the first."""

import pytest

from firstline.db import db
from incidents import queue
from incidents.attachments import Upload
from incidents.conversation import say
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.kinship import splitting
from incidents.kinship.joining import find_pair
from incidents.kinship.models import Verdict
from incidents.models import Channel, Event, Incident, Visibility
from incidents.people import Role

BOTH = "My screen stays black. And the badge printer on floor 2 is out of ribbon."


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def incident(person):
    files = [Upload("ribbon.txt", b"out of ribbon")]
    told = Report(requester_id=person("erin").id, description=BOTH, channel=Channel.MAIL, attachments=files)
    return report(told)


def told_at(incident):
    db.session.rollback()
    return next(one for one in entries_of(incident) if one.event == Event.REPORTED)


def entries_of(incident):
    return queue.timeline(incident.requester, db.session.get(Incident, incident.id))


def test_words_of_a_report_become_an_incident_of_the_same_person_with_its_files(incident, tess):
    opened = splitting.split_off(incident, told_at(incident).id, by=tess, text="The badge printer is empty.")
    assert opened.id != incident.id
    assert (opened.requester, opened.channel) == (incident.requester, Channel.MAIL)
    assert opened.title == "The badge printer is empty."
    assert [file.name for file in told_at(opened).attachments] == ["ribbon.txt"]
    assert incident.description == BOTH


def test_both_name_each_other_to_support_only(incident, tess):
    opened = splitting.split_off(incident, told_at(incident).id, by=tess, text="The badge printer is empty.")
    db.session.rollback()
    for one, other in ((incident, opened), (opened, incident)):
        link = next(entry for entry in queue.timeline(tess, one) if other.number in entry.text)
        assert link.visibility == Visibility.INTERNAL


def test_the_two_are_known_to_be_different(incident, tess):
    opened = splitting.split_off(incident, told_at(incident).id, by=tess, text=BOTH)
    assert find_pair(db.session(), incident.id, opened.id).verdict == Verdict.OTHER


def test_a_second_click_opens_no_second_one_but_other_words_do(incident, tess):
    entry_id = told_at(incident).id
    opened = [
        splitting.split_off(incident, entry_id, by=tess, text=text).id
        for text in ("Badge", "Badge", "Screen")
    ]
    assert opened[0] == opened[1] != opened[2]


def test_a_colleagues_comment_becomes_the_colleagues_incident(incident, tess):
    said = say(
        incident.id, by=incident.requester, text="By the way, my mouse is dead.", channel=Channel.PORTAL
    )
    opened = splitting.split_off(incident, said, by=tess, text="My mouse is dead.")
    assert (opened.requester, opened.channel) == (incident.requester, Channel.PORTAL)


def test_supports_own_words_are_no_report(incident, tess):
    said = say(incident.id, by=tess, text="Have you tried another cable?", channel=Channel.PORTAL)
    with pytest.raises(NotFound, match="no words here"):
        splitting.split_off(incident, said, by=tess, text="Another cable")


def test_no_words_are_refused_and_a_requester_cannot(incident, tess):
    entry_id = told_at(incident).id
    with pytest.raises(Invalid, match="Keep the words"):
        splitting.split_off(incident, entry_id, by=tess, text="  ")
    with pytest.raises(NotAllowed):
        splitting.split_off(incident, entry_id, by=incident.requester, text="Mine")
