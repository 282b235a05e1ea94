from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import write
from incidents import lifecycle
from incidents.classification import reclassify
from incidents.conversation import say
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.models import Channel, Event, Kind, Level, Resolution, State, Visibility
from incidents.people import Role
from incidents.reach import Reach
from incidents.services import Criticality


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def incident(erin):
    return report(Report(requester_id=erin.id, description="the printer jams", channel=Channel.PORTAL))


def test_what_support_corrects_is_kept_with_what_it_was_before(incident, tess):
    reclassify(incident.id, by=tess, category="network", service="vpn")
    entry = incident.entries[-1]
    assert (incident.category, incident.service.slug) == ("network", "vpn")
    assert (entry.event, entry.visibility) == (Event.CLASSIFIED, Visibility.INTERNAL)
    assert entry.facts == {"changed": {"category": ["printing", "network"], "service": ["printing", "vpn"]}}


def test_the_priority_follows_and_the_targets_run_from_receipt(incident, tess):
    assert reclassify(incident.id, by=tess, impact=Level.HIGH, urgency=Level.HIGH) == 1
    assert incident.respond_by == incident.created_at + timedelta(minutes=15)
    assert incident.entries[-1].facts["changed"]["priority"] == [4, 1]


def test_an_answer_already_given_stays_given(incident, tess):
    say(incident.id, by=tess, text="Which printer?", channel=Channel.PORTAL)
    answered_at = incident.responded_at
    reclassify(incident.id, by=tess, impact=Level.HIGH)
    assert incident.responded_at == answered_at
    assert incident.due_at == incident.update_by


def test_a_service_can_be_taken_away(incident, tess):
    reclassify(incident.id, by=tess, service="")
    assert incident.service_id is None


def test_security_is_never_below_p2(incident, tess):
    assert reclassify(incident.id, by=tess, kind=Kind.SECURITY, impact=Level.LOW, urgency=Level.LOW) == 2


def test_who_has_it_is_corrected_and_the_impact_follows_how_critical_the_service_is(incident, tess):
    with write() as session:
        session.get(type(incident.service), incident.service_id).criticality = Criticality.HIGH
    reclassify(incident.id, by=tess, reach=Reach.TEAM, impact=Level.LOW)
    assert (incident.reach, incident.impact) == (Reach.TEAM, Level.HIGH)
    assert incident.entries[-1].facts["changed"]["reach"] == ["", "team"]
    reclassify(incident.id, by=tess, reach=Reach.SITE, impact=Level.MEDIUM)
    assert (incident.reach, incident.impact) == (Reach.SITE, Level.MEDIUM), "a person's word on the impact"


def test_correcting_nothing_leaves_no_trace(incident, tess):
    before = len(incident.entries)
    reclassify(incident.id, by=tess, category=incident.category)
    assert len(incident.entries) == before


@pytest.mark.parametrize(
    ("fact", "value"),
    [("category", "nonsense"), ("kind", "rant"), ("reach", "mars"), ("impact", "vast"), ("service", "moon")],
)
def test_what_does_not_exist_is_refused_and_nothing_changes(incident, tess, fact, value):
    with pytest.raises(Invalid) as refused:
        reclassify(incident.id, by=tess, **{fact: value})
    assert refused.value.field == fact
    assert incident.category == "printing"


def test_only_support_corrects(incident, erin, person):
    with pytest.raises(NotAllowed):
        reclassify(incident.id, by=erin, impact=Level.HIGH)
    with pytest.raises(NotFound):
        reclassify(incident.id, by=person("bob"), impact=Level.HIGH)


def test_what_is_done_is_not_filed_anew(incident, tess):
    resolved = lifecycle.Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, cause="paper")
    lifecycle.change(incident.id, resolved, by=tess)
    with pytest.raises(Conflict, match="Reopen"):
        reclassify(incident.id, by=tess, impact=Level.HIGH)


def test_who_decided_on_an_old_state_is_told_instead_of_overwriting(incident, tess):
    seen = incident.version
    with clock.freeze(clock.now() + timedelta(minutes=1)):
        reclassify(incident.id, by=tess, impact=Level.HIGH, seen=seen)
        with pytest.raises(Conflict, match="what is new"):
            reclassify(incident.id, by=tess, impact=Level.LOW, seen=seen)
    assert incident.impact == Level.HIGH


@pytest.mark.parametrize(
    "act",
    [
        lambda i, by, seen: lifecycle.escalate(i, by=by, note="further", seen=seen),
        lambda i, by, seen: lifecycle.change(i, lifecycle.Change(to=State.WAITING), by=by, seen=seen),
        lambda i, by, seen: say(i, by=by, text="Hello", channel=Channel.PORTAL, seen=seen),
    ],
    ids=["escalate", "change", "say"],
)
def test_every_decision_can_be_bound_to_what_was_seen(incident, tess, act):
    seen = incident.version
    lifecycle.take(incident.id, by=tess)
    with pytest.raises(Conflict, match="what is new"):
        act(incident.id, tess, seen)
    act(incident.id, tess, incident.version)
