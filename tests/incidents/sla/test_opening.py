"""When working time begins again for an incident."""

from datetime import UTC, datetime, timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents.intake import Report, report
from incidents.models import Channel, Incident
from incidents.sla import opening

FRIDAY = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (FRIDAY.replace(hour=8, minute=59), FRIDAY.replace(hour=9)),
        (FRIDAY.replace(hour=9), None),
        (FRIDAY.replace(hour=16, minute=59), None),
        (FRIDAY.replace(hour=17), FRIDAY.replace(hour=9) + timedelta(days=3)),
    ],
)
def test_out_of_hours_it_is_the_next_opening(person, desk, at, opens):
    with clock.freeze(at):
        told = Report(requester_id=person("erin").id, description="my headset crackles", channel=Channel.CHAT)
        incident = report(told)
        assert opening.opens_at(db.session(), incident) == opens


def test_what_runs_round_the_clock_is_never_closed(person, desk):
    with clock.freeze(FRIDAY.replace(hour=23)):
        told = Report(requester_id=person("erin").id, description="everything is down", channel=Channel.CHAT)
        number = report(told).id
        with write() as session:
            session.get_one(Incident, number).priority = 1
        assert opening.opens_at(db.session(), db.session.get_one(Incident, number)) is None
