"""Loads the demo. A second run adds nothing: what is there already is left as it is."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from commands.demo import automation, history, promises, remediations, routing, sayings, stories
from commands.demo.sources import known_fixes, read
from firstline import clock
from firstline.db import db, write
from firstline.jobs import nudge
from incidents.baseline import ensure_baseline
from incidents.catalogue import dependencies
from incidents.people import Membership, Person, Role, Team
from incidents.reports import facts
from incidents.services import Device, Outage, Service
from incidents.writing.canned import CannedReply
from knowledge_base import articles
from knowledge_base.articles import INDEX_JOB
from knowledge_base.models import Article, State

AUTHOR = "ines@example.com"
Hash = Callable[[str], str]


@dataclass(frozen=True)
class Year:
    """That a year is wanted before the stories; None is as shipped."""

    incidents: int | None = None
    seed: int | None = None


def load(hash_password: Hash | None, wanted: Year | None = None) -> Counter[str]:
    """Add what is missing and say how much of each; the year only where it is `wanted`.

    Without `hash_password` nobody gets the demo password: it is public, so it belongs on a
    loopback demo only.
    """
    added = add_company(hash_password)
    # The year comes first, so that numbers follow time where the desk is new.
    added += _add_year(wanted) if wanted else Counter()
    with write() as session:
        past = history.add(session)
        added["sayings"] = sayings.add(session)
    if added["articles"]:
        nudge(INDEX_JOB)
    added["incidents"] = stories.play(read("incidents"))
    added["past incidents"] = past
    with write() as session:
        added["routing rules"] = routing.add(session)
        added["rules, macros and tasks"] = automation.add(session)
    if wanted:
        facts.keep_all()
    return added


def add_company(hash_password: Hash | None) -> Counter[str]:
    """The desk before its first incident: people, services, articles, and what they work by."""
    added: Counter[str] = Counter()
    password = _password(hash_password)
    ensure_baseline()
    with write() as session:
        added["teams"] = _add_teams(session)
        added["people"] = _add_people(session, password)
        added["services"] = _add_services(session)
        added["calendars and rotas"] = promises.add(session)
        added["devices"] = _add_devices(session)
        added["outages"] = _add_outages(session)
        added["articles"] = _add_articles(session)
        added["texts"] = _add_texts(session)
        added["remediations"] = remediations.add(session)
    return added


def _add_year(wanted: Year) -> Counter[str]:
    from commands.demo.year.load import COUNT, SEED
    from commands.demo.year.load import load as load_year

    return load_year(wanted.incidents or COUNT, wanted.seed if wanted.seed is not None else SEED)


def _password(hash_password: Hash | None) -> str | None:
    """One hash for all demo people, made only when somebody needs it: hashing is slow on purpose."""
    if hash_password is None:
        return None
    told = read("people")
    addresses = [one["email"] for one in told["people"]]
    ready = select(Person.email).where(Person.email.in_(addresses), Person.password.is_not(None))
    missing = set(addresses) - set(db.session.scalars(ready))
    return hash_password(told["password"]) if missing else None


def _add_teams(session: Session) -> int:
    known = set(session.scalars(select(Team.slug)))
    new = [_team(one) for one in read("teams") if one["slug"] not in known]
    session.add_all(new)
    session.flush()
    return len(new)


def _add_texts(session: Session) -> int:
    """Texts at hand, of the first lead there is."""
    lead = session.scalar(select(Person).where(Person.role == Role.LEAD).order_by(Person.id).limit(1))
    known = set(session.scalars(select(CannedReply.name)))
    new = [one for one in read("texts") if lead is not None and one["name"] not in known]
    session.add_all(CannedReply(owner_id=lead.id, **one) for one in new if lead is not None)
    return len(new)


def _team(told: dict[str, Any]) -> Team:
    return Team(
        slug=told["slug"],
        name=told["name"],
        tier=told["tier"],
        is_vendor=told.get("vendor", False),
        email=told.get("email"),
    )


def _add_people(session: Session, password: str | None) -> int:
    teams = {team.slug: team.id for team in session.scalars(select(Team))}
    known = {person.email: person for person in session.scalars(select(Person))}
    added = 0
    for told in read("people")["people"]:
        person = known.get(told["email"])
        if person is None or person.role == Role.CONTACT:
            person = _fill(session, person or Person(email=told["email"]), told, teams)
            added += 1
        person.password = person.password or password
    session.flush()
    return added


def _fill(session: Session, person: Person, told: dict[str, Any], teams: dict[str, int]) -> Person:
    for field in ("name", "role", "site", "timezone", "language"):
        setattr(person, field, told[field])
    person.phone, person.department = told.get("phone", ""), told.get("department", "")
    session.add(person)
    session.flush()
    for slug in told.get("teams", []):
        session.add(Membership(person_id=person.id, team_id=teams[slug]))
    return person


def _add_services(session: Session) -> int:
    known = set(session.scalars(select(Service.slug)))
    teams = {team.slug: team.id for team in session.scalars(select(Team))}
    people = {person.email: person.id for person in session.scalars(select(Person))}
    new = [
        Service(
            **{name: value for name, value in told.items() if name not in {"team", "needs", "owner"}},
            team_id=teams[told["team"]],
            owner_id=people.get(told.get("owner")),
        )
        for told in read("services")
        if told["slug"] not in known
    ]
    session.add_all(new)
    session.flush()
    if new:
        _add_needs(session)
    return len(new)


def _add_needs(session: Session) -> None:
    services = {service.slug: service for service in session.scalars(select(Service))}
    for told in read("services"):
        dependencies.replace(session, services[told["slug"]], told.get("needs", ()))


def _add_devices(session: Session) -> int:
    known = set(session.scalars(select(Device.tag)))
    people = {person.email: person.id for person in session.scalars(select(Person))}
    services = {service.slug: service.id for service in session.scalars(select(Service))}
    new = [
        Device(
            tag=told["tag"],
            name=told["name"],
            kind=told["kind"],
            owner_id=people.get(told["owner"]),
            service_id=services[told["service"]],
        )
        for told in read("devices")
        if told["tag"] not in known
    ]
    session.add_all(new)
    return len(new)


def _add_outages(session: Session) -> int:
    known = {outage.title: outage for outage in session.scalars(select(Outage))}
    services = {service.slug: service.id for service in session.scalars(select(Service))}
    added = 0
    for told in read("outages"):
        outage = known.get(told["title"])
        if outage is None:
            service = services[told["service"]]
            outage = Outage(title=told["title"], service_id=service, site=told["site"], note=told["note"])
            session.add(outage)
            added += 1
        _keep_recent(outage, told)
    return added


def _keep_recent(outage: Outage, told: dict[str, Any]) -> None:
    """A demo started again next week shows an outage of today, unless somebody ended it."""
    now = clock.now()
    if outage.ended_at is None and (outage.next_update_at is None or outage.next_update_at < now):
        outage.since = now - timedelta(minutes=told["minutes_ago"])
        outage.next_update_at = now + timedelta(minutes=told["next_update_in_minutes"])


def _add_articles(session: Session) -> int:
    known = set(session.scalars(select(Article.slug)))
    author = session.scalar(select(Person.id).where(Person.email == AUTHOR))
    added = 0
    for fix in known_fixes():
        if fix.slug not in known:
            draft = replace(fix.draft, owner_id=author)
            article = articles.add(session, draft, author_id=author, slug=fix.slug)
            article.state = State.PUBLISHED
            added += 1
    return added
