"""A team that holds work is not taken away under it."""

import pytest
from sqlalchemy import select

from firstline.db import db
from incidents import administration, lifecycle
from incidents.administration import PersonFacts
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.models import Event, State
from incidents.people import Role, Team
from incidents.routing import ladder, removal, rulebook
from incidents.routing.ladder import StepFacts
from incidents.routing.models import EscalationRule
from incidents.services import Service


def team(slug):
    db.session.rollback()
    return db.session.scalar(select(Team).where(Team.slug == slug))


def test_a_team_with_work_is_refused_with_what_it_holds(routed, ada, desk):
    routed()
    with pytest.raises(Conflict, match="holds 1 incident"):
        removal.remove_team(desk["first"].id, by=ada)
    assert team("service-desk") is not None


def test_its_work_services_and_rules_move_to_the_named_team_in_one_go(routed, ada, desk, rule, person):
    tess = person("tess", Role.AGENT, desk["first"])
    waiting, taken = routed("one"), routed("two")
    lifecycle.take(taken.id, by=tess)
    rule("All", "service-desk")
    ladder.save_step(StepFacts(tier=2, after_minutes=5, upwards="team", team="service-desk"), by=ada)
    assert removal.remove_team(desk["first"].id, by=ada, to="network") == 2
    assert team("service-desk") is None
    assert (waiting.team.slug, waiting.state) == ("network", State.QUEUED)
    assert (taken.team.slug, taken.state, taken.assignee_id) == ("network", State.IN_PROGRESS, tess.id)
    assert waiting.entries[-1].event == Event.ESCALATED
    assert waiting.entries[-1].text == "Service Desk was dissolved."
    assert rulebook.list_rules()[0].team.slug == "network"
    assert db.session.scalar(select(Service).where(Service.slug == "printing")).team.slug == "network"
    assert db.session.scalar(select(EscalationRule.id)) is None
    assert routed("three").team.slug == "network"


def test_a_team_without_work_goes_at_once_and_one_that_owns_something_does_not(ada, desk):
    assert removal.remove_team(desk["third"].id, by=ada) == 0
    with pytest.raises(Conflict, match="owns services"):
        removal.remove_team(desk["second"].id, by=ada)


@pytest.mark.parametrize("to", ["service-desk", "printwell", "moon"])
def test_work_moves_only_to_another_team_of_ours(routed, ada, desk, to):
    routed()
    with pytest.raises(Invalid, match="another team of ours"):
        removal.remove_team(desk["first"].id, by=ada, to=to)


def test_only_administrators_remove_teams(desk, person):
    with pytest.raises(NotAllowed):
        removal.remove_team(desk["third"].id, by=person("tess", Role.AGENT))


@pytest.mark.parametrize(
    "change",
    [{"teams": []}, {"active": False}, {"role": "employee"}],
    ids=["leaves", "goes", "is no agent now"],
)
def test_the_last_one_does_not_leave_a_team_that_holds_work(routed, ada, desk, person, change):
    tess = person("tess", Role.AGENT, desk["first"])
    routed()
    facts = {"name": "Tess", "role": "agent", "teams": ["service-desk"]} | change
    with pytest.raises(Conflict, match="last of Service Desk"):
        administration.change_person(tess.id, PersonFacts(**facts), by=ada)
    person("omar", Role.AGENT, desk["first"])
    administration.change_person(tess.id, PersonFacts(**facts), by=ada)
