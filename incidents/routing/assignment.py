"""Who of the team works on it: in turn, whoever has least, or whoever knows it; else it lies in the queue."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents import notices
from incidents.models import Event, Incident, State, Visibility
from incidents.notices import Topic
from incidents.people import Membership, Person, Team
from incidents.routing import presence
from incidents.routing.conditions import Facts, met
from incidents.routing.models import Assigning
from incidents.routing.rules import facts_of
from incidents.timeline import record

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NEXT = timedelta(microseconds=1)
"""Turns are told apart by their time, even within one tick of the clock."""


def assign(session: Session, incident: Incident, how: Assigning) -> Person | None:
    """Give a placed incident to one of its team, inside the caller's transaction.

    It stays queued until they take it. Nobody fitting is no failure: the team's queue has it, and
    the timeline says so. The team is locked meanwhile, so that two at once do not go to the same one.
    """
    team = incident.team
    if how == Assigning.NOBODY or team is None:
        return None
    session.execute(select(Team.id).where(Team.id == team.id).with_for_update(key_share=True))
    chosen, because = _choose(session, incident, team, how)
    if chosen is not None:
        incident.assignee_id, incident.assignee = chosen.id, chosen
    facts: dict[str, object] = {"to": chosen.name if chosen else "", "team": team.name}
    entry = record(
        session, incident, Event.ASSIGNED, text=because, facts=facts, visibility=Visibility.INTERNAL
    )
    if chosen is not None:
        notices.owe(session, Topic.ASSIGNED, incident, chosen, entry=entry)
    return chosen


def relieve(session: Session, incident: Incident) -> None:
    """What comes back to somebody who is away or gone goes to their substitute, else to the queue."""
    was, at_hand = incident.assignee, presence.now(session)
    if was is None or (was.active and was.id not in at_hand.away):
        return
    now = at_hand.instead_of(was)
    chosen = now if now.id != was.id else None
    incident.assignee_id, incident.assignee = (chosen.id, chosen) if chosen else (None, None)
    because = _("%(name)s is not here.", name=was.name)
    facts: dict[str, object] = {
        "to": chosen.name if chosen else "",
        "team": incident.team.name if incident.team else "",
    }
    record(session, incident, Event.ASSIGNED, text=because, facts=facts, visibility=Visibility.INTERNAL)


def _choose(session: Session, incident: Incident, team: Team, how: Assigning) -> tuple[Person | None, str]:
    at_hand = presence.now(session)
    stand_ins = {one: found for one in team.members if (found := at_hand.stand_in(one)) is not None}
    if not stand_ins:
        return None, _("Nobody of %(team)s is here; it lies in their queue.", team=team.name)
    if how == Assigning.ROUND_ROBIN:
        return stand_ins[_take_turn(session, team, stand_ins)], _("It was their turn.")
    here = sorted(set(stand_ins.values()), key=lambda one: one.id)
    loads = presence.load_of(session, [one.id for one in here])
    if how == Assigning.LEAST_LOADED:
        chosen = min(here, key=lambda one: (loads[one.id], one.id))
        return chosen, _("They have least: %(many)s open.", many=loads[chosen.id])
    return _by_skill(facts_of(incident), here, loads, team)


def _take_turn(session: Session, team: Team, members: Collection[Person]) -> Person:
    """Whoever waited longest; a substitute takes the turn of the one they stand in for."""
    ids = [member.id for member in members]
    rows = session.scalars(select(Membership).where(Membership.team_id == team.id)).all()
    turns = [row for row in rows if row.person_id in ids]
    turn = min(turns, key=lambda row: (row.given_at or LONG_AGO, row.person_id))
    latest = max(row.given_at or LONG_AGO for row in rows)
    turn.given_at = max(clock.now(), latest + NEXT)
    return next(member for member in members if member.id == turn.person_id)


def _by_skill(
    facts: Facts, here: Sequence[Person], loads: dict[int, int], team: Team
) -> tuple[Person | None, str]:
    fitting = {one.id: fitting_skills(one, facts) for one in here}
    skilled = [one for one in here if fitting[one.id]]
    if not skilled:
        return None, _(
            "Nobody here of %(team)s names a skill that fits; it lies in their queue.", team=team.name
        )
    chosen = min(skilled, key=lambda one: (-len(fitting[one.id]), loads[one.id], one.id))
    skills = ", ".join(fitting[chosen.id])
    return chosen, _("They know %(skills)s.", skills=skills)


def fitting_skills(person: Person, facts: Facts) -> list[str]:
    """Those of a person's skills that are its category or service, or stand in its words."""
    return [
        skill
        for skill in person.skills
        if skill in (*facts.categories, facts.service) or met({"words": [skill]}, facts) is not None
    ]


def give(session: Session, incident: Incident, chosen: Person | None, *, by: Person) -> None:
    """A person gives it to somebody, or with None back to the team, inside the caller's transaction.

    Whoever gets it takes it themselves, as with a rule; what waits goes on waiting. It goes to a team
    of theirs where they are not of the one that has it.
    """
    if incident.state == State.IN_PROGRESS:
        incident.state = State.QUEUED
    if chosen is not None and incident.team not in chosen.teams:
        incident.team = next((team for team in chosen.teams if not team.is_vendor), incident.team)
    incident.placed_at = clock.now()
    incident.assignee_id, incident.assignee = (chosen.id, chosen) if chosen else (None, None)
    facts: dict[str, object] = {
        "to": chosen.name if chosen else "",
        "team": incident.team.name if incident.team else "",
    }
    entry = record(session, incident, Event.ASSIGNED, author=by, facts=facts, visibility=Visibility.INTERNAL)
    if chosen is not None:
        notices.owe(session, Topic.ASSIGNED, incident, chosen, entry=entry)
