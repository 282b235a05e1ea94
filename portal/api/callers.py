"""Who calls: the person whose token it is. A browser's session counts for nothing here."""

from hashlib import sha256

from flask import Blueprint, Response, g, request
from flask_limiter.util import get_remote_address

from firstline.i18n import gettext as _
from incidents import people
from incidents.people import Person
from portal.errors import problem
from portal.forms import csrf
from portal.limits import limiter

PUBLIC = "api.openapi_description"
RATE = "1200 per minute"
SCHEME = "bearer "


def prepare(blueprint: Blueprint) -> None:
    """No cookie is proof here, so no form token is asked for; how often is counted by token."""
    csrf.exempt(blueprint)
    limiter.limit(RATE, key_func=_whose_limit)(blueprint)


def authenticate() -> Response | None:
    """Refuse whoever brings no token that is valid."""
    if request.endpoint == PUBLIC:
        return None
    token = _token()
    caller = people.find_by_token(token) if token else None
    if caller is None:
        return _unauthorised(
            _("This token is not valid.") if token else _("Send your token as a bearer token.")
        )
    g.caller = caller
    return None


def caller() -> Person:
    """The person whose token came with this request."""
    found: Person = g.caller
    return found


def _token() -> str:
    given = request.headers.get("Authorization", "")
    return given[len(SCHEME) :].strip() if given.lower().startswith(SCHEME) else ""


def _unauthorised(sentence: str) -> Response:
    hint = _("An administrator makes one with “firstline token create”.")
    response = problem(401, f"{sentence} {hint}")
    response.headers["WWW-Authenticate"] = 'Bearer realm="Firstline"'
    return response


def _whose_limit() -> str:
    token = _token()
    return f"token:{sha256(token.encode()).hexdigest()[:20]}" if token else f"address:{get_remote_address()}"
