"""Articles, chat and alerts over the interface, and the description that tells of them."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from structlog.testing import capture_logs

from firstline.jobs import run_waiting
from incidents.people import Role
from knowledge_base.models import Article
from portal.api import URLS
from portal.api.description import DOCUMENT
from tests.portal.api.conftest import Program


def test_articles_are_ranked_with_scores(erin: Program, vpn_fix: Article) -> None:
    found = erin.get("/articles?q=vpn disconnecting&limit=5").json["articles"]
    assert found[0]["slug"] == vpn_fix.slug
    assert 0 <= found[0]["score"] <= 1
    assert erin.get("/articles").json["articles"][0]["score"] is None
    assert erin.get(f"/articles/{vpn_fix.slug}").json["body"].startswith("The tunnel drops.")
    assert erin.get(f"/articles/{vpn_fix.id}").json["id"] == vpn_fix.id
    for unknown in ("no-such", "99999", "9" * 40):
        assert erin.get(f"/articles/{unknown}").status_code == 404


def test_authors_write_and_others_do_not(program: Callable[..., Program], erin: Program) -> None:
    ada = program("ada", Role.AUTHOR)
    written = {"title": "Reset the badge", "body": "1. Hold it to the reader.", "keywords": ["badge", "door"]}
    assert erin.post("/articles", written).status_code == 403
    made = ada.post("/articles", written)
    assert (made.status_code, made.json["state"], made.json["keywords"]) == (201, "draft", "badge, door")
    path = f"/articles/{made.json['slug']}"
    assert erin.get(path).status_code == 404
    assert ada.call("PATCH", path, json={"state": "published"}).json["state"] == "published"
    assert erin.get(path).status_code == 200
    changed = ada.call("PATCH", path, json={"title": "Reset your badge", "revision": 1}).json
    assert (changed["title"], changed["body"], changed["revision"]) == (
        "Reset your badge",
        written["body"],
        2,
    )
    assert ada.call("PATCH", path, json={"title": "Late", "revision": 1}).status_code == 409
    assert ada.call("PATCH", path, json={"title": ""}).status_code == 422
    assert erin.call("PATCH", path, json={"title": "Mine"}).status_code == 403


def test_every_field_of_an_article_is_written_and_read(program: Callable[..., Program]) -> None:
    ada = program("ada", Role.AUTHOR)
    written = {
        "title": "Reset the badge",
        "body": "1. Hold it to the reader.",
        "symptoms": "It blinks red.",
        "cause": "Low battery",
        "is_workaround": True,
        "owner": "ada@example.com",
        "review_at": "2031-01-31T09:00:00Z",
    }
    made = ada.post("/articles", written).json
    assert {name: made[name] for name in written} == written
    path = f"/articles/{made['slug']}"
    ada.call("PATCH", path, json={"owner": "", "slug": "badge", "note": "shorter address"})
    moved = ada.get(path).json
    assert (moved["slug"], moved["owner"], moved["cause"], moved["revision"]) == (
        "badge",
        None,
        "Low battery",
        2,
    )
    for wrong in (
        {"owner": "nobody@example.com"},
        {"review_at": "2020-01-01T00:00:00Z"},
        {"is_workaround": "yes"},
    ):
        answer = ada.call("PATCH", path, json=wrong)
        assert (answer.status_code, answer.json["field"]) == (422, *wrong), wrong


def test_agents_draft_and_submit_and_do_not_change_what_is_published(
    program: Callable[..., Program], tess: Program
) -> None:
    ada = program("ada", Role.AUTHOR)
    written = {"title": "Reset the badge", "body": "1. Hold it to the reader."}
    assert tess.post("/articles", {**written, "state": "published"}).status_code == 403
    made = tess.post("/articles", {**written, "state": "review"})
    assert (made.status_code, made.json["state"]) == (201, "review")
    path = f"/articles/{made.json['slug']}"
    assert tess.call("PATCH", path, json={"cause": "Dust"}).json["cause"] == "Dust"
    assert tess.call("PATCH", path, json={"state": "published"}).status_code == 403
    assert ada.call("PATCH", path, json={"state": "published"}).json["state"] == "published"
    refused = tess.call("PATCH", path, json={"cause": "Age"})
    assert refused.status_code == 403 and "propose yours" in refused.json["detail"]
    assert ada.call("PATCH", path, json={"state": "draft"}).status_code == 409


def test_the_chat_takes_a_turn_and_the_same_message_once(erin: Program) -> None:
    said = {"message": "hello", "message_id": "m1"}
    first = erin.post("/chat", said).json
    assert first["messages"][0].keys() == {"text", "buttons", "articles", "incident"}
    again = erin.post("/chat", {**said, "conversation": first["conversation"]}).json
    assert again == first


def test_the_chat_takes_files_as_a_form_and_without_words(erin: Program) -> None:
    picture = (io.BytesIO(b"\x89PNG\r\n\x1a\n"), "screen.png")
    reply = erin.post("/chat", data={"message": "", "attachments": picture}).json
    assert "I keep “screen.png”." in reply["messages"][0]["text"]
    said = {"message": "my monitor stays black", "conversation": reply["conversation"]}
    told = erin.post("/chat", data=said, content_type="multipart/form-data").json["messages"]
    assert "I have added “screen.png” to INC-000001." in [message["text"] for message in told]
    assert erin.post("/chat", data={"message": ""}, content_type="multipart/form-data").status_code == 422


def test_nobody_speaks_in_somebody_elses_conversation(program: Callable[..., Program], erin: Program) -> None:
    conversation = erin.post("/chat", {"message": "hello"}).json["conversation"]
    bob = program("bob")
    assert bob.post("/chat", {"message": "hello", "conversation": conversation}).status_code == 404


@pytest.mark.parametrize("body", [{}, {"message": ""}, {"message": 1}, {"message": "/"}, {"message": "x" * 300_000},
                                  {"message": "hi", "message_id": "x" * 65}])  # fmt: skip
def test_a_turn_that_cannot_be_taken_is_refused_in_words(erin: Program, body: dict[str, object]) -> None:
    answer = erin.post("/chat", body)
    assert answer.status_code == 422
    assert answer.json["detail"]


def alert(status: str = "firing", starts_at: str = "2030-01-31T09:00:00Z", **more: Any) -> dict[str, Any]:
    return {
        "status": status,
        "labels": {"alertname": "DiskFull", "instance": "db1", "severity": "critical"},
        "annotations": {"summary": "The disk of db1 is full"},
        "startsAt": starts_at,
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "8f7a",
        **more,
    }


def webhook(*alerts: dict[str, Any]) -> dict[str, Any]:
    return {"version": "4", "groupKey": "{}", "status": "firing", "receiver": "desk", "alerts": list(alerts)}


@pytest.fixture
def monitor(program: Callable[..., Program]) -> Program:
    return program("prometheus", Role.MONITOR)


PATH = "/alerts/alertmanager"


def sent(monitor: Program, *alerts: dict[str, Any]) -> None:
    assert monitor.post(PATH, webhook(*alerts)).status_code == 202
    run_waiting()


def test_an_alert_is_one_incident_while_it_fires(monitor: Program, tess: Program) -> None:
    first = monitor.post(PATH, webhook(alert()))
    assert (first.status_code, first.json) == (202, {"accepted": 1, "refused": 0})
    run_waiting()
    sent(monitor, alert(annotations={"summary": "Still full"}))
    sent(monitor, alert(starts_at="2030-01-31T09:30:00Z"))
    found = tess.get("/incidents").json["incidents"]
    assert [(one["title"], one["priority"], one["channel"]) for one in found] == [
        ("The disk of db1 is full", "P2", "monitoring")
    ]


def test_the_end_of_an_alert_resolves_its_incident(monitor: Program, tess: Program) -> None:
    sent(monitor, alert())
    sent(monitor, alert("resolved"))
    incident = tess.get("/incidents/INC-000001").json
    assert (incident["state"], incident["resolution"]) == ("resolved", "automatic")
    sent(monitor, alert("resolved"))
    sent(monitor, alert(starts_at="2030-02-01T09:00:00+01:00"))
    assert tess.get("/incidents/INC-000002").json["state"] != "resolved"


def test_the_end_of_an_alert_never_seen_is_nothing(monitor: Program, tess: Program) -> None:
    sent(monitor, alert("resolved"))
    assert tess.get("/incidents").json["incidents"] == []


def test_an_alert_that_cannot_be_read_keeps_no_other_away(monitor: Program) -> None:
    answer = monitor.post(PATH, webhook(alert("burning"), alert(labels={}), alert(labels=None)))
    assert answer.json == {"accepted": 2, "refused": 1}


def test_a_payload_of_fifty_megabytes_is_refused_with_a_sentence(monitor: Program) -> None:
    with capture_logs() as logged:
        answer = monitor.post(PATH, webhook(alert(annotations={"summary": "x" * 50_000_000})))
    assert answer.status_code == 413
    assert "too large" in answer.json["detail"]
    assert [(one["path"], one["why"]) for one in logged] == [("/api/v1" + PATH, answer.json["detail"])]


EVENT = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "com.example.disk", "subject": "db1"}


def test_cloud_events_open_and_resolve(monitor: Program, tess: Program) -> None:
    events = "/alerts/cloudevents"
    assert monitor.post(events, {**EVENT, "data": {"title": "Disk is full"}}).json == {"accepted": 1}
    run_waiting()
    assert tess.get("/incidents/INC-000001").json["title"] == "Disk is full"
    assert monitor.post(events, {**EVENT, "type": "com.example.disk.resolved"}).status_code == 202
    run_waiting()
    assert tess.get("/incidents/INC-000001").json["state"] == "resolved"
    for wrong in ({}, {**EVENT, "specversion": "0.3"}, {**EVENT, "type": None}, {**EVENT, "time": "noon"}):
        assert monitor.post(events, wrong).status_code == 422


@pytest.mark.parametrize("body", [{}, {"version": "3", "alerts": []}, {"version": "4"}, {"version": "4", "alerts": [1]},
    webhook(alert(labels={"a": 1})), webhook(alert("burning")), webhook(alert(starts_at="noon"))])  # fmt: skip
def test_another_shape_is_refused(monitor: Program, body: dict[str, object]) -> None:
    assert monitor.post(PATH, body).status_code == 422


def test_only_monitors_and_administrators_raise_alerts(erin: Program, tess: Program) -> None:
    assert {one.post(PATH, webhook(alert())).status_code for one in (erin, tess)} == {403}


def test_the_description_names_every_route_and_no_other(stranger: Program, app: Flask) -> None:
    described = stranger.get("/openapi.json").json
    assert described["openapi"].startswith("3.1")
    routes = {
        (method.lower(), "/api/v1" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)) for method, path, _ in URLS
    }
    told = {(method, path) for path, methods in described["paths"].items() for method in methods}
    assert told == routes
    assert DOCUMENT.exists()


def test_an_unknown_address_answers_as_a_problem(erin: Program) -> None:
    answer = erin.get("/nothing/here")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    wrong = erin.call("DELETE", "/incidents")
    assert (wrong.status_code, wrong.mimetype) == (405, "application/problem+json")
    assert "GET" in wrong.headers["Allow"]


def test_a_first_turn_sent_again_is_the_same_conversation(erin: Program) -> None:
    said = {"message": "vpn keeps disconnecting every few minutes", "message_id": "m1"}
    assert erin.post("/chat", said).json == erin.post("/chat", said).json
    assert len(erin.get("/incidents").json["incidents"]) == 1
    other = erin.post("/chat", {**said, "message": "hello"})
    assert other.status_code == 200, "the id may be used again in a conversation of its own"
