"""API tokens: who has one, and taking it back. They are made on the command line, where they are shown once."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import administration
from portal.access import person
from portal.admin.people import ROLES


def index() -> str:
    return render_template("admin/tokens.html", tokens=administration.list_tokens(), roles=ROLES)


def revoke(token_id: int) -> ResponseReturnValue:
    administration.revoke_token(token_id, by=person())
    flash(_("This token opens nothing any more."), "success")
    return redirect(url_for("admin.tokens"), 303)
