"""Who works in the company of the year, and who of support is there on which day."""

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from commands.demo.sources import read
from firstline import clock
from incidents.people import Membership, Person, Role, Team, ensure_person
from incidents.services import Device, Service
from knowledge_base.models import Article, State

REPORTS_OF_ONE = 22
"""How often a year somebody reports something, on average."""
LEAVES, JOINS = 0.07, 0.12
"""Shares of the employees who left, and who came, within the year."""
LAPTOPS = ("ThinkPad T14", "Latitude 7450", "EliteBook 840", "MacBook Air 13")

Told = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Someone:
    """One person and from when until when they are there; None is open."""

    id: int
    name: str
    site: str
    language: str
    team_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def first(self) -> str:
        return self.name.split()[0]

    def is_there(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody and everything a story may name, by what the data files call it."""

    employees: Sequence[Someone]
    staff: Sequence[Someone]
    monitor_id: int
    by_email: dict[str, Someone]
    teams: dict[str, Team]
    services: dict[str, Service]
    articles: dict[str, Article]
    devices: dict[tuple[int, str], int]
    vendor_hours: dict[str, float]

    @cached_property
    def address_of(self) -> dict[int, str]:
        """Addresses by the person's id."""
        return {one.id: email for email, one in self.by_email.items()}

    def employee(self, chance: random.Random, at: datetime, site: str = "") -> Someone:
        """Somebody who is there that day, at this site if one is named."""
        while True:
            one = chance.choice(self.employees)
            if one.is_there(at) and site in {"", one.site}:
                return one

    def helper(self, chance: random.Random, team_id: int | None, at: datetime, *, but: int) -> Someone:
        """Somebody of the team who is there that day; nobody helps themselves."""
        there = [one for one in self.staff if one.team_id == team_id and one.is_there(at) and one.id != but]
        return chance.choice(there or [one for one in self.staff if one.id != but and one.is_there(at)])


def is_there(session: Session) -> bool:
    """Whether the year was loaded before."""
    first = read("year/people")["staff"][0]["email"]
    return session.scalar(select(Person.id).where(Person.email == first)) is not None


def add(session: Session, chance: random.Random, count: int) -> Cast:
    """Add the people of the year, some of whom came or left in it, with their devices."""
    told = read("year/people")
    # The demo's own people were there all year: they help and report in it.
    own = [one["email"] for one in read("people")["people"]]
    session.execute(update(Person).where(Person.email.in_(own)).values(created_at=day(-400)))
    _add_vendors(session, told["vendors"])
    for one in told["staff"]:
        _add_staff(session, one)
    people = _add_employees(session, chance, told, max(25, count // REPORTS_OF_ONE))
    _add_devices(session, people)
    session.flush()
    return _gather(session, told)


def day(days: int) -> datetime:
    """So many days from now, in the morning of a working day; negative ones are past, 0 is now."""
    if days == 0:
        return clock.now()
    morning = (clock.now() + timedelta(days=days)).replace(hour=8, minute=10, second=0, microsecond=0)
    return morning + timedelta(days=max(0, 7 - morning.weekday()) if morning.weekday() > 4 else 0)


def _add_vendors(session: Session, told: Sequence[Told]) -> None:
    known = {team.slug: team for team in session.scalars(select(Team))}
    for one in told:
        team = known.get(one["slug"])
        if team is None:
            team = Team(
                slug=one["slug"], name=one["name"], tier=one["tier"], is_vendor=True, email=one["email"]
            )
            session.add(team)
        ensure_person(session, team.email or "", name=team.name)


def _add_staff(session: Session, told: Told) -> None:
    person = Person(
        email=told["email"],
        name=told["name"],
        role=Role.AGENT,
        site=told["site"],
        skills=told["skills"],
        active="until" not in told,
        created_at=day(told.get("since", -400)),
    )
    session.add(person)
    session.flush()
    team = session.scalars(select(Team).where(Team.slug == told["team"])).one()
    session.add(Membership(person_id=person.id, team_id=team.id))


def _add_employees(session: Session, chance: random.Random, told: Told, count: int) -> list[Person]:
    sites = list(told["sites"])
    weights = [told["sites"][site][2] for site in sites]
    taken = set(session.scalars(select(Person.email)))
    made = []
    for _ in range(count):
        name = f"{chance.choice(told['first'])} {chance.choice(told['last'])}"
        site = chance.choices(sites, weights)[0]
        zone, language, _share = told["sites"][site]
        came = -chance.randrange(3, 330) if chance.random() < JOINS else -400
        person = Person(
            email=_address(name, taken), name=name, site=site, timezone=zone, language=language,
            role=Role.EMPLOYEE, created_at=day(came), active=chance.random() >= LEAVES,
        )  # fmt: skip
        made.append(person)
    session.add_all(made)
    session.flush()
    return made


def _address(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss").replace("ı", "i"))
    stem = "".join(
        sign if sign.isascii() and sign.isalpha() else "." if sign == " " else "" for sign in plain
    )
    number = 1
    while (found := f"{stem}{number if number > 1 else ''}@example.com") in taken:
        number += 1
    taken.add(found)
    return found


def _add_devices(session: Session, people: Sequence[Person]) -> None:
    laptops = session.scalars(select(Service.id).where(Service.slug == "laptops")).one()
    for one in people:
        for letters, kind, name in (
            ("LT", "laptop", LAPTOPS[one.id % 4]),
            ("DK", "dock", "USB-C Dock"),
            ("PH", "phone", "iPhone 15"),
        ):
            tag = f"{letters}-Y{one.id:05d}"
            device = Device(tag=tag, name=name, kind=kind, owner_id=one.id, service_id=laptops)
            device.site = one.site if one.site != "Remote" else ""
            session.add(device)


def _gather(session: Session, told: Told) -> Cast:
    left = {one["email"]: one.get("until") for one in told["staff"]}
    teams = {team.slug: team for team in session.scalars(select(Team))}
    team_of = {row.person_id: row.team_id for row in session.scalars(select(Membership))}
    everybody = {
        one.email: _someone(one, team_of.get(one.id), left.get(one.email))
        for one in session.scalars(select(Person).order_by(Person.id))
    }
    roles = {one.id: one.role for one in session.scalars(select(Person))}
    return Cast(
        employees=[one for one in everybody.values() if roles[one.id] == Role.EMPLOYEE],
        staff=[one for one in everybody.values() if roles[one.id] in {Role.AGENT, Role.LEAD}],
        monitor_id=everybody["monitor@example.com"].id,
        by_email=everybody,
        teams=teams,
        services={one.slug: one for one in session.scalars(select(Service))},
        articles={
            one.slug: one for one in session.scalars(select(Article).where(Article.state == State.PUBLISHED))
        },
        devices={
            (owner, kind): key
            for key, owner, kind in session.execute(select(Device.id, Device.owner_id, Device.kind))
            if owner is not None
        },
        vendor_hours={teams[one["slug"]].slug: one["answers_after_hours"] for one in told["vendors"]},
    )


def _someone(person: Person, team_id: int | None, left: int | None) -> Someone:
    until = None if left is None else day(left)
    if left is None and not person.active:
        until = clock.now() - timedelta(days=20 + person.id % 250)
    return Someone(
        id=person.id,
        name=person.name,
        site=person.site,
        language=person.language,
        team_id=team_id,
        since=person.created_at,
        until=until,
    )
