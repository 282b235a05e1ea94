from datetime import timedelta

import pytest
from sqlalchemy import select

from firstline import clock
from firstline.db import db, write
from incidents import lifecycle
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.lifecycle import Change
from incidents.models import Event, Resolution, State
from incidents.resolutions import causes, items, worktime
from incidents.resolutions.models import WorkTimer
from incidents.services import Device


def facts_of(incident, event):
    return [entry.facts for entry in incident.entries if entry.event == event]


def test_a_resolution_keeps_how_why_and_what_was_changed(incident, resolve, known_causes, erin):
    with write() as session:
        session.add(Device(tag="LT-0042", name="ThinkPad", owner_id=erin.id))
    resolve(cause_code="hardware-fault", items=("lt-0042", "vpn"), minutes_spent=12, is_article_wanted=True)
    assert (incident.cause_code, incident.minutes_spent, incident.is_article_wanted) == (
        "hardware-fault",
        12,
        True,
    )
    assert [item.label for item in items.changed_by(incident)] == ["ThinkPad (LT-0042)", "VPN"]
    (told,) = facts_of(incident, Event.RESOLVED)
    assert told["items"] == ["ThinkPad (LT-0042)", "VPN"]
    assert told["cause_code"] == "hardware-fault"


@pytest.mark.parametrize("wrong", [{"cause_code": "moon"}, {"items": ("LT-9999",)}])
def test_an_unknown_cause_or_item_is_refused_and_nothing_is_half_done(incident, resolve, known_causes, wrong):
    with pytest.raises(Invalid, match="There is no"):
        resolve(items=wrong.get("items", ("vpn",)), cause_code=wrong.get("cause_code"))
    assert incident.is_open
    assert items.changed_by(incident) == []


def test_the_same_item_changed_again_after_reopening_is_kept_once(incident, resolve, erin):
    resolve(items=("vpn",))
    lifecycle.change(incident.id, Change(to=State.QUEUED, note="no"), by=erin)
    resolve(items=("vpn", "vpn"))
    assert [item.label for item in items.changed_by(incident)] == ["VPN"]


def test_the_requester_says_that_it_is_over_and_nothing_of_supports(incident, erin, known_causes):
    wanted = Change(
        to=State.RESOLVED,
        resolution=Resolution.SELF_SERVICE,
        minutes_spent=500,
        cause_code="unknown",
        items=("vpn",),
        is_first_contact=True,
    )
    lifecycle.change(incident.id, wanted, by=erin)
    assert (incident.minutes_spent, incident.cause_code, incident.is_first_contact) == (0, None, False)
    assert items.changed_by(incident) == []


def test_a_retired_cause_cannot_be_chosen_and_stays_where_it_was(
    incident, resolve, known_causes, admin, erin
):
    resolve(cause_code="capacity")
    causes.save_cause("Too little capacity", by=admin, slug="capacity", is_active=False)
    assert incident.cause_code == "capacity"
    lifecycle.change(incident.id, Change(to=State.QUEUED, note="no"), by=erin)
    with pytest.raises(Invalid, match="no such cause"):
        resolve(cause_code="capacity")


def test_only_administrators_keep_the_list_of_causes(known_causes, admin, tess):
    with pytest.raises(NotAllowed):
        causes.save_cause("Moonlight", by=tess)
    causes.save_cause("Moonlight", by=admin)
    assert causes.list_causes()[-1].name == "Moonlight"
    with pytest.raises(Conflict):
        causes.save_cause("moonlight", by=admin)
    with pytest.raises(Invalid):
        causes.save_cause("  ", by=admin)
    with pytest.raises(NotFound):
        causes.save_cause("x", by=admin, slug="nowhere")


class TestTime:
    def test_a_timer_outlives_the_page_and_is_booked_in_begun_minutes(self, monday, incident, tess):
        worktime.start_timer(incident.id, by=tess)
        clock.advance(timedelta(minutes=4, seconds=10))
        worktime.start_timer(incident.id, by=tess)
        assert worktime.running_since(incident, tess) == monday
        assert worktime.book_timer(incident.id, by=tess) == 5
        assert worktime.book_timer(incident.id, by=tess) == 0
        assert incident.minutes_spent == 5
        assert facts_of(incident, Event.TIMED) == [{"minutes": 5}]

    def test_resolving_ends_every_timer_and_adds_what_was_typed(
        self, monday, incident, tess, resolve, person
    ):
        nina = person("nina", "agent")
        worktime.start_timer(incident.id, by=tess)
        worktime.start_timer(incident.id, by=nina)
        clock.advance(timedelta(minutes=10))
        resolve(minutes_spent=3)
        assert incident.minutes_spent == 23
        assert db.session.scalars(select(WorkTimer)).all() == []

    def test_no_time_is_spent_on_what_is_over(self, incident, tess, resolve):
        resolve()
        with pytest.raises(Conflict, match="open incidents"):
            worktime.start_timer(incident.id, by=tess)

    def test_typed_minutes_are_checked(self, incident, tess, erin):
        worktime.book(incident.id, 15, by=tess)
        for wrong in (0, -5, 10_001):
            with pytest.raises(Invalid):
                worktime.book(incident.id, wrong, by=tess)
        with pytest.raises(NotAllowed):
            worktime.book(incident.id, 15, by=erin)
        assert incident.minutes_spent == 15
