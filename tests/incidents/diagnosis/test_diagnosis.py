import pytest
from sqlalchemy import select

from firstline.db import db
from incidents import lifecycle
from incidents.diagnosis import hypotheses, proposals
from incidents.diagnosis.models import Finding
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Event, Resolution, State, Visibility
from incidents.notices import Notice, Topic
from incidents.people import Role
from knowledge_base import articles
from knowledge_base.articles import Draft


@pytest.fixture
def nina(person, desk):
    return person("nina", Role.AGENT, desk["second"])


def test_a_hypothesis_is_confirmed_or_ruled_out_with_who_and_when(monday, incident, tess, nina):
    one = hypotheses.suppose(incident.id, "Old client", by=tess)
    hypotheses.decide(incident.id, one.id, Finding.RULED_OUT, by=nina, note="Client is current")
    (one,) = hypotheses.of_incident(incident)
    assert (one.author.name, one.finding, one.decided_by.name, one.decided_at, one.note) == (
        "Tess",
        "ruled_out",
        "Nina",
        monday,
        "Client is current",
    )
    told = [entry for entry in incident.entries if entry.event in {Event.SUPPOSED, Event.CHECKED}]
    assert [entry.facts.get("finding") for entry in told] == [None, "ruled_out"]
    assert {entry.visibility for entry in told} == {Visibility.INTERNAL}


def test_the_same_words_are_one_hypothesis_and_the_same_finding_one_entry(incident, tess):
    first, second = (hypotheses.suppose(incident.id, words, by=tess) for words in ("DNS", " dns "))
    assert first.id == second.id
    for _click in "12":
        hypotheses.decide(incident.id, first.id, Finding.CONFIRMED, by=tess)
    assert [entry.event for entry in incident.entries].count(Event.CHECKED) == 1


def test_a_finding_is_not_turned_round_silently(incident, tess, nina):
    one = hypotheses.suppose(incident.id, "DNS", by=tess)
    hypotheses.decide(incident.id, one.id, Finding.CONFIRMED, by=tess)
    with pytest.raises(Conflict, match="decided"):
        hypotheses.decide(incident.id, one.id, Finding.RULED_OUT, by=nina)
    hypotheses.decide(incident.id, one.id, Finding.OPEN, by=nina)
    assert one.decided_by is None


def test_bad_input_is_a_sentence(incident, tess, erin, person):
    with pytest.raises(Invalid):
        hypotheses.suppose(incident.id, " ", by=tess)
    with pytest.raises(NotAllowed):
        hypotheses.suppose(incident.id, "DNS", by=erin)
    other = report(Report(requester_id=erin.id, description="printer", channel=Channel.PORTAL))
    one = hypotheses.suppose(other.id, "Toner", by=tess)
    with pytest.raises(NotFound):
        hypotheses.decide(incident.id, one.id, Finding.CONFIRMED, by=tess)


def test_the_solution_found_reaches_the_one_who_applies_it(incident, tess, nina):
    lifecycle.take(incident.id, by=tess)
    proposals.propose(incident.id, "Give it another gateway", by=nina, cause="overload")
    assert [notice.topic for notice in db.session.scalars(select(Notice))] == [Topic.PROPOSED]
    waiting = proposals.open_on(incident)
    wanted = Change(to=State.RESOLVED, resolution=Resolution.HIGHER_TIER, proposal_id=waiting.id)
    lifecycle.change(incident.id, wanted, by=tess)
    assert (incident.solution, incident.cause) == ("Give it another gateway", "overload")
    assert (waiting.accepted_by_id, proposals.open_on(incident)) == (tess.id, None)


def test_a_newer_proposal_replaces_the_older_and_the_older_cannot_be_applied(incident, tess, nina):
    old = proposals.propose(incident.id, "Restart it", by=nina)
    proposals.propose(incident.id, "Replace it", by=nina)
    assert proposals.open_on(incident).text == "Replace it"
    wanted = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, proposal_id=old.id)
    with pytest.raises(Conflict, match="does not stand"):
        lifecycle.change(incident.id, wanted, by=tess)
    assert incident.is_open


def test_a_solution_that_did_not_hold_comes_back_into_the_diagnosis(incident, resolve, erin):
    resolve(note="New cable")
    lifecycle.change(incident.id, Change(to=State.QUEUED, note="no"), by=erin)
    (failed,) = hypotheses.of_incident(incident)
    assert (failed.text, failed.finding) == ("Did not hold: New cable", "ruled_out")
    assert (incident.solution, incident.cause, incident.cause_code) == ("", "", None)


def test_an_article_that_did_not_hold_is_named_in_the_diagnosis(incident, resolve, erin):
    tried = articles.create(Draft(title="Reset the tunnel", body="1. Press reset."), publish=True)
    resolve(note="", article_id=tried.id)
    lifecycle.change(incident.id, Change(to=State.QUEUED, note="no"), by=erin)
    (failed,) = hypotheses.of_incident(incident)
    assert failed.text == "Did not hold: “Reset the tunnel”"


def test_nothing_is_diagnosed_on_what_is_over(incident, resolve, tess):
    resolve()
    with pytest.raises(Conflict):
        hypotheses.suppose(incident.id, "DNS", by=tess)
    with pytest.raises(Conflict):
        proposals.propose(incident.id, "Restart", by=tess)
