"""Programs bring others in as people do, and administrators keep the rules."""

import pytest

from incidents.people import Role


@pytest.fixture
def tess(program):
    return program("tess", Role.AGENT)


@pytest.fixture
def number(tess):
    made = tess.post("/incidents", {"title": "VPN drops", "urgency": "high", "impact": "high"})
    return made.get_json()["number"]


def test_it_is_handed_over_with_a_note_and_support_reads_why_it_is_there(tess, number, program):
    whole = tess.get(f"/incidents/{number}").get_json()
    assert whole["routed_by"].startswith("No rule fits") and whole["routed_because"]
    assert tess.post(f"/incidents/{number}/escalations", {"to": "next_tier"}).status_code == 422
    moved = tess.post(f"/incidents/{number}/escalations", {"note": "The tunnel is up, no route"})
    assert moved.get_json() == {"to": "network", "told": []}
    erin = program("erin")
    own = erin.post("/incidents", {"title": "vpn"}).get_json()["number"]
    assert erin.get(f"/incidents/{own}").get_json()["routed_by"] is None
    assert erin.post(f"/incidents/{own}/escalations", {"note": "please"}).status_code == 403


def test_a_vendor_is_asked(tess, number):
    asked = tess.post(f"/incidents/{number}/vendors", {"vendor": "printwell", "subject": "s", "words": "w"})
    assert asked.status_code == 201 and asked.get_json()["vendor"] == "Printwell"
    whole = tess.get(f"/incidents/{number}").get_json()
    assert (whole["state"], whole["waiting_on"], len(whole["vendors"])) == ("waiting", "vendor", 1)


def test_a_swarm_is_led_by_programs_too(tess, number, program):
    nina = program("nina", Role.AGENT)
    started = tess.post(f"/incidents/{number}/swarm", {"purpose": "Why?", "people": ["nina@example.com"]})
    assert started.status_code == 201
    path = f"/incidents/{number}/swarm"
    nina.call("PATCH", path, json={"standing": "joined"})
    assert nina.call("PATCH", path, json={"findings": "A route", "version": 0}).get_json()["version"] == 1
    assert tess.call("PATCH", path, json={"findings": "Other", "version": 0}).status_code == 409
    assert tess.call("PATCH", path, json={}).status_code == 422
    assert tess.call("PATCH", path, json={"ended": True}).get_json()["ended_at"]
    assert tess.get(path).get_json()["swarms"][0]["findings"] == "A route"


def test_rules_are_kept_moved_and_tried(program):
    ada = program("ada", Role.ADMIN)
    made = ada.post("/routing/rules", {"name": "VPN", "team": "network", "conditions": {"service": ["vpn"]}})
    assert made.status_code == 201
    ada.post("/routing/rules", {"name": "All", "team": "platform"})
    tried = ada.post("/routing/trial", {"text": "vpn drops"}).get_json()
    assert (tried["team"], tried["because"]) == ("network", "Rule “VPN”: service is vpn")
    ada.call("PATCH", f"/routing/rules/{made.get_json()['id']}", json={"position": 2})
    assert [one["name"] for one in ada.get("/routing/rules").get_json()["rules"]] == ["All", "VPN"]
    assert (
        ada.post(
            "/routing/rules", {"name": "x", "team": "network", "conditions": {"moon": ["x"]}}
        ).status_code
        == 422
    )


def test_absences_are_announced_and_called_off(tess):
    away = {"since": "2030-01-01T08:00:00Z", "until": "2030-01-08T08:00:00Z"}
    made = tess.post("/absences", away)
    assert made.status_code == 201 and made.get_json()["person"] == "tess@example.com"
    assert tess.call("DELETE", f"/absences/{made.get_json()['id']}").status_code == 204
    assert tess.get("/absences").get_json() == {"absences": []}
