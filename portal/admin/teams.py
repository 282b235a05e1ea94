"""Teams by tier, and vendors."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import administration
from incidents.administration import TeamFacts
from incidents.errors import NotFound, Refused
from portal.access import person
from portal.errors import status_of


def index(team_id: int | None = None) -> str:
    return _page(team_id)


def save(team_id: int | None = None) -> ResponseReturnValue:
    form = request.form
    facts = TeamFacts(
        name=form.get("name", ""),
        tier=form.get("tier", 0, type=int),
        is_vendor="is_vendor" in form,
        email=form.get("email", ""),
    )
    try:
        team = administration.save_team(facts, by=person(), team_id=team_id)
    except Refused as refusal:
        return _page(team_id, refusal), status_of(refusal)
    flash(_("%(name)s is saved.", name=team.name), "success")
    return redirect(url_for("admin.teams"), 303)


def _page(team_id: int | None, refusal: Refused | None = None) -> str:
    teams = administration.list_teams()
    chosen = next((team for team in teams if team.id == team_id), None)
    if team_id is not None and chosen is None:
        raise NotFound(_("There is no such team."))
    known = {"name": chosen.name, "tier": chosen.tier, "email": chosen.email or ""} if chosen else {}
    known |= {"is_vendor": "1"} if chosen and chosen.is_vendor else {}
    return render_template(
        "admin/teams.html",
        teams=teams,
        chosen=chosen,
        typed=request.form if refusal else known,
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )
