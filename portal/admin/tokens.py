"""API tokens: made for a person and shown once, listed, and taken back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import tokens
from incidents.errors import Refused
from portal.access import person
from portal.admin.people import ROLES
from portal.errors import status_of


def index() -> str:
    return _page()


def make() -> ResponseReturnValue:
    """Shown in the answer itself: it is kept nowhere, not even until the next page."""
    given = request.form
    try:
        made = tokens.make(given.get("email", ""), given.get("role", ""), by=person())
    except Refused as refusal:
        return _page(refusal=refusal), status_of(refusal)
    return _page(made=made), {"Cache-Control": "no-store"}


def revoke(token_id: int) -> ResponseReturnValue:
    tokens.revoke(token_id, by=person())
    flash(_("This token opens nothing any more."), "success")
    return redirect(url_for("admin.tokens"), 303)


def _page(*, made: str = "", refusal: Refused | None = None) -> str:
    return render_template(
        "admin/tokens.html",
        tokens=tokens.everyones(),
        roles=ROLES,
        choices={role: name for role, name in ROLES.items() if role in tokens.WITH_TOKEN},
        made=made,
        typed=request.form if refusal else {},
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )
