"""One click per demo person, so that every role can be tried at once."""

from collections.abc import Sequence

from flask import redirect, render_template
from flask.typing import ResponseReturnValue
from flask_security import login_user
from sqlalchemy import select

from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import NotFound
from incidents.people import Person
from portal.access import way_back
from portal.auth.accounts import NOT_HERE
from portal.demo import doors

MOST = 24
ROLES = ("employee", "agent", "lead", "author", "admin")


def show() -> str:
    return render_template("demo/people.html", people=on_offer())


def sign_in(person_id: int) -> ResponseReturnValue:
    chosen = db.session.get(Person, person_id)
    if chosen is None or not chosen.active or chosen.role in NOT_HERE:
        raise NotFound(_("There is no such demo person."))
    login_user(chosen, authn_via=["demo"])
    return redirect(way_back(), 303)


def on_offer() -> Sequence[Person]:
    """Whom one may be in this demo; nobody where the doors are shut."""
    if not doors.are_open():
        return []
    found = select(Person).where(Person.active, Person.role.not_in(NOT_HERE)).order_by(Person.id).limit(MOST)
    return sorted(db.session.scalars(found), key=lambda person: (ROLES.index(person.role), person.id))
