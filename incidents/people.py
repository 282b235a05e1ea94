"""People, their teams and their API tokens."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import current_app
from flask_security import RoleMixin, UserMixin
from sqlalchemy import JSON, ForeignKey, Index, String, bindparam, insert, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from firstline import clock
from firstline.db import BY_ITSELF, Model, db, write
from firstline.i18n import lazy_gettext as _
from incidents.errors import Invalid

ADDRESS_LENGTH = 254
TOKEN_PREFIX = "fl_"  # noqa: S105 - tells a leaked token apart, opens nothing


class Role(StrEnum):
    """What a person is to the desk. Contacts wrote a mail and cannot sign in."""

    CONTACT = "contact"
    EMPLOYEE = "employee"
    AGENT = "agent"
    LEAD = "lead"
    AUTHOR = "author"
    ADMIN = "admin"
    MONITOR = "monitor"


class HeldRole(RoleMixin):
    """A role in the form in which Flask-Security reads it."""

    permissions = None

    def __init__(self, name: str) -> None:
        self.name = name


SUPPORT = frozenset({Role.AGENT, Role.LEAD, Role.ADMIN})


class Membership(Model):
    """Who works in which team."""

    __tablename__ = "membership"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    given_at: Mapped[datetime | None]
    """When this team's round last came to this person."""


class Team(Model):
    """A group of people on one tier (1 to 3), or a vendor who works by mail.

    A vendor is to answer within `answer_hours` of being asked; tier 0 is self-help and has no team.
    """

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    tier: Mapped[int]
    is_vendor: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str | None] = mapped_column(String(ADDRESS_LENGTH))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    answer_hours: Mapped[int] = mapped_column(default=24)
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("work_calendar.id"))

    lead: Mapped["Person | None"] = relationship(foreign_keys=[lead_id])
    members: Mapped[list["Person"]] = relationship(secondary="membership", back_populates="teams")


class Person(Model, UserMixin):
    """Anybody the desk knows by an address: employee, support, author, service account or contact."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default=Role.EMPLOYEE)
    password: Mapped[str | None] = mapped_column(String(255), info=BY_ITSELF)
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(
        String(64), unique=True, default=lambda: uuid4().hex, info=BY_ITSELF
    )
    site: Mapped[str] = mapped_column(String(60), default="")
    department: Mapped[str] = mapped_column(String(80), default="", server_default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    timezone: Mapped[str] = mapped_column(String(60), default="", info=BY_ITSELF)
    language: Mapped[str] = mapped_column(String(12), default="", info=BY_ITSELF)
    theme: Mapped[str] = mapped_column(String(8), default="", info=BY_ITSELF)
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    shift: Mapped[str] = mapped_column(String(120), default="")
    """When they work, in their own zone, such as “Mon-Fri 08:00-16:30”; empty means always."""
    is_undeliverable: Mapped[bool] = mapped_column(default=False, info=BY_ITSELF)
    bounced_count: Mapped[int] = mapped_column(default=0, info=BY_ITSELF)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    teams: Mapped[list[Team]] = relationship(secondary="membership", back_populates="members")

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """Flask-Security's plural; we give one role a person."""
        return [HeldRole(self.role)]

    @property
    def is_support(self) -> bool:
        return self.role in SUPPORT

    @property
    def first_name(self) -> str:
        return first_name(self.name) or self.email


def first_name(name: str) -> str:
    """How one speaks of somebody whose name this is."""
    return next(iter(name.split()), "")


class Alias(Model):
    """A further address of a person; a table, never a guess."""

    __tablename__ = "alias"

    address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))


class ApiToken(Model):
    """A bearer token; only its hash is kept."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


BY_ADDRESS = (
    select(Person)
    .where(
        or_(
            Person.email == bindparam("address"),
            Person.id
            == select(Alias.person_id).where(Alias.address == bindparam("address")).scalar_subquery(),
        )
    )
    .order_by(Person.email != bindparam("address"))
    .limit(1)
)
"""Built once, for it is asked with every mail: the person of an address, before the one of an alias."""


AMONG_ADDRESSES = select(Person).where(Person.email.in_(bindparam("addresses", expanding=True)))
AMONG_ALIASES = (
    select(Alias.address, Person)
    .join(Person, Person.id == Alias.person_id)
    .where(Alias.address.in_(bindparam("addresses", expanding=True)))
)
MADE = insert(Person).returning(Person)
"""As an object at once, without the mapper's ordering of what depends on what: half of the cost."""


def normalise_address(address: str) -> str:
    """The form in which an address is stored and compared."""
    return address.strip().casefold()


def clean_phone(number: str) -> str:
    """The form in which numbers are kept: digits, with a plus before the country; raises `Invalid`."""
    number = number.strip()
    kept = re.sub(r"[\s()/.\-]", "", number.replace("(0)", ""))
    if number and not re.fullmatch(r"\+?\d{3,20}", kept):
        raise Invalid(_("Write the number with digits, such as +49 30 123456."), field="phone")
    return kept


def find_by_address(address: str) -> Person | None:
    """The person behind an address or one of its aliases."""
    return _find(db.session(), normalise_address(address))


def find_by_addresses(session: Session, addresses: Sequence[str]) -> dict[str, Person]:
    """The people behind these addresses or aliases, as they are stored."""
    found = {one.email: one for one in session.scalars(AMONG_ADDRESSES, {"addresses": addresses})}
    others = [one for one in addresses if one not in found]
    aliases = session.execute(AMONG_ALIASES, {"addresses": others}).all() if others else ()
    return dict(aliases) | found


def supporters() -> Sequence[Person]:
    """Everybody who works at the desk, by name."""
    return db.session.scalars(select(Person).where(Person.role.in_(SUPPORT)).order_by(Person.name)).all()


def ensure_person(session: Session, address: str, *, name: str = "", role: Role = Role.CONTACT) -> Person:
    """The person with this address, made with `role` when unknown; call it inside `write()`."""
    address = _checked(address)
    person = _find(session, address)
    if person is None:
        values = {"email": address, "name": name.strip()[:200] or _name_from(address), "role": role}
        person = session.scalars(MADE, [values]).one()
    return person


@dataclass(frozen=True)
class Newcomer:
    """Somebody we have not heard of: their first report makes them a contact, who cannot sign in.

    `address` as it is stored. `is_undeliverable`: they wrote from where no answer can go.
    """

    address: str
    name: str = ""
    is_undeliverable: bool = False


def newcomer(address: str, *, name: str = "", is_undeliverable: bool = False) -> Newcomer:
    """As somebody gives their address; raises `Invalid` where it is none."""
    return Newcomer(_checked(address), name, is_undeliverable)


def ensure_contacts(session: Session, several: Sequence[Newcomer]) -> dict[str, Person]:
    """The person behind each address, made where it is unknown still; call it inside `write()`."""
    people = find_by_addresses(session, [one.address for one in several])
    fresh = {one.address: one for one in several if one.address not in people}
    values = [
        {
            "email": one.address,
            "name": one.name.strip()[:200] or _name_from(one.address),
            "role": Role.CONTACT,
            "is_undeliverable": one.is_undeliverable,
        }
        for one in fresh.values()
    ]
    made = session.scalars(MADE, values) if values else ()
    return people | {one.email: one for one in made}


def create_token(address: str, role: Role) -> str:
    """A new API token for this person, who is made if unknown and gets `role`; shown once."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with write() as session:
        person = ensure_person(session, address, role=role)
        person.role = role
        session.add(ApiToken(person_id=person.id, digest=_digest(token)))
    return token


BY_TOKEN = (
    select(Person)
    .join(ApiToken)
    .where(ApiToken.digest == bindparam("digest"), ApiToken.revoked_at.is_(None), Person.active)
)
"""Asked at every call of the interface."""


def find_by_token(token: str) -> Person | None:
    """The active person this token belongs to."""
    person: Person | None = db.session.scalar(BY_TOKEN, {"digest": _digest(token)})
    return person


def zone_of(person: Person) -> ZoneInfo:
    """The person's zone, else the desk's."""
    return ZoneInfo(person.timezone or current_app.config["SETTINGS"].timezone)


def _find(session: Session, address: str) -> Person | None:
    person: Person | None = session.scalar(BY_ADDRESS, {"address": address})
    return person


def _checked(address: str) -> str:
    address = normalise_address(address)
    if "@" not in address or len(address) > ADDRESS_LENGTH:
        raise Invalid(_("Write the whole e-mail address, such as erin@example.com."), field="email")
    return address


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _name_from(address: str) -> str:
    return address.partition("@")[0].replace(".", " ").replace("_", " ").title()
