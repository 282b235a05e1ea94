"""Teams by tier, and vendors."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.db import db
from firstline.i18n import gettext as _
from firstline.i18n import ngettext
from incidents import administration
from incidents.administration import TeamFacts
from incidents.errors import NotFound, Refused
from incidents.routing import removal
from portal.access import person
from portal.admin import overtaken
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
        lead=form.get("lead", ""),
        answer_hours=form.get("answer_hours", 24, type=int),
    )
    try:
        team = administration.save_team(facts, by=person(), team_id=team_id, seen=overtaken.seen())
    except Refused as refusal:
        return _page(team_id, refusal), status_of(refusal)
    flash(_("%(name)s is saved.", name=team.name), "success")
    return redirect(url_for("admin.teams"), 303)


def remove(team_id: int) -> ResponseReturnValue:
    try:
        moved = removal.remove_team(team_id, by=person(), to=request.form.get("to", ""))
    except Refused as refusal:
        return _page(team_id, refusal), status_of(refusal)
    flash(
        ngettext(
            "The team is gone; %(num)s incident moved.", "The team is gone; %(num)s incidents moved.", moved
        ),
        "success",
    )
    return redirect(url_for("admin.teams"), 303)


def _page(team_id: int | None, refusal: Refused | None = None) -> str:
    teams = administration.list_teams()
    chosen = next((team for team in teams if team.id == team_id), None)
    if team_id is not None and chosen is None:
        raise NotFound(_("There is no such team."))
    known = {"name": chosen.name, "tier": chosen.tier, "email": chosen.email or ""} if chosen else {}
    known |= (
        {"lead": chosen.lead.email if chosen.lead else "", "answer_hours": chosen.answer_hours}
        if chosen
        else {}
    )
    known |= {"is_vendor": "1"} if chosen and chosen.is_vendor else {}
    return render_template(
        "admin/teams.html",
        teams=teams,
        chosen=chosen,
        held=removal.held_by(db.session(), chosen) if chosen else 0,
        leads=administration.support_people(),
        typed={**known, **request.form} if refusal else known,
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        **overtaken.state(chosen, known, refusal),
    )
