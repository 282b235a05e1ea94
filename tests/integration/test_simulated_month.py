"""A month of a desk: its incidents through the adapters of all channels, under a clock the test owns.

What comes in is drawn by a seed and handed over as bytes, forms and JSON; afterwards people, and the desk
itself, do one thing after another. After every step the incident it happened to must be in order.
"""

import heapq
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from firstline import clock
from firstline.db import db
from incidents import selfhelp
from incidents.models import Entry, Incident, State
from incidents.oncall import paging
from incidents.people import Role, create_token
from incidents.resolutions import lapse
from incidents.sla import watch
from portal import create_app
from tests import ground
from tests.integration.in_order import check_readings, check_the_whole
from tests.integration.month import Month, report, step
from tests.servers import free_port

MONDAY = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
DAYS, SEED = 28, 7
AFTERMATH = 90
"""Days in which the last of it, however often opened again, has to end by itself."""
INCIDENTS = int(os.environ.get("FIRSTLINE_MONTH", "200"))
"""Each takes some 80 ms with all that follows; `make month` plays the 2,000 of a real month."""
EMPLOYEES, AGENTS = 25, 6
SHARES = {"portal": 28, "mail": 20, "chat": 12, "api": 14, "phone": 16, "monitoring": 10}


@pytest.fixture
def app(settings) -> Iterator[Flask]:
    away = f"http://127.0.0.1:{free_port()}"
    app = create_app(
        replace(settings, rasa_url=away),
        TESTING=True,
        JOBS_INLINE=True,
        WTF_CSRF_ENABLED=False,
        RATELIMIT_ENABLED=False,
    )
    with app.app_context():
        event.listen(db.engine, "connect", _without_waiting_for_the_disk)
        ground.lay()
        yield app
        db.session.remove()
        db.engine.dispose()


def _without_waiting_for_the_disk(connection: object, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]


@pytest.fixture
def month(app, person, desk) -> Month:
    employees = [person(f"employee{n}") for n in range(EMPLOYEES)]
    teams = [desk["first"], desk["second"], desk["third"]]
    agents = [person(f"agent{n}", Role.AGENT, teams[n % 3]) for n in range(AGENTS)]
    tokens = {one.email: create_token(one.email, Role.EMPLOYEE) for one in employees[:5]}
    person("monitor", Role.MONITOR)
    tokens["monitor"] = create_token("monitor@example.com", Role.MONITOR)
    return Month(app, random.Random(SEED), employees, agents, tokens)


def _plan(month: Month) -> None:
    """Most reports come on working days, in the hours people work."""
    names, weights = zip(*((name, share) for name, share in SHARES.items() if share), strict=True)
    for n in range(INCIDENTS):
        day = month.draw.choices(range(DAYS), [5, 5, 5, 5, 5, 1, 1] * (DAYS // 7))[0]
        channel = month.draw.choices(names, weights)[0]
        month.later(
            lambda channel=channel, n=n: report(month, channel, n),
            days=day,
            hours=month.draw.triangular(6, 20, 10),
        )


def sweep(month: Month) -> None:
    """What the desk does by itself, every two hours; then the next time."""
    selfhelp.route_expired()
    lapse.warn_of_closing()
    lapse.close_what_lapsed()
    watch.tell_due()
    paging.wake_for_serious()
    paging.step_up()
    for incident_id in _changed_behind(month):
        step(month, incident_id, "swept")
    check_readings()
    if _goes_on(month):
        month.later(lambda: sweep(month), hours=2)


def _goes_on(month: Month) -> bool:
    """Whether people still do something, or something waits for the desk itself."""
    waits = select(Incident.id).where(Incident.state.in_([State.OFFERED, State.RESOLVED])).limit(1)
    is_over = clock.now() > MONDAY + timedelta(days=DAYS + AFTERMATH)
    return not is_over and (bool(month.ahead) or db.session.scalar(waits) is not None)


def _changed_behind(month: Month) -> list[int]:
    versions = db.session.execute(select(Incident.id, Incident.version))
    return [number for number, version in versions if month.known[number].version != version]


def test_everything_is_in_order_at_every_step_of_a_month(month, capsys):
    with clock.freeze(MONDAY):
        _plan(month)
        month.later(lambda: sweep(month), hours=2)
        while month.ahead:
            at, _order, deed = heapq.heappop(month.ahead)
            clock.advance(at - clock.now())
            deed()
    assert db.session.scalar(select(func.count()).select_from(Incident)) >= INCIDENTS
    assert set(month.steps) >= {"resolved", "waits", "handed over", "confirmed", "rated", "swept", "refused"}
    check_the_whole(least=INCIDENTS // 10)
    if "FIRSTLINE_MONTH" in os.environ:
        with capsys.disabled():
            sys.stdout.write(_figures(month))


def _figures(month: Month) -> str:
    """What `make month` shows; docs/lifecycle.md has it."""
    entries = db.session.scalar(select(func.count()).select_from(Entry))
    told = [
        f"{INCIDENTS} synthetic incidents, {entries} entries, {sum(month.steps.values())} steps checked",
        ", ".join(f"{many} {name}" for name, many in month.steps.most_common()),
    ]
    for column in (Incident.state, Incident.resolution, Incident.channel, Entry.event):
        counted = select(column, func.count()).group_by(column).order_by(column)
        told.append(", ".join(f"{many} {name}" for name, many in db.session.execute(counted)))
    return "\n".join(["", *told, ""])
