"""Who is on duty, and how people are woken until one of them acknowledges."""

import hmac
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from firstline import clock, outgoing
from firstline.db import db, write
from incidents import handovers, lifecycle, oncall
from incidents.classification import reclassify
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.lifecycle import Change, locked
from incidents.majors import leading
from incidents.majors.leading import Declaration
from incidents.models import Channel, Event, Incident, Kind, Level, Resolution, State
from incidents.notices import Notice, Topic
from incidents.oncall import administration as keeping
from incidents.oncall import duty, hooks, paging
from incidents.oncall.administration import RotaFacts
from incidents.oncall.models import Hook, Page, PageState, Rota
from incidents.people import Role
from incidents.routing.models import Absence

HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
FACTS = RotaFacts(
    zone="Europe/Berlin", first_day=date(2026, 11, 23), people=["tess@example.com", "tom@example.com"]
)


@pytest.fixture
def people(person, desk):
    first = desk["first"]
    made = {name: person(name, Role.AGENT, first) for name in ("tess", "tom")}
    made |= {"lena": person("lena", Role.LEAD, first), "ada": person("ada", Role.ADMIN)}
    return made | {"erin": person("erin")}


@pytest.fixture
def rota(people, desk):
    return keeping.save_rota(desk["first"].id, FACTS, by=people["ada"])


@pytest.fixture
def incident(people, rota):
    """A P1, reported in the night."""
    with clock.freeze(NIGHT):
        return p1(people["erin"])


def p1(erin, **more) -> Incident:
    return report(
        Report(
            requester_id=erin.id,
            description="everything is down",
            channel=Channel.PORTAL,
            impact=Level.HIGH,
            urgency=Level.HIGH,
            **more,
        )
    )


def the_page(incident) -> Page:
    return db.session.scalars(select(Page).where(Page.incident_id == incident.id)).one()


def called() -> list[str]:
    found = select(Notice).where(Notice.topic == Topic.PAGED).order_by(Notice.id)
    return [notice.recipient.name for notice in db.session.scalars(found)]


def step_at(minutes: float) -> None:
    with clock.freeze(NIGHT + timedelta(minutes=minutes)):
        paging.step_up()


def test_a_serious_incident_wakes_the_handler_on_duty_as_it_is_logged(incident):
    assert called() == ["Tess"]
    assert Event.PAGED in [entry.event for entry in incident.entries]


def test_then_the_next_then_the_lead_and_from_the_front_until_somebody_acknowledges(incident, people):
    for minutes in (5, 10, 15, 20, 30):
        step_at(minutes)
    assert called() == ["Tess", "Tom", "Lena", "Tess"]
    page = the_page(incident)
    for name in ("tom", "tess"):
        oncall.acknowledge(page.id, by=people[name])
    step_at(90)
    assert (page.state, page.acknowledged_by.name, len(called())) == (PageState.ACKNOWLEDGED, "Tom", 4)
    assert [entry.event for entry in incident.entries].count(Event.ACKNOWLEDGED) == 1


def test_who_takes_the_incident_has_acknowledged(incident, people):
    with clock.freeze(NIGHT + timedelta(minutes=3)):
        assert [page.incident_id for page in oncall.pages_for(people["tess"])] == [incident.id]
        lifecycle.take(incident.id, by=people["tom"])
    assert oncall.pages_for(people["tess"]) == []
    step_at(4)
    assert the_page(incident).acknowledged_by.name == "Tom"
    assert (the_page(incident).state, called()) == (PageState.ACKNOWLEDGED, ["Tess"])


def test_what_is_solved_calls_nobody_any_more(incident, people):
    solved = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, note="cable")
    lifecycle.change(incident.id, solved, by=people["tom"])
    step_at(15)
    assert (the_page(incident).state, called()) == (PageState.ENDED, ["Tess"])


@pytest.mark.parametrize(
    ("kind", "level", "is_woken"),
    [
        (Kind.SECURITY, Level.LOW, True),
        (Kind.INCIDENT, Level.HIGH, True),
        (Kind.INCIDENT, Level.LOW, False),
        (Kind.REQUEST, Level.LOW, False),
    ],
)
def test_what_becomes_serious_later_wakes_too_and_the_small_only_is_logged(
    people, rota, kind, level, is_woken
):
    erin, tess = people["erin"], people["tess"]
    small = report(Report(requester_id=erin.id, description="the printer jams", channel=Channel.PORTAL))
    lifecycle.change(small.id, Change(to=State.QUEUED), by=None)
    reclassify(small.id, by=tess, kind=kind, impact=level, urgency=level)
    for _again in range(2):
        paging.wake_for_serious()
    assert len(called()) == is_woken


def test_what_people_report_while_somebody_leads_its_major_incident_wakes_nobody_once_more(people, rota):
    with clock.freeze(NIGHT):
        first = p1(people["erin"], service="vpn")
        told = Declaration(title="VPN is down", commander=people["tess"], next_update_at=clock.now() + HOUR)
        major = leading.declare(first.id, told, by=people["tess"])
        before = called()
        more = p1(people["erin"], service="vpn")
        paging.wake_for_serious()
        assert (more.priority, called()) == (1, before)
        p1(people["erin"], service="printing")
        assert called() == [*before, "Tess"]
        leading.end(major.id, note="It works", by=people["tess"])
        paging.wake_for_serious()
        assert called() == [*before, "Tess", "Tess"]


@pytest.fixture
def upstairs(desk, people, person):
    """Nina, who is on duty for the second tier."""
    nina = person("nina", Role.AGENT, desk["second"])
    keeping.save_rota(desk["second"].id, replace(FACTS, people=[nina.email]), by=people["ada"])
    return nina


def test_handed_up_it_wakes_who_is_on_duty_there_and_nobody_here_any_more(incident, people, upstairs):
    lifecycle.escalate(incident.id, by=people["tess"], note="The core switch is down", team_slug="network")
    for _again in range(2):
        paging.wake_for_serious()
    assert called() == ["Tess", "Nina"]
    assert [page.state for page in oncall.pages_of(incident.id)] == [PageState.CALLING, PageState.ENDED]


def test_that_somebody_is_woken_puts_no_form_out_of_date(incident, people, upstairs):
    lifecycle.escalate(incident.id, by=people["tess"], note="The core switch is down", team_slug="network")
    seen = db.session.get_one(Incident, incident.id).version
    paging.wake_for_serious()
    db.session.expire_all()
    assert called() == ["Tess", "Nina"]
    assert db.session.get_one(Incident, incident.id).version == seen


def test_opened_again_it_wakes_again(incident, people):
    solved = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, note="cable")
    lifecycle.change(incident.id, solved, by=people["tess"])
    lifecycle.change(incident.id, Change(to=State.QUEUED, note="Down again"), by=people["erin"])
    for _again in range(2):
        paging.wake_for_serious()
    assert called() == ["Tess", "Tess"]


def test_what_becomes_serious_wakes_though_it_was_given_to_somebody_who_has_not_taken_it(people, rota):
    small = report(
        Report(requester_id=people["erin"].id, description="the printer jams", channel=Channel.PORTAL)
    )
    lifecycle.change(small.id, Change(to=State.QUEUED), by=None)
    handovers.give(small.id, "tom@example.com", by=people["lena"])
    reclassify(small.id, by=people["lena"], impact=Level.HIGH, urgency=Level.HIGH)
    paging.wake_for_serious()
    assert len(called()) == 1


def test_without_a_rota_the_lead_is_woken(people):
    p1(people["erin"])
    assert called() == ["Lena"]


def test_a_second_reason_wakes_again_and_the_same_one_does_not(incident):
    for key in ("monitoring:7", "monitoring:7"):
        with locked(incident.id) as (session, known):
            oncall.wake(session, known, because="The probe fails again", key=key)
    assert called() == ["Tess", "Tess"]


def test_somebody_who_stands_in_is_called_and_somebody_away_is_not(people, rota, desk):
    since, until = NIGHT - timedelta(hours=1), NIGHT + timedelta(hours=1)
    with clock.freeze(NIGHT):
        with write() as session:
            session.add(Absence(person_id=people["tess"].id, since=since, until=until))
        assert duty.on_duty(db.session(), desk["first"]).name == "Tom"
        keeping.stand_in(rota.id, "lena@example.com", since=since, until=until, by=people["ada"])
        assert duty.on_duty(db.session(), desk["first"]).name == "Lena"
    assert duty.on_duty(db.session(), desk["first"], at=until).name == "Tess"


def test_only_support_acknowledges_and_strangers_learn_nothing(incident, people, person):
    page = the_page(incident)
    with pytest.raises(NotAllowed):
        oncall.acknowledge(page.id, by=people["erin"])
    with pytest.raises(NotFound):
        oncall.acknowledge(page.id, by=person("bob"))
    assert page.state == PageState.CALLING


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"people": []}, "people"),
        ({"people": ["tess@example.com"] * 2}, "people"),
        ({"people": ["erin@example.com"]}, "people"),
        ({"zone": "Mars"}, "zone"),
        ({"turn_days": 0}, "turn_days"),
        ({"step_minutes": 0}, "step_minutes"),
        ({"webhook_url": "file:///etc/passwd"}, "webhook_url"),
    ],
)
def test_a_rota_that_cannot_work_is_refused(people, desk, wrong, field):
    with pytest.raises(Invalid) as refusal:
        keeping.save_rota(desk["first"].id, RotaFacts(**(vars(FACTS) | wrong)), by=people["ada"])
    assert refusal.value.field == field
    assert db.session.scalars(select(Rota)).all() == []


def test_the_webhook_is_signed_and_owed_until_it_is_taken(people, rota, desk, monkeypatch):
    facts = RotaFacts(**(vars(FACTS) | {"webhook_url": "https://pager.example.com/hook"}))
    rota = keeping.save_rota(desk["first"].id, facts, by=people["ada"])
    sent = []

    def post(url, content, headers):
        sent.append((url, content, headers[hooks.HEADER]))
        if len(sent) == 1:
            raise outgoing.NotTaken("nobody there")

    monkeypatch.setattr(outgoing, "post", post)
    with clock.freeze(NIGHT):
        p1(people["erin"])
        assert (hooks.send_due(), hooks.send_due()) == (1, 0)
    hook = db.session.scalars(select(Hook)).one()
    assert "nobody there" in hook.error and not hook.is_done
    with clock.freeze(NIGHT + timedelta(minutes=5)):
        hooks.send_due()
    assert hook.is_done
    _url, content, signed = sent[0]
    stamp, mac = (part.partition("=")[2] for part in signed.split(","))
    key = keeping.show_secret(rota).encode()
    assert mac == hmac.new(key, f"{stamp}.".encode() + content, sha256).hexdigest()
    assert b'"people": ["tess@example.com"]' in content


@given(st.integers(0, 3000), st.integers(1, 30), st.integers(1, 6), st.integers(0, 1439))
def test_a_turn_changes_at_the_same_time_on_the_wall_all_year(days, turn_days, many, minute):
    rota = Rota(
        zone="Europe/Berlin",
        first_day=date(2020, 1, 1),
        turn_days=turn_days,
        handover_minute=600,
        people=list(range(many)),
    )
    local = datetime(2020, 1, 1, tzinfo=duty.ZoneInfo("Europe/Berlin")) + timedelta(days=days, minutes=minute)
    gone = days - (minute < 600)
    assert duty.turn_at(rota, local.astimezone(UTC)) == gone // turn_days % many
