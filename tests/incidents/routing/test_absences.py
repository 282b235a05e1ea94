"""Who is away and who stands in for them; standing in for each other is nobody."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline import clock
from firstline.db import db
from incidents import routing
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.people import Role
from incidents.routing import absences
from incidents.routing.absences import AbsenceFacts
from incidents.routing.models import Absence
from incidents.routing.presence import Presence

DAY = timedelta(days=1)


@pytest.fixture
def crew(person, desk):
    return [person(name, Role.AGENT, desk["second"]) for name in ("kim", "lee", "mo")]


def away(who, by, *, since=-1, until=1, instead=None):
    now = clock.now()
    facts = AbsenceFacts(
        person=who.email,
        since=now + since * DAY,
        until=now + until * DAY,
        substitute=instead.email if instead else "",
    )
    return absences.announce(facts, by=by)


def test_one_announces_and_calls_off_ones_own_absence(crew):
    made = away(crew[0], crew[0], instead=crew[1])
    assert [(one.person.name, one.substitute.name) for one in absences.coming()] == [("Kim", "Lee")]
    absences.call_off(made.id, by=crew[0])
    assert absences.coming() == []


def test_anothers_absence_is_planned_by_leads_and_administrators_only(crew, person):
    lena = person("lena", Role.LEAD)
    made = away(crew[0], lena)
    with pytest.raises(NotAllowed):
        away(crew[0], crew[1])
    with pytest.raises(NotAllowed):
        absences.call_off(made.id, by=crew[1])


def test_standing_in_for_each_other_on_the_same_days_is_refused(crew):
    away(crew[0], crew[0], instead=crew[1])
    away(crew[1], crew[1], instead=crew[2])
    with pytest.raises(Conflict, match="stand in for each other"):
        away(crew[2], crew[2], instead=crew[0])
    with pytest.raises(Conflict):
        away(crew[2], crew[2], instead=crew[2])
    away(crew[2], crew[2], since=5, until=9, instead=crew[0])
    assert len(absences.coming()) == 3


@pytest.mark.parametrize(("since", "until"), [(2, 1), (1, 1), (-3, -2)])
def test_an_absence_that_is_over_before_it_begins_is_refused(crew, since, until):
    with pytest.raises(Invalid, match="ends before it begins"):
        away(crew[0], crew[0], since=since, until=until)


def test_an_employee_is_no_substitute(crew, erin):
    with pytest.raises(Invalid, match="nobody of support"):
        away(crew[0], crew[0], instead=erin)


def test_the_lead_who_is_away_is_called_at_their_substitute(person, desk, crew):
    lena = person("lena", Role.LEAD, desk["second"])
    away(lena, lena, instead=crew[0])
    team = desk["second"]
    assert [one.name for one in routing.leads_of(db.session(), team)] == ["Kim"]


class Somebody:
    """A person as presence sees one."""

    active, is_support, shift = True, True, ""

    def __init__(self, number):
        self.id = number


@given(st.dictionaries(st.integers(0, 5), st.one_of(st.none(), st.integers(0, 5))))
def test_following_substitutes_always_ends_at_somebody_who_is_here_or_at_nobody(chain):
    crowd = [Somebody(number) for number in range(6)]
    gone = {}
    for number, stand_in in chain.items():
        absence = Absence(person_id=number)
        absence.__dict__["substitute"] = crowd[stand_in] if stand_in is not None else None
        gone[number] = absence
    presence = Presence(clock.now(), gone)
    Presence.is_on_shift, was = lambda self, person: True, Presence.is_on_shift
    try:
        for somebody in crowd:
            found = presence.stand_in(somebody)
            assert found is None or found.id not in gone
            assert somebody.id in gone or found is somebody
    finally:
        Presence.is_on_shift = was
