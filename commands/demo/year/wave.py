"""What many report at once, and what monitors report: one cause, one end."""

from collections.abc import Callable
from datetime import datetime, timedelta

from commands.demo.year import ending, selfhelp
from commands.demo.year.cast import Someone
from commands.demo.year.desk import Desk
from commands.demo.year.story import Tale
from incidents.models import Channel, Event, Incident, State
from incidents.moving.life import Life

JOINED = 0.3
MOST_JOINED = 8
"""So that the joined do not raise the impact, which is a story of its own."""
Work = Callable[[Desk, Life, Tale], None]


def of_outage(desk: Desk, life: Life, tale: Tale, work: Work) -> None:
    """Part of a surge: answered alike, some joined with the first, all solved when the cause is gone."""
    if tale.is_first:
        desk.first_of[tale.part_of] = life
    agent = _take(desk, life, tale)
    first = desk.first_of.get(tale.part_of)
    if first is not None and _may_join(desk, life, tale, first):
        return _join(life, first, agent.id, tale)
    known = f"Hello {tale.by.first}, we know of it and are at it. You hear from us as soon as it works again."
    life.say(agent.id, known, channel=Channel.PORTAL)
    life.pass_to(max(tale.over_at or life.at, life.at) + timedelta(minutes=desk.chance.uniform(1, 25)))
    ending.resolve(desk, life, tale, agent)
    return ending.after_support(desk, life, tale, again=None)


def of_repetition(desk: Desk, life: Life, tale: Tale, before: Tale) -> None:
    """The same person told it before: joined with that, unless it is over."""
    agent, first = _take(desk, life, tale), desk.life_of(before)
    if first is not None and _is_still_open(first.incident, life.at):
        return _join(life, first, agent.id, tale)
    life.pass_to(desk.later(life, 15, spread=0.5))
    ending.resolve(desk, life, tale, agent)
    return ending.after_support(desk, life, tale, again=None)


def _take(desk: Desk, life: Life, tale: Tale) -> Someone:
    if life.incident.state == State.OFFERED:
        life.pass_to(life.at + timedelta(seconds=4))
        selfhelp.route(desk, life, "No known fix fits")
    life.pass_to(desk.later(life, 9, spread=0.5))
    agent = desk.cast.helper(desk.chance, life.incident.team_id, life.at, but=tale.by.id)
    life.move(State.IN_PROGRESS, agent.id)
    life.incident.assignee_id = agent.id
    return agent


def _is_still_open(one: Incident, at: datetime) -> bool:
    is_gone = one.state in {State.MERGED, State.CANCELLED}
    return not is_gone and (one.resolved_at is None or one.resolved_at > at)


def _may_join(desk: Desk, life: Life, tale: Tale, first: Life) -> bool:
    one = first.incident
    still_open = one.resolved_at is None or life.at < (tale.over_at or life.at)
    few = one.affected_count < MOST_JOINED
    return (
        first is not life and still_open and few and tale.by.id != one.requester_id and desk.happens(JOINED)
    )


def _join(life: Life, first: Life, agent_id: int, tale: Tale) -> None:
    """Its words go to the first from now on, and its people read there that it is solved."""
    survivor = first.incident
    life.move(State.MERGED, agent_id, facts={"into": survivor.number, "family": {}})
    life.incident.merged_into_id = survivor.id
    told = {"from": life.incident.number, "words": life.incident.title}
    first.tell(Event.MERGED, agent_id, facts=told, is_internal=True, at=life.at)
    survivor.affected_count += tale.by.id != survivor.requester_id
    if survivor.resolved_at is not None and survivor.resolved_at <= life.now:
        life.tell(Event.RESOLVED, survivor.assignee_id, survivor.solution,
                  facts={"with": survivor.number}, at=survivor.resolved_at)  # fmt: skip


def of_monitoring(desk: Desk, life: Life, tale: Tale, work: Work) -> None:
    """Raised by a monitor: over by itself, or somebody's work; a major incident has its own end."""
    selfhelp.route(desk, life, "Raised by monitoring")
    if tale.part_of:
        desk.first_of[tale.part_of] = life
        return _lead(desk, life, tale)
    if tale.alert is not None and desk.happens(tale.alert["recovers"]):
        life.pass_to(life.at + timedelta(minutes=desk.chance.lognormvariate(2.8, 0.7)))
        ending.resolve_alone(desk, life)
        return ending.after_support(desk, life, tale, again=None)
    return work(desk, life, tale)


def _lead(desk: Desk, life: Life, tale: Tale) -> None:
    """The major incident itself, from the first hand to the end of the outage."""
    owner = desk.cast.services[tale.trouble.service].team
    if owner is not None:
        life.incident.team_id = owner.id
    life.pass_to(life.at + timedelta(minutes=6))
    agent = desk.cast.helper(desk.chance, life.incident.team_id, life.at, but=tale.by.id)
    life.move(State.IN_PROGRESS, agent.id)
    life.incident.assignee_id = agent.id
    life.say(agent.id, "On it.", channel=Channel.PORTAL)
    over: datetime = tale.over_at or life.at
    life.pass_to(over)
    ending.resolve(desk, life, tale, agent)
    ending.after_support(desk, life, tale, again=None)
