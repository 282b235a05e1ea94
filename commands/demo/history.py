"""Ten weeks of self-help before the demo's own stories, so that the report on outcomes has something to say.

Written as rows, not played: it is history, and a start shall be quick. Only a desk without incidents
gets one. The same desk each time, by a seed.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from commands.demo.sources import read
from firstline import clock
from incidents.intake import SELF_HELP_FOR
from incidents.models import Channel, Entry, Event, Incident, Resolution, State
from incidents.people import Person, Role, Team
from incidents.search.filling import fill as make_findable
from knowledge_base.models import Article, Attempt, AttemptOutcome, HoldOut, Offer

FIRST_DAY, LAST_DAY = 86, 17
"""Days ago. The stories begin 13 days ago, and numbers follow time."""

HOLD_OUT_DAYS = (79, 26)
PERCENT = 20
A_DAY = (1, 2, 3, 3, 4, 5)
SEED = 20_261_124
HELD_OUT_HEALS = 0.12
"""How many troubles of those shown nothing went away by themselves."""

CHANNELS = (Channel.PORTAL, Channel.CHAT, Channel.MAIL, Channel.PHONE)
WEIGHTS = (52, 24, 18, 6)
KEENNESS = {Channel.PORTAL: 1.0, Channel.CHAT: 0.95, Channel.MAIL: 0.6, Channel.PHONE: 0.5}
"""How readily people try and answer, by channel."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """One attempt as it went."""

    at: datetime
    person: Person
    trouble: dict[str, Any]
    channel: Channel
    outcome: AttemptOutcome
    is_held_out: bool
    in_draw: bool
    ended_at: datetime
    told: tuple[str, str] = ("", "")
    """In which words: the title and what came after it."""


def add(session: Session) -> int:
    """Write the history into a desk that has no incident yet; returns how many attempts."""
    if session.scalar(select(Incident.id).limit(1)) is not None:
        return 0
    chance = random.Random(SEED)  # noqa: S311 - a demo, no secret
    troubles, people = read("history"), _people(session)
    hold_out = _add_hold_out(session)
    drawn = [_draw(chance, at, people, troubles, hold_out) for at in _times(chance)]
    past = [replace(one, told=_told(one.trouble, place)) for place, one in enumerate(drawn)]
    _write(session, past, hold_out)
    session.flush()
    make_findable(session)
    return len(past)


def _people(session: Session) -> list[Person]:
    """Who had troubles: everybody of the demo, and employees more often, since they are more."""
    told = [one["email"] for one in read("people")["people"] if one["role"] != Role.MONITOR]
    people = session.scalars(select(Person).where(Person.email.in_(told)).order_by(Person.id)).all()
    employees = [person for person in people if person.role == Role.EMPLOYEE]
    return [*people, *employees, *employees]


def _add_hold_out(session: Session) -> HoldOut:
    first, last = (clock.now() - timedelta(days=days) for days in HOLD_OUT_DAYS)
    hold_out = HoldOut(percent=PERCENT, started_at=first, ended_at=last)
    session.add(hold_out)
    session.flush()
    return hold_out


def _times(chance: random.Random) -> Iterator[datetime]:
    """Some a working day, in the hours people work."""
    for days in range(FIRST_DAY, LAST_DAY, -1):
        day = (clock.now() - timedelta(days=days)).replace(hour=6, minute=0, second=0, microsecond=0)
        if day.weekday() < 5:
            minutes = sorted(chance.randrange(60, 660) for _ in range(chance.choice(A_DAY)))
            yield from (day + timedelta(minutes=minute) for minute in minutes)


def _told(trouble: dict[str, Any], place: int) -> tuple[str, str]:
    """One of its ways after the other: of one sentence alone, triage would learn nothing."""
    ways, details = trouble["words"], trouble["detail"]
    return ways[place % len(ways)], details[place // len(ways) % len(details)]


def _draw(
    chance: random.Random, at: datetime, people: Sequence[Person], troubles: Sequence[Any], hold_out: HoldOut
) -> Past:
    trouble, channel = chance.choice(troubles), chance.choices(CHANNELS, WEIGHTS)[0]
    in_draw = hold_out.started_at <= at < (hold_out.ended_at or at) and channel != Channel.PHONE
    is_held_out = in_draw and chance.random() * 100 < PERCENT
    likely = HELD_OUT_HEALS if is_held_out else trouble["helps"] * KEENNESS[channel]
    outcome, minutes = _outcome(chance, likely)
    return Past(
        at=at,
        person=chance.choice(people),
        trouble=trouble,
        channel=channel,
        outcome=AttemptOutcome.WENT_ON if is_held_out and outcome != AttemptOutcome.SOLVED_SAID else outcome,
        is_held_out=is_held_out,
        in_draw=in_draw,
        ended_at=at + timedelta(minutes=minutes),
    )


def _outcome(chance: random.Random, likely: float) -> tuple[AttemptOutcome, float]:
    """What came of it, and after how many minutes it was over."""
    if chance.random() < likely:
        return AttemptOutcome.SOLVED_SAID, chance.uniform(4, 50)
    worked = chance.lognormvariate(5.2, 0.9)
    if chance.random() < 0.62:
        return AttemptOutcome.WENT_ON, min(worked, 2_500)
    return AttemptOutcome.SILENT, min(worked + 30, 2_500)


def _write(session: Session, past: Sequence[Past], hold_out: HoldOut) -> None:
    team = session.scalar(select(Team).where(Team.tier == 1, Team.is_vendor.is_(False)).order_by(Team.id))
    agents = session.scalars(select(Person).where(Person.role == Role.AGENT).order_by(Person.id)).all()
    articles = {article.slug: article for article in session.scalars(select(Article))}
    incidents = [_incident(one, team, articles) for one in past]
    session.add_all(incidents)
    session.flush()
    session.add_all(_attempt(*pair, articles, hold_out) for pair in zip(past, incidents, strict=True))
    entries: list[Entry] = [
        entry
        for place, (one, incident) in enumerate(zip(past, incidents, strict=True))
        for entry in _entries(one, incident, _helper(agents, place, one.person), team)
    ]
    in_order: list[Entry] = sorted(entries, key=_when)
    session.add_all(in_order)
    _count(past, articles)


def _incident(one: Past, team: Team | None, articles: dict[str, Article]) -> Incident:
    solved = one.outcome == AttemptOutcome.SOLVED_SAID
    confirmed = one.ended_at + timedelta(minutes=10)
    return Incident(
        title=one.told[0],
        description=f"{one.told[0]}. {one.told[1]}",
        state=State.CLOSED,
        channel=one.channel,
        requester_id=one.person.id,
        category=one.trouble["category"],
        priority=4,
        team_id=None if solved or team is None else team.id,
        created_at=one.at,
        updated_at=confirmed,
        suggested_at=one.at + timedelta(seconds=4),
        resolution=Resolution.SELF_SERVICE if solved else Resolution.SUPPORT,
        resolved_at=one.ended_at,
        closed_at=confirmed,
        responded_at=None if solved else one.ended_at,
        article_id=articles[one.trouble["articles"][0]].id if solved and not one.is_held_out else None,
        minutes_spent=0 if solved else 15,
    )


def _attempt(one: Past, incident: Incident, articles: dict[str, Article], hold_out: HoldOut) -> Attempt:
    decided = one.at + SELF_HELP_FOR if one.outcome == AttemptOutcome.SILENT else one.ended_at
    if one.outcome == AttemptOutcome.WENT_ON:
        tried = timedelta(minutes=4 + one.at.minute % 17)
        decided = one.at if one.is_held_out else one.at + min(one.ended_at - one.at, tried)
    attempt = Attempt(
        incident_id=incident.id,
        person_id=one.person.id,
        channel=one.channel,
        words=f"{incident.title}\n{incident.description}",
        created_at=one.at + timedelta(seconds=4),
        category_slug=incident.category,
        hold_out_id=hold_out.id if one.in_draw else None,
        is_held_out=one.is_held_out,
        outcome=one.outcome,
        decided_at=decided,
    )
    attempt.offers = [
        Offer(article_id=articles[slug].id, rank=rank, score=0.9 - 0.14 * rank, helped=_said(one, rank))
        for rank, slug in enumerate(one.trouble["articles"], start=1)
    ]
    return attempt


def _said(one: Past, rank: int) -> bool | None:
    """What the person said of the fix at this place."""
    if one.is_held_out or one.outcome == AttemptOutcome.SILENT:
        return None
    if one.outcome == AttemptOutcome.WENT_ON:
        return False
    return True if rank == 1 else None


def _helper(agents: Sequence[Person], place: int, requester: Person) -> Person:
    """The agents in turn; nobody helps themselves."""
    agent = agents[place % len(agents)]
    return agents[(place + 1) % len(agents)] if agent.id == requester.id else agent


def _entries(one: Past, incident: Incident, agent: Person, team: Team | None) -> Iterator[Entry]:
    def entry(event: Event, at: datetime, author: Person | None = None, **facts: object) -> Entry:
        author_id = author.id if author else None
        return Entry(incident_id=incident.id, event=event, author_id=author_id, facts=facts, created_at=at)

    yield entry(Event.REPORTED, one.at, one.person)
    solved = one.outcome == AttemptOutcome.SOLVED_SAID
    if not solved:
        begun = one.at + (one.ended_at - one.at) / 2
        yield entry(Event.ROUTED, begun, team=team.name if team else "")
        yield entry(Event.TAKEN, begun + (one.ended_at - begun) / 2, agent)
    yield entry(Event.RESOLVED, one.ended_at, one.person if solved else agent, resolution=incident.resolution)
    yield entry(Event.CONFIRMED, one.ended_at + timedelta(minutes=10), one.person)


def _when(entry: Entry) -> datetime:
    return entry.created_at


def _count(past: Sequence[Past], articles: dict[str, Article]) -> None:
    """What the articles would have counted themselves."""
    shown = [one for one in past if not one.is_held_out]
    said = Counter(
        (slug, _said(one, rank))
        for one in shown
        for rank, slug in enumerate(one.trouble["articles"], start=1)
    )
    for slug in {slug for slug, _ in said}:
        article = articles[slug]
        article.helped_count += said[slug, True]
        article.failed_count += said[slug, False]
        article.offered_count += said[slug, True] + said[slug, False] + said[slug, None]
