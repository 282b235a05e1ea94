"""Alerts become few incidents, and none is missed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from firstline import clock
from firstline.db import db, write
from incidents import alerts, lifecycle
from incidents.alerts import (
    Outcome,
    Received,
    Signal,
    Status,
    figures,
    maintenance,
    mapping,
    sorting,
    sources,
    waiting,
)
from incidents.alerts.maintenance import Window
from incidents.alerts.models import AlertSource
from incidents.alerts.sources import SourceFacts
from incidents.classification import reclassify
from incidents.errors import Invalid, NotAllowed
from incidents.lifecycle import Change
from incidents.models import OPEN, Channel, Incident, Level, Resolution, State
from incidents.people import Role

BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def monitor(person, desk):
    return person("prometheus", Role.MONITOR)


@pytest.fixture
def ada(person, desk):
    return person("ada", Role.ADMIN)


@pytest.fixture
def at(monkeypatch):
    """Set the clock: `at(minutes=5)` after the story began."""

    def set_to(**after):
        now = BEGAN + timedelta(**after)
        monkeypatch.setattr(clock, "now", lambda: now)
        return now

    set_to()
    return set_to


@pytest.fixture
def send(monitor, at):
    """Accept and sort signals; gives the outcome of the last."""

    def hand_in(*signals):
        alerts.accept(signals, by=monitor, source="test")
        alerts.sort_due()
        db.session.expire_all()
        return db.session.scalars(select(Received.outcome).order_by(Received.id.desc())).first()

    return hand_in


def fires(name="DiskFull", service="shop", host="web1", *, began=None, severity="critical", **more):
    labels = {"alertname": name, "service": service, "instance": host, "severity": severity}
    signal = Signal(
        fingerprint=f"{name}-{service}-{host}",
        status=Status.FIRING,
        title=f"{name} on {host}",
        description="",
        starts_at=began or clock.now(),
        labels={key: value for key, value in labels.items() if value},
    )
    return replace(signal, **more)


def over(signal):
    return replace(signal, status=Status.RESOLVED)


def raised() -> list[Incident]:
    db.session.expire_all()
    return db.session.query(Incident).order_by(Incident.id).all()


def test_alerts_of_one_service_and_name_share_an_incident_until_all_are_over(send):
    first, second = fires(host="web1"), fires(host="web2")
    assert send(first) == Outcome.OPENED
    assert send(second) == Outcome.JOINED
    assert send(over(first)) == Outcome.RECOVERED
    assert [one.state in OPEN for one in raised()] == [True]
    send(over(second))
    assert [(one.state, one.resolution) for one in raised()] == [(State.RESOLVED, Resolution.AUTOMATIC)]


def test_one_that_comes_while_another_goes_joins_what_still_fires(send):
    first, second, third = (fires(host=f"web{number}") for number in range(3))
    send(first, second)
    assert send(over(first), third) == Outcome.JOINED
    assert len(raised()) == 1


def test_two_receivers_at_once_change_nothing(send):
    alert = fires()
    assert send(alert, alert) == Outcome.REPEATED
    assert send(over(alert), over(alert)) == Outcome.OVER_ALREADY
    assert len(raised()) == 1


def test_a_recovery_that_overtakes_its_alert_leaves_nothing_open(send, at):
    alert = fires()
    at(minutes=1)
    assert send(over(alert)) == Outcome.NEVER_SEEN
    assert send(alert) == Outcome.OVER_ALREADY
    assert raised() == []


def test_a_late_recovery_of_an_earlier_occurrence_ends_nothing(send, at):
    first = fires()
    send(first)
    send(over(first))
    at(minutes=10)
    assert send(fires()) == Outcome.OPENED
    assert send(over(first)) == Outcome.OVER_ALREADY
    assert [one.state in OPEN for one in raised()] == [False, True]


def test_a_clock_from_the_future_hides_no_later_alert(send, at):
    ahead = fires(began=BEGAN + timedelta(days=900))
    assert send(ahead) == Outcome.OPENED
    assert send(over(ahead)) == Outcome.RECOVERED
    at(minutes=5)
    assert send(fires()) == Outcome.OPENED


def test_an_alert_without_labels_is_an_incident(send):
    assert send(
        Signal(fingerprint="x", status=Status.FIRING, title="Alert", description="", starts_at=BEGAN)
    ) == (Outcome.OPENED)


def test_a_flapping_alert_keeps_one_incident_until_it_is_quiet(send, at):
    for minute in range(0, 20, 2):
        at(minutes=minute)
        alert = fires()
        send(alert)
        at(minutes=minute + 1)
        send(over(alert))
    assert len(raised()) == 3
    assert raised()[-1].state in OPEN
    assert db.session.query(Received).filter_by(outcome=Outcome.FLAPPING).count() == 7
    at(minutes=40)
    alerts.sort_due()
    assert raised()[-1].state == State.RESOLVED


def test_maintenance_keeps_alerts_back_and_what_still_fires_afterwards_counts(send, at, ada):
    window = Window(reason="New disks", service="vpn", starts_at=at(), ends_at=at(hours=1))
    at()
    maintenance.plan(window, by=ada)
    kept, healed, other = fires(service="vpn"), fires(service="vpn", host="web2"), fires(service="shop")
    assert send(kept, healed) == Outcome.MAINTENANCE
    assert send(other) == Outcome.OPENED
    send(over(healed))
    assert len(raised()) == 1
    at(hours=1, minutes=1)
    alerts.sort_due()
    assert [one.title for one in raised()] == ["DiskFull on web1", "DiskFull on web1"]
    send(over(kept), over(other))
    assert {one.state for one in raised()} == {State.RESOLVED}


def test_maintenance_of_a_host_and_its_early_end(send, at, ada):
    planned = maintenance.plan(
        Window(reason="Reboot", host="WEB1", starts_at=at(), ends_at=BEGAN + timedelta(hours=1)), by=ada
    )
    assert send(fires(host="web1:9100")) == Outcome.MAINTENANCE
    maintenance.end(planned.id, by=ada)
    alerts.sort_due()
    assert len(raised()) == 1


@pytest.mark.parametrize(
    ("window", "field"),
    [
        (Window(reason=" ", starts_at=BEGAN, ends_at=BEGAN + timedelta(hours=1)), "reason"),
        (Window(reason="x", starts_at=BEGAN, ends_at=BEGAN), "ends_at"),
        (
            Window(reason="x", starts_at=BEGAN - timedelta(hours=2), ends_at=BEGAN - timedelta(hours=1)),
            "ends_at",
        ),
        (Window(reason="x", service="moon", starts_at=BEGAN, ends_at=BEGAN + timedelta(hours=1)), "service"),
    ],
)
def test_maintenance_that_makes_no_sense_is_refused(at, ada, window, field):
    with pytest.raises(Invalid) as refused:
        maintenance.plan(window, by=ada)
    assert refused.value.field == field


def test_what_a_person_resolved_stays_resolved_while_the_same_alert_repeats(send, at, person):
    tess = person("tess", Role.AGENT)
    alert = fires()
    send(alert)
    done = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, note="Cleaned up")
    lifecycle.change(raised()[0].id, done, by=tess)
    at(minutes=5)
    assert send(alert) == Outcome.REPEATED
    assert send(fires()) == Outcome.OPENED
    assert [one.state in OPEN for one in raised()] == [False, True]


def test_a_sorting_that_was_cut_off_is_finished_without_a_second_incident(send, monitor, monkeypatch):
    def the_power_goes_out(*_):
        raise OSError("the power went out")

    alerts.accept([fires()], by=monitor, source="test")
    with monkeypatch.context() as cut_off:
        cut_off.setattr(sorting, "_give", the_power_goes_out)
        with pytest.raises(OSError, match="power"):
            alerts.sort_due()
    alerts.sort_due()
    assert len(raised()) == 1
    assert db.session.query(Received).one().outcome == Outcome.OPENED


def test_a_later_more_severe_alert_raises_the_priority_and_a_milder_one_lowers_nothing(send, at):
    send(fires(severity="warning"))
    before = raised()[0].priority
    send(fires(host="web2", severity="critical"))
    after = raised()[0].priority
    assert after < before
    send(fires(host="web3", severity="info"))
    assert [one.priority for one in raised()] == [after]


def test_what_a_person_said_of_the_priority_stands(send, at, person):
    send(fires(severity="warning"))
    tess = person("tess", Role.AGENT)
    said = reclassify(raised()[0].id, by=tess, impact=Level.LOW, urgency=Level.LOW)
    send(fires(host="web2", severity="critical"))
    assert raised()[0].priority == said


def test_a_webhook_waits_for_no_other_writer_and_a_spoiled_file_keeps_no_alert_away(monitor, at, app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no lock that one writer holds against all")
    with write():
        waiting.keep([fires()], by_id=monitor.id, source="test")
        waiting.keep([fires(host="web2")], by_id=monitor.id, source="test")
    folder = app.config["SETTINGS"].data_dir / waiting.FOLDER
    (folder / "0-spoiled.json").write_text('{"by_id": 1')
    alerts.sort_due()
    assert [row.outcome for row in db.session.query(Received)] == [Outcome.OPENED, Outcome.JOINED]
    assert [one.name for one in folder.glob("[0-9]*")] == ["0-spoiled.unreadable"]


def test_only_monitors_and_administrators_hand_in_alerts(person):
    with pytest.raises(NotAllowed):
        alerts.accept([fires()], by=person("erin"), source="test")


def storm(causes: int, each: int) -> Iterable[Signal]:
    for number in range(each):
        for cause in range(causes):
            yield fires(f"Alert{cause % 10}", f"service{cause // 10}", f"host{number}", began=BEGAN)


def test_ten_thousand_alerts_of_forty_causes_become_forty_incidents_and_all_resolve(monitor, at, app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the storm is sorted by the same code; once is enough")
    signals = list(storm(40, 250))
    for start in range(0, len(signals), 500):
        alerts.accept(signals[start : start + 500], by=monitor, source="test")
    alerts.sort_due()
    found = raised()
    assert len(found) == 40
    assert {one.title.split()[0] for one in found} == {f"Alert{n}" for n in range(10)}
    noise = figures.noise_since(BEGAN)
    assert (noise.alerts, noise.incidents, noise.by_outcome[Outcome.JOINED]) == (10_000, 40, 9_960)
    at(minutes=5)
    for start in range(0, len(signals), 500):
        alerts.accept([over(one) for one in signals[start : start + 500]], by=monitor, source="test")
    alerts.sort_due()
    assert {one.state for one in raised()} == {State.RESOLVED}
    assert {one.channel for one in raised()} == {Channel.MONITORING}


MAPPING = {
    "each": "events",
    "title": "rule.name",
    "status": "state",
    "severity": "'warning'",
    "host": "tags[0]",
}
SAMPLE = b'{"events": [{"rule": {"name": "Full"}, "state": "open", "tags": ["db1"]}, {"state": "closed"}]}'
SECRET = "sixteen letters and more"


def test_a_mapping_finds_the_alerts_in_a_foreign_document(at):
    first, second = mapping.apply(mapping.check(MAPPING), mapping.read(SAMPLE), source="zoo")
    assert (first.title, first.status, first.labels["host"]) == ("Full", Status.FIRING, "db1")
    assert first.labels["severity"] == "warning"
    assert second.status == Status.RESOLVED


@pytest.mark.parametrize(
    ("paths", "sample", "field"),
    [
        ({"title": "a..b"}, b"{}", "title"),
        ({"status": "state"}, b"{}", "title"),
        ({"title": "t"}, b"{", "sample"),
        ({"title": "t"}, b"[" * 100_000, "sample"),
        ({"title": "t"}, b"[1, 2]", None),
        ({"title": "t", "each": "nowhere"}, b"{}", None),
    ],
)
def test_a_mapping_or_sample_that_leads_nowhere_is_a_sentence(at, paths, sample, field):
    with pytest.raises(Invalid) as refused:
        mapping.apply(mapping.check(paths), mapping.read(sample), source="zoo")
    assert refused.value.field == field


def test_a_signed_source_is_believed_and_no_other(at, ada):
    sources.save(SourceFacts(name="Zoo", slug="zoo", secret=SECRET, mapping=MAPPING), by=ada)
    assert sources.take("zoo", SAMPLE, sources.sign(SECRET, SAMPLE)) == 2
    for slug, body, signature in (
        ("zoo", SAMPLE, ""),
        ("zoo", SAMPLE, sources.sign("another secret", SAMPLE)),
        ("zoo", SAMPLE + b" ", sources.sign(SECRET, SAMPLE)),
        ("moon", SAMPLE, sources.sign(SECRET, SAMPLE)),
    ):
        with pytest.raises(NotAllowed, match="signature"):
            sources.take(slug, body, signature)


def test_a_secret_is_kept_encrypted_and_stays_when_none_is_given(at, ada):
    facts = SourceFacts(name="Zoo", slug="zoo", secret=SECRET, mapping=MAPPING)
    source = sources.save(facts, by=ada)
    sources.save(replace(facts, name="Big zoo", secret=""), by=ada, source_id=source.id)
    assert SECRET not in db.session.query(AlertSource.secret).scalar()
    assert sources.take("zoo", SAMPLE, sources.sign(SECRET, SAMPLE)) == 2
    sources.save(replace(facts, is_active=False), by=ada, source_id=source.id)
    with pytest.raises(NotAllowed):
        sources.take("zoo", SAMPLE, sources.sign(SECRET, SAMPLE))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"slug": "Zoo!"}, "slug"),
        ({"secret": "short"}, "secret"),
        ({"slug": "taken"}, "slug"),
    ],
)
def test_a_source_that_cannot_be_is_refused(at, ada, wrong, field):
    facts = SourceFacts(name="Zoo", slug="zoo", secret=SECRET, mapping=MAPPING)
    sources.save(replace(facts, slug="taken"), by=ada)
    with pytest.raises(Invalid) as refused:
        sources.save(replace(facts, **wrong), by=ada)
    assert refused.value.field == field
    with write() as session:
        assert session.query(AlertSource).count() == 1
