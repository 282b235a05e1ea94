"""Incidents over the interface: stored once, seen only by those who may, moved by the one table."""

from collections.abc import Callable

import pytest
from flask import Flask

from incidents.people import find_by_address
from knowledge_base.models import Article
from tests.portal.api.conftest import Program

VPN = {"title": "VPN drops", "description": "vpn keeps disconnecting every few minutes"}


def test_a_report_is_an_incident_with_number_priority_category_and_address(erin: Program) -> None:
    answer = erin.post("/incidents", {**VPN, "service": "vpn", "impact": "low", "urgency": "high"})
    assert answer.status_code == 201
    told = answer.json
    assert told["number"] == "INC-000001"
    assert (told["priority"], told["category"], told["service"]) == ("P3", "network", "vpn")
    assert (told["channel"], told["requester"]) == ("api", "erin@example.com")
    assert told["url"].endswith("/incidents/INC-000001")
    assert answer.headers["Location"].endswith("/api/v1/incidents/INC-000001")
    assert isinstance(told["suggestions"], list)


def test_the_same_key_again_is_the_same_incident_and_other_words_are_refused(erin: Program) -> None:
    key = {"Idempotency-Key": "one"}
    first = erin.post("/incidents", VPN, headers=key)
    again = erin.post("/incidents", VPN, headers=key)
    assert (again.status_code, again.json["number"]) == (201, first.json["number"])
    other = erin.post("/incidents", {"title": "Something else"}, headers=key)
    assert other.status_code == 422
    assert len(erin.get("/incidents").json["incidents"]) == 1


def test_the_same_key_of_somebody_else_is_another_incident(erin: Program, tess: Program) -> None:
    key = {"Idempotency-Key": "one"}
    numbers = {program.post("/incidents", VPN, headers=key).json["number"] for program in (erin, tess)}
    assert len(numbers) == 2


def test_support_reports_for_somebody_and_a_stranger_becomes_a_contact(erin: Program, tess: Program) -> None:
    for_erin = tess.post("/incidents", {**VPN, "requester": "Erin@Example.com"})
    assert for_erin.json["requester"] == "erin@example.com"
    assert erin.get(f"/incidents/{for_erin.json['number']}").status_code == 200
    assert tess.post("/incidents", {**VPN, "requester": "new@example.com"}).status_code == 201
    assert tess.post("/incidents", {**VPN, "requester": "no address"}).json["field"] == "email"
    assert erin.post("/incidents", {**VPN, "requester": "tess@example.com"}).status_code == 403


def test_a_report_of_100_kb_is_kept_whole(erin: Program) -> None:
    words = "it broke again " * 7000
    number = erin.post("/incidents", {"description": words}).json["number"]
    first = erin.get(f"/incidents/{number}").json["timeline"][0]
    assert first["attachments"] == [{"name": "report.txt", "type": "text/plain", "size": len(words.strip())}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "description"),
        ({"title": "", "description": "  "}, "description"),
        ({"title": 5}, "title"),
        ({"title": ["x"]}, "title"),
        ({**VPN, "impact": "huge"}, "impact"),
        ({**VPN, "reach": "mars"}, "reach"),
        ({**VPN, "urgency": 3}, "urgency"),
        ({**VPN, "service": "no such service"}, "service"),
    ],
)
def test_what_cannot_be_used_is_named(erin: Program, body: dict[str, object], field: str) -> None:
    answer = erin.post("/incidents", body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["field"] == field
    assert answer.json["detail"].endswith(".")


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"1" * 10_000, "application/json", 400),
        (b"[1]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"title=x", "application/x-www-form-urlencoded", 415),
        (b"", "", 415),
        (b'"' + b"x" * 3_000_000 + b'"', "application/json", 413),
    ],
)
def test_a_body_that_is_no_object_gets_a_sentence(
    erin: Program, data: bytes, content_type: str, status: int
) -> None:
    answer = erin.call("POST", "/incidents", data=data, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert answer.json["status"] == status
    assert answer.json["detail"].endswith((".", "}", "”"))


def test_odd_characters_never_break_it(erin: Program) -> None:
    body = b'{"title": "a\\u0000b \\ud800 c", "description": "\\u202e x"}'
    answer = erin.call("POST", "/incidents", data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json["title"]) == (201, "ab ? c")
    assert erin.get("/incidents?q=%00%ff").status_code == 200
    assert erin.get("/incidents/%00").status_code == 404


def test_without_a_valid_token_nothing_is_told(stranger: Program, app: Flask) -> None:
    for program in (stranger, Program(app, "fl_wrong")):
        answer = program.get("/incidents")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.mimetype == "application/problem+json"
    assert stranger.get("/openapi.json").status_code == 200


def test_people_see_their_own_incidents_and_support_sees_all(
    program: Callable[..., Program], erin: Program, tess: Program
) -> None:
    bob = program("bob")
    number = erin.post("/incidents", VPN).json["number"]
    bobs = bob.post("/incidents", {"title": "Printer jam"}).json["number"]
    assert [one["number"] for one in erin.get("/incidents").json["incidents"]] == [number]
    assert {one["number"] for one in tess.get("/incidents").json["incidents"]} == {number, bobs}
    for path in ("", "/entries", "/outcome", "/transitions"):
        method = "POST" if path else "GET"
        answer = erin.call(method, f"/incidents/{bobs}{path}", **({"json": {}} if path else {}))
        assert answer.status_code == 404


def test_the_list_is_filtered_and_paged(erin: Program, tess: Program) -> None:
    numbers = [erin.post("/incidents", {"title": f"Trouble {n}"}).json["number"] for n in range(5)]
    first = tess.get("/incidents?limit=3").json
    second = tess.get(f"/incidents?limit=3&cursor={first['next']}").json
    found = [one["number"] for page in (first, second) for one in page["incidents"]]
    assert (found, second["next"]) == (numbers[::-1], None)
    assert [one["title"] for one in tess.get("/incidents?q=trouble 3").json["incidents"]] == ["Trouble 3"]
    assert tess.get("/incidents?team=network").json["incidents"] == []
    assert tess.get("/incidents?assignee=none&state=open").json["incidents"]
    for query in ("state=nonsense", "cursor=forged", "limit=0", "limit=x", "limit=1e9", "limit=٣"):
        assert tess.get(f"/incidents?{query}").status_code == 422


def test_it_solved_it_credits_the_article(erin: Program, vpn_fix: Article) -> None:
    number = erin.post("/incidents", VPN).json["number"]
    answer = erin.post(f"/incidents/{number}/outcome", {"solved": True, "article": vpn_fix.slug})
    assert (answer.status_code, answer.json["state"]) == (200, "resolved")
    assert answer.json["resolution"] == "self_service"
    assert erin.post(f"/incidents/{number}/outcome", {"solved": True}).status_code == 200


def test_still_needing_help_routes_it(erin: Program) -> None:
    number = erin.post("/incidents", VPN).json["number"]
    answer = erin.post(f"/incidents/{number}/outcome", {"solved": False, "note": "It drops still."})
    assert (answer.status_code, answer.json["state"], answer.json["team"]) == (200, "queued", "service-desk")


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "solved"), ({"solved": "yes"}, "solved"), ({"solved": True, "article": "no-such"}, "article"),
     ({"solved": True, "article": 99_999}, "article"), ({"solved": True, "article": 10**30}, "article"),
     ({"solved": True, "article": -1}, "article"), ({"solved": True, "article": True}, "article")],
)  # fmt: skip
def test_an_outcome_that_cannot_be_used_is_named(erin: Program, body: dict[str, object], field: str) -> None:
    number = erin.post("/incidents", VPN).json["number"]
    answer = erin.post(f"/incidents/{number}/outcome", body)
    assert (answer.status_code, answer.json["field"]) == (422, field)


def test_an_incident_goes_through_support_to_the_end(erin: Program, tess: Program) -> None:
    number = erin.post("/incidents", VPN).json["number"]
    move = f"/incidents/{number}/transitions"
    tess.post(f"/incidents/{number}/outcome", {"solved": False})
    assert tess.post(move, {"to": "in_progress"}).json["assignee"] == "tess@example.com"
    assert tess.post(f"/incidents/{number}/entries", {"text": "Try the cable."}).status_code == 201
    handed = tess.post(move, {"to": "queued", "team": "network", "note": "Gateway looks slow."})
    assert (handed.json["team"], handed.json["assignee"]) == ("network", None)
    assert tess.post(move, {"to": "resolved"}).json["field"] == "resolution"
    resolved = tess.post(
        move, {"to": "resolved", "resolution": "higher_tier", "cause": "Gateway", "note": "Moved."}
    )
    assert (resolved.status_code, resolved.json["cause"]) == (200, "Gateway")
    closed = erin.post(move, {"to": "closed"})
    assert (closed.status_code, closed.json["state"]) == (200, "closed")
    refused = tess.post(move, {"to": "waiting"})
    assert refused.status_code == 409
    assert "closed" in refused.json["detail"]


def test_internal_entries_stay_with_support(erin: Program, tess: Program) -> None:
    number = erin.post("/incidents", VPN).json["number"]
    path = f"/incidents/{number}/entries"
    assert tess.post(path, {"text": "Known troublemaker.", "visibility": "internal"}).status_code == 201
    assert erin.post(path, {"text": "Secret", "visibility": "internal"}).status_code == 403
    assert erin.post(path, {"text": ""}).status_code == 422
    assert erin.post(path, {"text": "x" * 60_000}).status_code == 422
    assert "Known troublemaker" not in erin.get(f"/incidents/{number}").get_data(as_text=True)
    assert "Known troublemaker" in tess.get(f"/incidents/{number}").get_data(as_text=True)


def test_the_reporter_is_told_how_it_ended_and_not_how_the_desk_worked(erin: Program, tess: Program) -> None:
    number = erin.post("/incidents", VPN).json["number"]
    tess.post(f"/incidents/{number}/outcome", {"solved": False})
    tess.post(f"/incidents/{number}/transitions", {"to": "in_progress"})
    solved = {"to": "resolved", "resolution": "support", "note": "Moved.", "minutes_spent": 12}
    tess.post(f"/incidents/{number}/transitions", solved)

    def facts(program: Program) -> dict[str, object]:
        told = program.get(f"/incidents/{number}").json["timeline"]
        found: dict[str, object] = next(entry["facts"] for entry in told if entry["event"] == "resolved")
        return found

    assert facts(erin) == {"resolution": "support"}
    assert set(facts(tess)) > {"resolution", "minutes"}


def test_an_employee_cannot_do_supports_part(erin: Program) -> None:
    number = erin.post("/incidents", VPN).json["number"]
    move = f"/incidents/{number}/transitions"
    assert erin.post(move, {"to": "in_progress"}).status_code == 403
    assert erin.post(move, {"to": "resolved", "resolution": "support"}).status_code == 403
    assert erin.post(move, {"to": "queued", "team": "network", "note": "x"}).status_code == 403
    assert erin.post(move, {"to": "nowhere"}).json["field"] == "to"


def test_a_session_is_no_token(app: Flask, erin: Program) -> None:
    client = app.test_client()
    someone = find_by_address("erin@example.com")
    assert someone is not None
    with client.session_transaction() as session:
        session.update(_user_id=someone.fs_uniquifier, _fresh=True)
    assert client.get("/api/v1/incidents").status_code == 401


def test_two_reports_of_one_trouble_are_joined_and_parted(erin: Program, tess: Program) -> None:
    first, second = tess.post("/incidents", VPN).json, erin.post("/incidents", VPN).json
    (alike,) = second["looks_like"]
    assert (alike["number"], alike["own"]) == (None, False)
    one = f"/incidents/{second['number']}"
    assert erin.post(f"{one}/join", {}).json["parent"] == first["number"]
    assert tess.get(f"/incidents/{first['number']}").json["affected"] == 2
    parted = tess.post(f"{one}/apart", {}).json
    assert (parted["parent"], parted["looks_like"]) == (None, [])
    merge = {"how": "merge", "other": first["number"]}
    merged = tess.post(f"{one}/join", merge).json
    assert (merged["state"], merged["merged_into"]) == ("merged", first["number"])
    assert tess.post(f"/incidents/{first['number']}/join", merge).status_code == 409


def test_a_second_trouble_in_the_words_is_split_off(erin: Program, tess: Program) -> None:
    number = erin.post("/incidents", {"title": "Screen black, and my badge is lost"}).json["number"]
    told = tess.get(f"/incidents/{number}").json
    (entry,) = (one["id"] for one in told["timeline"] if one["event"] == "reported")
    way, wanted = f"/incidents/{number}/split", {"entry": entry, "text": "My badge is lost"}
    assert erin.post(way, wanted).status_code == 403
    opened = [tess.post(way, wanted) for _twice in range(2)]
    assert {(each.status_code, each.json["title"]) for each in opened} == {(201, "My badge is lost")}
    assert opened[0].json["number"] == opened[1].json["number"] != number
    refused = tess.post(way, {"text": "x"})
    assert (refused.status_code, "entry" in refused.text) == (422, True)


def test_words_about_what_was_merged_are_kept_and_say_where(
    program: Callable[..., Program], erin: Program, tess: Program
) -> None:
    bob = program("bob")
    theirs, own, merged = (
        who.post("/incidents", {"title": words}).json["number"]
        for who, words in ((bob, "Vpn drops"), (erin, "Printer jams"), (erin, "Screen stays black"))
    )
    for into, shown in ((own, own), (theirs, merged)):
        assert tess.post(f"/incidents/{merged}/join", {"how": "merge", "other": into}).status_code == 200
        said = erin.post(f"/incidents/{merged}/entries", {"text": f"Still so, like {into}"})
        assert (said.status_code, said.json["incident"]) == (201, shown)
        assert "Still so" in tess.get(f"/incidents/{into}").text
        assert tess.post(f"/incidents/{merged}/apart", {}).status_code == 200
