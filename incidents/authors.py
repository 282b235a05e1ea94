"""Who writes articles: they own them, and their names stand beside what they changed."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.people import Person, Role, find_by_address
from incidents.policy import DESK, Action

ROLES = [role for role in Role if Action.DRAFT_ARTICLES in DESK[role]]


def list_authors() -> Sequence[Person]:
    """Everybody who may own an article, by name."""
    found = select(Person).where(Person.role.in_(ROLES), Person.active).order_by(Person.name, Person.id)
    return db.session.scalars(found).all()


def find_author(address: str) -> Person:
    """The person with this address, if they may own an article; raises Invalid."""
    person = find_by_address(address)
    if person is None or not person.active or person.role not in ROLES:
        raise Invalid(
            _(
                "Nobody with the address “%(address)s” writes articles. Choose another owner.",
                address=address,
            ),
            field="owner",
        )
    return person


def names(ids: Collection[int | None]) -> dict[int, str]:
    """The names of these people, for lists."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    found = select(Person.id, Person.name).where(Person.id.in_(wanted))
    return {row.id: row.name for row in db.session.execute(found)}
