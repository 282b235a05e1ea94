"""An administrator orders, corrects, switches off and tries the routing rules in the browser."""

import pytest
from sqlalchemy import select

from firstline.db import db
from incidents import routing
from incidents.intake import Report, report
from incidents.lifecycle import locked
from incidents.models import Channel
from incidents.people import Role
from incidents.routing.models import EscalationRule, RoutingRule
from tests.portal.admin.test_setting_up import text_of

RULE = {
    "name": "Tunnels",
    "team": "network",
    "service": ["vpn"],
    "words": "tunnel, no vpn",
    "assigning": "round_robin",
    "is_on": "1",
}


@pytest.fixture
def rule(ada):
    assert ada.post("/admin/routing", data=RULE).status_code == 303
    return db.session.scalars(select(RoutingRule)).one()


def test_a_rule_is_added_and_corrected(ada, rule):
    assert rule.conditions == {"service": ["vpn"], "words": ["tunnel", "no vpn"]}
    page = text_of(ada.get("/admin/routing"))
    assert "Tunnels" in page and "tunnel, no vpn" in page
    assert "turn it is" in page
    ada.post(f"/admin/routing/{rule.id}", data=RULE | {"name": "VPN", "service": [], "words": ""})
    assert (rule.name, rule.conditions) == ("VPN", {})


def test_a_refusal_keeps_what_was_typed(ada):
    answer = ada.post("/admin/routing", data=RULE | {"words": "far too many words here"})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "one to three words" in page and "far too many words here" in page and "Tunnels" in page


def test_rules_are_moved_switched_off_and_then_removed(ada, rule):
    ada.post("/admin/routing", data=RULE | {"name": "Second"})
    ada.post(f"/admin/routing/{rule.id}/move", data={"to": "2"})
    names = select(RoutingRule.name).order_by(RoutingRule.position)
    assert db.session.scalars(names).all() == ["Second", "Tunnels"]
    assert "Remove" not in text_of(ada.get("/admin/routing"))
    ada.post(f"/admin/routing/{rule.id}/switch", data={"on": "0"})
    assert "Remove" in text_of(ada.get("/admin/routing"))
    gone = rule.id
    ada.post(f"/admin/routing/{gone}/remove")
    assert db.session.scalars(names).all() == ["Second"]
    assert ada.get(f"/admin/routing/{gone}").status_code == 404


def test_words_and_last_week_are_tried(ada, rule, person):
    made = report(
        Report(requester_id=person("erin").id, description="the vpn tunnel drops", channel=Channel.MAIL)
    )
    with locked(made.id) as (session, incident):
        incident.team_id = None
        routing.route(session, incident, because="test")
    ada.post(f"/admin/routing/{rule.id}/switch", data={"on": "0"})
    page = text_of(ada.get("/admin/routing/try"))
    assert made.number in page and "1 incident would go elsewhere" in page
    tried = text_of(ada.post("/admin/routing/try", data={"text": "vpn: tunnel drops"}))
    assert "Service Desk" in tried and "No rule fits" in tried
    assert ada.post("/admin/routing/try", data={"text": " "}).status_code == 422


def test_the_incident_page_says_why_it_is_here(ada, rule, person):
    made = report(
        Report(requester_id=person("erin").id, description="the vpn tunnel drops", channel=Channel.MAIL)
    )
    with locked(made.id) as (session, incident):
        routing.route(session, incident, because="No known fix fits")
    page = text_of(ada.get(f"/desk/{made.number}"))
    assert "Rule “Tunnels”: service is vpn; it says “tunnel”." in page and "No known fix fits" in page


def test_rules_of_time_are_added_refused_when_they_go_round_and_removed(ada):
    step = {
        "origin": "tier:1",
        "after_minutes": "60",
        "target": "next_tier",
        "worst_priority": "5",
        "is_on": "1",
    }
    assert ada.post("/admin/escalation", data=step).status_code == 303
    back = ada.post("/admin/escalation", data=step | {"origin": "network", "target": "service-desk"})
    assert back.status_code == 409 and "send incidents round" in text_of(back)
    rule = db.session.scalars(select(EscalationRule)).one()
    ada.post(f"/admin/escalation/{rule.id}", data=step | {"after_minutes": "30", "target": "lead"})
    page = text_of(ada.get("/admin/escalation"))
    assert "Every team on tier 1" in page and "30 min" in page and "the lead is told" in page
    ada.post(f"/admin/escalation/{rule.id}/remove")
    assert "No rule yet" in text_of(ada.get("/admin/escalation"))


def test_a_team_that_holds_work_goes_only_with_a_team_to_take_it(ada, desk, person):
    made = report(Report(requester_id=person("erin").id, description="toner", channel=Channel.MAIL))
    with locked(made.id) as (session, incident):
        routing.route(session, incident, because="test")
    team = desk["first"].id
    assert "It holds 1 incident." in text_of(ada.get(f"/admin/teams/{team}"))
    refused = ada.post(f"/admin/teams/{team}/remove")
    assert refused.status_code == 409 and "Name the team" in text_of(refused)
    assert ada.post(f"/admin/teams/{team}/remove", data={"to": "network"}).status_code == 303
    assert made.team.slug == "network"


def test_skills_and_times_of_work_are_kept(ada, person):
    tess = person("tess", Role.AGENT)
    form = {
        "name": "Tess",
        "role": "agent",
        "active": "1",
        "skills": "VPN, Outlook ,",
        "shift": "Mon-Fri 8-16",
    }
    wrong = ada.post(f"/admin/people/{tess.id}", data=form | {"shift": "always"})
    assert wrong.status_code == 422 and "VPN, Outlook" in text_of(wrong)
    ada.post(f"/admin/people/{tess.id}", data=form)
    assert (tess.skills, tess.shift) == (["vpn", "outlook"], "Mon-Fri 8-16")
