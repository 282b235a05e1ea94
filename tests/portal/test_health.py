"""Alive at once, ready only when every part is, and figures for Prometheus."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from email_intake import spool
from email_intake.models import Mailbox
from firstline import clock, leases
from firstline.db import db, write
from firstline.settings import Address, Settings
from incidents.intake import Report, report
from incidents.models import Channel
from incidents.people import Person, Team
from portal import create_app, health
from portal.parts import CHECKS, SCHEDULER
from tests import ground
from tests.servers import free_port


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    away = f"http://127.0.0.1:{free_port()}"
    nowhere = replace(
        settings, rasa_url=away, actions_url=away, mail_listen=Address("127.0.0.1", free_port())
    )
    app = create_app(nowhere, TESTING=True, JOBS_INLINE=True)
    with app.app_context():
        ground.lay()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def fresh_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_watch", health.Watch())


def test_it_is_alive_without_asking_anything(app: Flask) -> None:
    db.drop_all()
    assert app.test_client().get("/healthz").json == {"status": "ok", "processes": 1}


def test_it_is_not_ready_while_a_part_is_missing_and_says_which(app: Flask) -> None:
    leases.hold(SCHEDULER, "a worker", for_=timedelta(seconds=30))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    parts = answer.json["parts"]
    assert parts.keys() == CHECKS.keys()
    ready = {name for name, part in parts.items() if part["state"] == "ready"}
    assert {"database", "worker"} <= ready
    assert not ready & {"bot", "actions", "intake"}
    assert "does not answer" in parts["bot"]["detail"]
    assert all(part["since"].endswith("Z") for part in parts.values())


def test_it_is_ready_when_every_part_is(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CHECKS:
        monkeypatch.setitem(CHECKS, name, lambda _settings: None)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "ready")


def test_since_when_is_kept_until_the_state_changes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEPT_S", 0)
    client = app.test_client()
    first, second = (client.get("/readyz").json["parts"]["bot"]["since"] for _ in range(2))
    assert first == second


def test_a_worker_that_fell_silent_is_not_ready(app: Flask) -> None:
    leases.hold(SCHEDULER, "a worker", for_=timedelta(seconds=-1))
    assert "last heard of" in app.test_client().get("/readyz").json["parts"]["worker"]["detail"]


def test_metrics_count_what_is_stored(
    app: Flask, person: Callable[..., Person], desk: dict[str, Team]
) -> None:
    report(Report(requester_id=person("erin").id, description="It broke", channel=Channel.PORTAL))
    families = list(text_string_to_metric_families(app.test_client().get("/metrics").get_data(as_text=True)))
    figures = {(one.name, tuple(one.labels.values())): one.value for each in families for one in each.samples}
    assert figures["firstline_incidents", ("portal", "offered")] == 1
    assert figures["firstline_part_ready", ("bot",)] == 0
    assert any(name == "process_resident_memory_bytes" for name, _ in figures)


def test_mail_is_counted_by_route_and_each_mailbox_says_how_old_its_fetch_is(app: Flask) -> None:
    with write() as session:
        session.add(Mailbox(name="support", fetched_at=clock.now() - timedelta(minutes=30)))
    spool.store(b"Subject: x", route="smtp")
    figures = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(app.test_client().get("/metrics").get_data(as_text=True))
        for sample in family.samples
    }
    assert figures["firstline_mails_taken", "smtp"] == 1
    assert figures["firstline_mailbox_fetched_minutes", "support"] == 30
    assert figures["firstline_mailbox_ready", "support"] == 0
    assert figures[("firstline_mail_days_wrong",)] == 0 == figures[("firstline_mails_late",)]
