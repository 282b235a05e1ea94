"""Rules, skills, shifts and an absence for the demo: added once, after its past has been played."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commands.demo.sources import read
from firstline import clock
from incidents.people import Person, Team
from incidents.routing.models import Absence, EscalationRule, RoutingRule

Told = dict[str, Any]


def add(session: Session) -> int:
    """Add what is missing and return how many rules; an administrator's own rules are left alone."""
    told, teams = read("routing"), {team.slug: team for team in session.scalars(select(Team))}
    people = {person.email: person for person in session.scalars(select(Person))}
    if session.scalar(select(func.count()).select_from(RoutingRule)):
        return 0
    for position, rule in enumerate(told["rules"], start=1):
        session.add(_rule(rule, teams, position))
    session.add_all(EscalationRule(is_on=True, **{"worst_priority": 5, **step}) for step in told["steps"])
    for email, facts in told["people"].items():
        people[email].skills, people[email].shift = facts["skills"], facts["shift"]
    for slug, email in told["leads"].items():
        teams[slug].lead = people[email]
    session.add_all(_absence(one, people) for one in told["absences"])
    return len(told["rules"])


def _rule(told: Told, teams: dict[str, Team], position: int) -> RoutingRule:
    return RoutingRule(
        position=position,
        name=told["name"],
        team=teams[told["team"]],
        conditions=told["conditions"],
        assigning=told["assigning"],
        is_on=told.get("is_on", True),
    )


def _absence(told: Told, people: dict[str, Person]) -> Absence:
    now = clock.now()
    return Absence(
        person=people[told["person"]],
        substitute=people[told["substitute"]],
        since=now + timedelta(**told["since"]),
        until=now + timedelta(**told["until"]),
    )
