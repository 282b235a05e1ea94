"""On call: what wakes, each team's rota, and who stands in for whom."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from firstline import clock
from firstline.app import settings_of
from firstline.db import db
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import administration, oncall
from incidents.errors import Invalid, NotFound, Refused
from incidents.oncall import administration as keeping
from incidents.oncall.administration import RotaFacts
from incidents.oncall.models import Rota
from incidents.overtaking import NOTHING_YET
from incidents.people import Person, Team
from portal.access import person
from portal.admin import overtaken
from portal.auth.profile import zones
from portal.errors import status_of

NAMES = {
    "people": lazy_gettext("On duty in turn"),
    "first_day": lazy_gettext("Beginning on"),
    "handover": lazy_gettext("Hand-over at"),
    "turn_days": lazy_gettext("Days of a turn"),
    "step_minutes": lazy_gettext("Minutes until the next"),
    "zone": lazy_gettext("Time zone"),
    "webhook_url": lazy_gettext("Webhook"),
}


def index(team_id: int | None = None) -> str:
    return _page(team_id)


def save(team_id: int) -> ResponseReturnValue:
    try:
        keeping.save_rota(team_id, _facts(), by=person(), seen=overtaken.seen())
    except Refused as refusal:
        return _page(team_id, refusal), status_of(refusal)
    flash(_("The rota is saved."), "success")
    return redirect(url_for("admin.team_oncall", team_id=team_id), 303)


def stand_in(team_id: int) -> ResponseReturnValue:
    rota = _rota_of(team_id)
    if rota is None:
        raise NotFound(_("There is no such rota any more."))
    try:
        since, until = (_local(name, rota.zone) for name in ("since", "until"))
        keeping.stand_in(rota.id, request.form.get("who", ""), since=since, until=until, by=person())
    except Refused as refusal:
        return _page(team_id, refusal), status_of(refusal)
    flash(_("It is noted who stands in."), "success")
    return redirect(url_for("admin.team_oncall", team_id=team_id), 303)


def drop(team_id: int, override_id: int) -> ResponseReturnValue:
    keeping.drop_stand_in(override_id, by=person())
    flash(_("The turn goes on as planned."), "success")
    return redirect(url_for("admin.team_oncall", team_id=team_id), 303)


def _facts() -> RotaFacts:
    form = request.form
    hour, _colon, minute = form.get("handover", "").partition(":")
    is_time = hour.isdecimal() and minute.isdecimal() and int(minute) < 60
    return RotaFacts(
        zone=form.get("zone", ""),
        first_day=_day(form.get("first_day", "")),
        people=form.get("people", "").replace(",", " ").split(),
        turn_days=form.get("turn_days", 0, type=int),
        handover_minute=int(hour) * 60 + int(minute) if is_time else -1,
        step_minutes=form.get("step_minutes", 0, type=int),
        webhook_url=form.get("webhook_url", ""),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_("Write the first day as year, month and day."), field="first_day") from error


def _local(field: str, zone: str) -> datetime:
    try:
        return datetime.fromisoformat(request.form.get(field, "")).replace(tzinfo=ZoneInfo(zone))
    except ValueError as error:
        raise Invalid(_("Write when it begins and when it ends."), field=field) from error


def _rota_of(team_id: int) -> Rota | None:
    return next((rota for rota in keeping.list_rotas() if rota.team_id == team_id), None)


def _page(team_id: int | None, refusal: Refused | None = None) -> str:
    teams = [team for team in administration.list_teams() if not team.is_vendor]
    chosen = next((team for team in teams if team.id == team_id), None)
    if team_id is not None and chosen is None:
        raise NotFound(_("There is no such team."))
    rotas = {rota.team_id: rota for rota in keeping.list_rotas()}
    rota = rotas.get(team_id or 0)
    return render_template(
        "admin/oncall.html",
        teams=teams,
        chosen=chosen,
        rotas=rotas,
        rota=rota,
        secret=keeping.show_secret(rota) if rota else "",
        on_duty={team.id: oncall.on_duty(db.session(), team) for team in teams},
        rule=oncall.RULE,
        typed=request.form if refusal and "zone" in request.form else _form_of(rota, chosen),
        **overtaken.state(rota or NOTHING_YET, _form_of(rota, chosen), refusal, NAMES),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        zones=["UTC", *zones()],
    )


def _form_of(rota: Rota | None, team: Team | None) -> MultiDict[str, str]:
    if rota is None:
        members = [one.email for one in team.members if one.is_support] if team else []
        today = clock.now().date().isoformat()
        return MultiDict(
            {
                "zone": settings_of(current_app).timezone,
                "first_day": today,
                "turn_days": "7",
                "handover": "09:00",
                "step_minutes": "10",
                "people": "\n".join(members),
            }
        )
    people = [db.session.get(Person, person_id) for person_id in rota.people]
    return MultiDict(
        {
            "zone": rota.zone,
            "first_day": rota.first_day.isoformat(),
            "turn_days": str(rota.turn_days),
            "handover": f"{rota.handover_minute // 60:02}:{rota.handover_minute % 60:02}",
            "step_minutes": str(rota.step_minutes),
            "people": "\n".join(one.email for one in people if one is not None),
            "webhook_url": rota.webhook_url,
        }
    )
