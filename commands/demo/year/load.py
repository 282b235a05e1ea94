"""Loads the year: who there is, what was reported, how it went, and what was learned."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from commands.demo.sources import read
from commands.demo.year import cast, course, lessons, selfhelp, story, talk
from commands.demo.year.desk import Desk, counters
from commands.demo.year.story import Tale
from firstline import clock
from firstline.db import db, write
from incidents import followup, matrix
from incidents.models import Channel, Incident, Kind, Level
from incidents.moving import clocks, rows
from incidents.moving.life import Ahead, Life, born
from incidents.people import Team
from incidents.resolutions import acceptance
from incidents.routing import leads_of
from incidents.search.filling import fill as make_findable
from incidents.sla.agreements import read_book
from knowledge_base.models import Attempt, HoldOut, Offer

SEED = 20_261_125
COUNT = story.WHOLE


def load(count: int = COUNT, seed: int = SEED) -> Counter[str]:
    """Add a year of `count` incidents up to now, the same one for a seed; none where it is there already.

    Everything is written in one transaction; then the words are made findable, and what came back is looked up.
    """
    if cast.is_there(db.session()):
        return Counter()
    with clock.freeze(clock.now()):
        return _load(random.Random(seed), count)  # noqa: S311 - a demo, no secret


def _load(chance: random.Random, count: int) -> Counter[str]:
    with write() as session:
        desk = _open_desk(session, chance, count)
        lives = _live(desk, count, _leads(session))
        rows.write_lives(session, lives)
        lessons.write_beside(session, desk)
        talk.write_talk(session, desk)
        selfhelp.write_searches(session, desk)
    with write() as session:
        make_findable(session)
    learned = lessons.learn(desk)
    followup.keep()
    return (
        Counter({"incidents of a year": len(lives), "people of the year": len(desk.cast.employees)}) + learned
    )


def _open_desk(session: Session, chance: random.Random, count: int) -> Desk:
    first, last = (clock.now() - timedelta(days=days) for days in selfhelp.HOLD_OUT_DAYS)
    hold_out = HoldOut(percent=selfhelp.PERCENT, started_at=first, ended_at=last)
    session.add(hold_out)
    people = cast.add(session, chance, count)
    return Desk(
        chance=chance,
        cast=people,
        book=read_book(),
        now=clock.now(),
        rule=acceptance.rule(session),
        phrases=read("year/phrases"),
        hold_out=hold_out,
        next_ids=counters(session, Incident, Attempt, Offer),
    )


def _leads(session: Session) -> dict[int | None, list[str]]:
    """Who is called for a team; None for what no team has yet."""
    teams: list[Team | None] = [None, *session.scalars(select(Team))]
    return {team.id if team else None: [lead.name for lead in leads_of(session, team)] for team in teams}


def _live(desk: Desk, count: int, leads: Mapping[int | None, Sequence[str]]) -> Sequence[Life]:
    tales = story.tell(desk.chance, desk.cast, count, desk.book.default, desk.now)
    desk.count_loads(tales)
    for tale in tales:
        life = _begin(desk, tale)
        with suppress(Ahead):
            course.run(desk, life, tale)
    for life in desk.lives.values():
        clocks.settle(life, desk.book)
        clocks.tell_missed(life, leads)
    return list(desk.lives.values())


def _begin(desk: Desk, tale: Tale) -> Life:
    what, service = tale.trouble, desk.cast.services[tale.trouble.service]
    priority = matrix.priority_of(matrix.SHIPPED, impact=tale.impact, urgency=tale.urgency, kind=what.kind)
    title = desk.chance.choice(what.words)
    is_major = what.kind == Kind.INCIDENT and tale.impact == Level.HIGH
    life = born(
        desk.next_id(Incident), tale.at, desk.now, title=title, description=_words(desk, tale, title),
        channel=tale.channel, requester_id=tale.by.id, kind=Kind.MAJOR if is_major else what.kind,
        category=what.category, impact=tale.impact, urgency=tale.urgency, priority=priority,
        service_id=service.id, device_id=desk.cast.devices.get((tale.by.id, what.device)),
    )  # fmt: skip
    desk.lives[life.incident.id], desk.tales[life.incident.id] = life, tale
    return life


def _words(desk: Desk, tale: Tale, title: str) -> str:
    """As people write by this way: mail greets, chat does not."""
    detail = desk.chance.choice(tale.trouble.detail)
    if tale.channel in {Channel.CHAT, Channel.MONITORING}:
        return f"{title}. {detail}"
    told = [f"{title}.", detail, desk.phrase("since"), desk.phrase("tried")]
    body = " ".join(part for part in told if part)
    if tale.channel != Channel.MAIL:
        return body
    return "\n\n".join(
        part for part in (desk.phrase("hello"), body, desk.phrase("bye"), tale.by.name) if part
    )
