"""Flask-Security on our own `Person`: one role a person, plain columns, short writes."""

from functools import cache

from flask import Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import Security
from flask_security.datastore import Datastore, UserDatastore
from sqlalchemy import ColumnElement, Select, bindparam, func, select

from firstline import catalogues, clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext as later
from incidents.people import Person, Role

NOT_HERE = (Role.CONTACT, Role.MONITOR)
"""Contacts wrote a mail and machines have tokens: to the sign-in page neither exists."""

NOT_TOGETHER = later("That e-mail address and password do not belong together. Check both and try again.")

security = Security()


class People(Datastore, UserDatastore):
    """What Flask-Security needs to know of people."""

    def __init__(self) -> None:
        Datastore.__init__(self, db)
        UserDatastore.__init__(self, Person, Role)

    def find_user(self, case_insensitive: bool = False, **wanted: object) -> Person | None:
        name, value = wanted.popitem()
        value = str(value).casefold() if case_insensitive else value
        return db.session.scalar(_whose(name, case_insensitive), {"value": value})

    def find_role(self, role: str) -> Role | None:
        return Role(role) if role in set(Role) else None

    def put(self, model: Person) -> Person:
        """Keep a changed password in a write transaction of its own."""
        person_id, password, uniquifier = model.id, model.password, model.fs_uniquifier
        with write() as session:
            kept = session.get_one(Person, person_id)
            kept.password, kept.fs_uniquifier = password, uniquifier
        return model

    def delete(self, model: Person) -> None:
        raise NotImplementedError("people are deactivated, never deleted: incidents name them")


@cache
def _whose(name: str, case_insensitive: bool) -> Select[Person]:
    """Made once: every request asks for somebody."""
    column: ColumnElement[str] = getattr(Person, name)
    value = bindparam("value", type_=column.type)
    here = Person.role.not_in(NOT_HERE)
    return select(Person).where((func.lower(column) if case_insensitive else column) == value, here)


def init_app(app: Flask) -> None:
    app.config.update({**_configuration(), **_given(app)})
    security.init_app(app, People(), register_blueprint=True)
    # Nobody needs to be known, and no row be read, for a stylesheet.
    security.principal.skip_static = True
    security.unauthn_handler(_send_to_sign_in)
    app.login_manager.unauthorized_handler(_send_to_sign_in)  # type: ignore[attr-defined]


def _configuration() -> dict[str, object]:
    return {
        # The hash stands alone, so that a new SECRET_KEY does not lock everybody out.
        "SECURITY_PASSWORD_SINGLE_HASH": True,
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_CHANGE_URL": "/profile/password",
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_POST_CHANGE_VIEW": "/profile",
        "SECURITY_POST_LOGOUT_VIEW": "/login",
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_DATETIME_FACTORY": clock.now,
        "SECURITY_LOGIN_USER_TEMPLATE": "auth/login.html",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": "auth/password.html",
        "SECURITY_MSG_GENERIC_AUTHN_FAILED": (NOT_TOGETHER, "error"),
        # Its own sentences first, then ours in place of the same ones.
        "SECURITY_I18N_DOMAIN": f"{catalogues.SIGN_IN};messages",
        "SECURITY_I18N_DIRNAME": [str(catalogues.FOLDER), str(catalogues.FOLDER)],
        "SECURITY_FLASH_MESSAGES": False,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
    }


def _given(app: Flask) -> dict[str, object]:
    return {name: value for name, value in app.config.items() if name.startswith("SECURITY_")}


def _send_to_sign_in(*_mechanisms: object, **_headers: object) -> ResponseReturnValue:
    """htmx would follow a redirect silently and swap the sign-in page in: tell it to go there."""
    if request.headers.get("HX-Request"):
        return _("Sign in again to go on."), 401, {"HX-Redirect": url_for("security.login")}
    if request.method != "GET":
        abort(401)
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("security.login", next=wanted if wanted != "/" else None))
