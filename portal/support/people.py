"""Who is here: shifts, absences and open work by team; one's own absence is announced here."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.db import db
from firstline.i18n import gettext as _
from incidents import administration
from incidents.errors import Invalid, Refused
from incidents.people import zone_of
from incidents.policy import Action, may
from incidents.routing import absences, presence
from incidents.routing.absences import AbsenceFacts
from portal.access import person
from portal.errors import status_of


def show() -> str:
    return _page()


def announce() -> ResponseReturnValue:
    form, me = request.form, person()
    try:
        absences.announce(
            AbsenceFacts(
                person=form.get("person", "") or me.email,
                since=_time("since"),
                until=_time("until"),
                substitute=form.get("substitute", ""),
            ),
            by=me,
        )
    except Refused as refusal:
        return _page(refusal), status_of(refusal)
    flash(_("It is kept: nothing new is given to them meanwhile."), "success")
    return redirect(url_for("support.people"), 303)


def call_off(absence_id: int) -> ResponseReturnValue:
    absences.call_off(absence_id, by=person())
    flash(_("The absence is called off."), "success")
    return redirect(url_for("support.people"), 303)


def _page(refusal: Refused | None = None) -> str:
    teams = [team for team in administration.list_teams() if not team.is_vendor]
    crew = administration.support_people()
    return render_template(
        "support/people.html",
        teams=teams,
        crew=crew,
        at_hand=presence.now(db.session()),
        loads=presence.load_of(db.session(), [one.id for one in crew]),
        absences=absences.coming(),
        may_plan=may(person(), Action.PLAN_ABSENCES),
        zone=_zone().key,
        typed=request.form if refusal else {},
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )


def _time(field: str) -> datetime:
    try:
        return datetime.fromisoformat(request.form.get(field, "")).replace(tzinfo=_zone())
    except ValueError as error:
        raise Invalid(_("Say from when and until when."), field=field) from error


def _zone() -> ZoneInfo:
    return zone_of(person())
