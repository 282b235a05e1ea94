"""When somebody of a team is at work again."""

from datetime import UTC, datetime, timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents.people import Person, Role
from incidents.routing import coming
from incidents.routing.models import Absence

FRIDAY_EVENING = datetime(2026, 11, 27, 18, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 11, 30, 8, tzinfo=UTC)
OFFICE = "Mon-Fri 08:00-17:00"


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


def works(someone, shift, zone="UTC"):
    with write() as session:
        kept = session.get_one(Person, someone.id)
        kept.shift, kept.timezone = shift, zone


def away(someone, until, substitute=None):
    with write() as session:
        since = FRIDAY_EVENING - timedelta(days=1)
        substitute_id = substitute.id if substitute else None
        session.add(Absence(person_id=someone.id, since=since, until=until, substitute_id=substitute_id))


def asked(team, at=FRIDAY_EVENING):
    with clock.freeze(at):
        return coming.back_at(db.session(), team)


def test_nothing_is_said_while_somebody_is_at_work(tess, desk):
    works(tess, OFFICE)
    assert asked(desk["first"], MONDAY_MORNING) is None
    works(tess, "")
    assert asked(desk["first"]) is None


@pytest.mark.parametrize(
    ("shift", "zone", "comes"),
    [
        (OFFICE, "UTC", MONDAY_MORNING),
        (OFFICE, "Europe/Berlin", MONDAY_MORNING - timedelta(hours=1)),
        ("Sat 22:00-06:00", "UTC", FRIDAY_EVENING.replace(day=28, hour=22)),
        ("Fri 19:00-23:00", "UTC", FRIDAY_EVENING.replace(hour=19)),
    ],
)
def test_the_next_shift_is_told(tess, desk, shift, zone, comes):
    works(tess, shift, zone)
    assert asked(desk["first"]) == comes


def test_the_first_of_the_team_counts(tess, desk, person):
    works(tess, OFFICE)
    works(person("omar", Role.AGENT, desk["first"]), "Sun 10:00-12:00")
    assert asked(desk["first"]) == datetime(2026, 11, 29, 10, tzinfo=UTC)


def test_whoever_is_away_comes_after_that(tess, desk):
    works(tess, OFFICE)
    away(tess, MONDAY_MORNING + timedelta(hours=3))
    assert asked(desk["first"]) == MONDAY_MORNING + timedelta(hours=3)


def test_a_substitute_who_is_here_is_somebody(tess, desk, person):
    works(tess, OFFICE)
    away(tess, MONDAY_MORNING, substitute=person("omar", Role.AGENT))
    assert asked(desk["first"]) is None


def test_nothing_is_promised_of_a_team_nobody_is_in(desk):
    assert asked(desk["second"]) is None
    assert asked(None) is None


def test_nothing_is_promised_of_who_is_away_for_long(tess, desk):
    works(tess, OFFICE)
    away(tess, FRIDAY_EVENING + timedelta(days=90))
    assert asked(desk["first"]) is None
