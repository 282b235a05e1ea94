"""What administrators keep in order: people and their roles, teams, services."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.catalogue import dependencies
from incidents.errors import Conflict, Invalid
from incidents.existing import existing
from incidents.overtaking import require_unchanged
from incidents.people import (
    SUPPORT,
    Person,
    Role,
    Team,
    clean_phone,
    ensure_person,
    find_by_address,
    normalise_address,
)
from incidents.policy import Action, require
from incidents.routing import shifts
from incidents.routing.removal import refuse_emptying
from incidents.services import Criticality, Service
from knowledge_base.articles import slugify

PAGE = 50
MOST_HOURS = 24 * 90


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """What an administrator may say of a person. `teams` are slugs; `shift` as in `routing.shifts`."""

    name: str
    role: str
    site: str = ""
    department: str = ""
    phone: str = ""
    teams: Sequence[str] = ()
    active: bool = True
    skills: Sequence[str] = ()
    shift: str = ""


@dataclass(frozen=True, kw_only=True)
class TeamFacts:
    """A team, with the address of its lead, or a vendor, who is to answer within so many hours."""

    name: str
    tier: int
    is_vendor: bool = False
    email: str = ""
    lead: str = ""
    answer_hours: int = 24


@dataclass(frozen=True, kw_only=True)
class ServiceFacts:
    """A service. `keywords` are the words by which triage knows it; `team` and `needs` are slugs.

    `owner` is the address of who answers for it; `sites` empty means everywhere.
    """

    name: str
    description: str = ""
    criticality: str = Criticality.MEDIUM
    keywords: Sequence[str] = ()
    team: str = ""
    owner: str = ""
    sites: Sequence[str] = ()
    needs: Sequence[str] = ()


def search_people(q: str = "", *, role: str = "", after: str = "", limit: int = PAGE) -> Sequence[Person]:
    """People by name or address, in the order of their addresses; `after` continues a list."""
    found = select(Person).options(selectinload(Person.teams)).order_by(Person.email)
    for word in q.split()[:5]:
        found = found.where(
            or_(Person.name.icontains(word, autoescape=True), Person.email.icontains(word, autoescape=True))
        )
    if role:
        found = found.where(Person.role == role)
    return db.session.scalars(found.where(Person.email > after).limit(limit)).all()


def find_person(person_id: int) -> Person:
    """This person, whatever their role."""
    return existing(db.session(), Person, person_id)


def add_person(address: str, facts: PersonFacts, *, by: Person) -> Person:
    """Make a person whom nobody knew yet."""
    require(by, Action.ADMINISTER)
    if find_by_address(address) is not None:
        raise Conflict(_("There is a person with this address already."))
    with write() as session:
        person = ensure_person(session, address, name=facts.name)
        _fill_person(session, person, facts)
    return person


def change_person(person_id: int, facts: PersonFacts, *, by: Person, seen: str = "") -> Person:
    """Correct a person; nobody takes their own powers away, so one administrator always remains.

    `seen`, here and below, is the mark of what the form was filled with: see `overtaking`.
    """
    require(by, Action.ADMINISTER)
    with write() as session:
        person = existing(session, Person, person_id)
        require_unchanged(person, seen)
        if person.id == by.id and (facts.role != Role.ADMIN or not facts.active):
            raise Conflict(_("You cannot take your own powers away. Ask another administrator."))
        _fill_person(session, person, facts)
    return person


def set_password(person_id: int, hashed: str, *, by: Person) -> None:
    """Give a person a password, already hashed; whoever was signed in as them is signed out."""
    require(by, Action.ADMINISTER)
    with write() as session:
        person = existing(session, Person, person_id)
        person.password = hashed
        if person.id != by.id:
            person.fs_uniquifier = uuid4().hex


def list_teams() -> Sequence[Team]:
    """Every team, by tier, vendors last."""
    found = select(Team).options(selectinload(Team.members))
    return db.session.scalars(found.order_by(Team.is_vendor, Team.tier, Team.name)).all()


def support_people() -> Sequence[Person]:
    """Everybody of support who may sign in, by name."""
    found = select(Person).where(Person.role.in_(sorted(SUPPORT)), Person.active)
    return db.session.scalars(found.order_by(Person.name)).all()


def save_team(facts: TeamFacts, *, by: Person, team_id: int | None = None, seen: str = "") -> Team:
    """Make or correct a team."""
    require(by, Action.ADMINISTER)
    _check_team(facts)
    with write() as session:
        team = existing(session, Team, team_id) if team_id else Team(slug=_free(session, Team, facts.name))
        if team_id:
            require_unchanged(team, seen)
        team.name, team.tier, team.is_vendor = facts.name.strip()[:120], facts.tier, facts.is_vendor
        team.email = facts.email.strip().casefold() or None
        team.lead, team.answer_hours = _lead(session, facts.lead), facts.answer_hours
        session.add(team)
    return team


def save_service(
    facts: ServiceFacts, *, by: Person, service_id: int | None = None, seen: str = ""
) -> Service:
    """Make or correct a service."""
    require(by, Action.ADMINISTER)
    _check_name(facts.name)
    if facts.criticality not in set(Criticality):
        raise Invalid(_("Choose how critical it is: low, medium or high."), field="criticality")
    with write() as session:
        service = (
            existing(session, Service, service_id)
            if service_id
            else Service(slug=_free(session, Service, facts.name))
        )
        if service_id:
            require_unchanged(service, seen)
        service.name, service.description = facts.name.strip()[:120], facts.description.strip()
        service.criticality = facts.criticality
        service.keywords = [word.strip() for word in facts.keywords if word.strip()]
        service.sites = [site.strip()[:60] for site in facts.sites if site.strip()]
        service.team = next(iter(_teams(session, [facts.team] if facts.team else [])), None)
        service.owner_id = _owner_id(session, facts.owner)
        session.add(service)
        dependencies.replace(session, service, facts.needs)
    return service


def _fill_person(session: Session, person: Person, facts: PersonFacts) -> None:
    _check_name(facts.name)
    if facts.role not in set(Role):
        raise Invalid(_("There is no such role. Choose one of the list."), field="role")
    person.name, person.role = facts.name.strip()[:200], facts.role
    teams = list(_teams(session, facts.teams))
    works = facts.active and facts.role in SUPPORT
    refuse_emptying(session, person, [team for team in person.teams if team not in teams or not works])
    person.phone = clean_phone(facts.phone)
    person.site, person.active = facts.site.strip()[:60], facts.active
    person.department = facts.department.strip()[:80]
    person.teams = teams
    shifts.parse(facts.shift)
    person.shift = " ".join(facts.shift.split())[:120]
    person.skills = list(
        dict.fromkeys(" ".join(skill.casefold().split())[:60] for skill in facts.skills if skill.strip())
    )


def _teams(session: Session, slugs: Iterable[str]) -> Sequence[Team]:
    wanted = set(slugs)
    found: Sequence[Team] = session.scalars(select(Team).where(Team.slug.in_(wanted))).all()
    if len(found) != len(wanted):
        raise Invalid(_("There is no such team. Choose one of the list."), field="team")
    return found


def _owner_id(session: Session, address: str) -> int | None:
    if not address.strip():
        return None
    owner_id: int | None = session.scalar(
        select(Person.id).where(Person.email == address.strip().casefold(), Person.role != Role.CONTACT)
    )
    if owner_id is None:
        raise Invalid(_("Nobody here has this address. Leave it empty if unsure."), field="owner")
    return owner_id


def _check_team(facts: TeamFacts) -> None:
    _check_name(facts.name)
    if facts.tier not in {1, 2, 3}:
        raise Invalid(_("A team stands on tier 1, 2 or 3."), field="tier")
    if not 1 <= facts.answer_hours <= MOST_HOURS:
        raise Invalid(_("Write the hours as a whole number, such as 24."), field="answer_hours")
    if facts.is_vendor and "@" not in facts.email:
        raise Invalid(_("A vendor is reached by mail: write the whole address."), field="email")


def _lead(session: Session, address: str) -> Person | None:
    if not address.strip():
        return None
    lead = session.scalar(select(Person).where(Person.email == normalise_address(address)))
    if lead is None or not lead.is_support:
        raise Invalid(_("The lead is one of support."), field="lead")
    return lead


def _check_name(name: str) -> None:
    if not name.strip():
        raise Invalid(_("Write a name."), field="name")


def _free(session: Session, model: type[Team] | type[Service], name: str) -> str:
    base = slugify(name)[:50]
    taken = set(session.scalars(select(model.slug).where(model.slug.startswith(base, autoescape=True))))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)
