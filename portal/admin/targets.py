"""Targets: by when we answer, tell news and solve, for everybody or more specifically."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import administration, services
from incidents.errors import Invalid, NotFound, Refused
from incidents.sla import administration as agreeing
from incidents.sla.administration import TargetFacts
from incidents.sla.agreements import ALWAYS, SHIPPED, shipped_calendar
from incidents.sla.models import Target
from portal.access import person
from portal.admin import overtaken
from portal.errors import status_of

MINUTES = ("respond_minutes", "update_minutes", "resolve_minutes")


def index(target_id: int | None = None) -> str:
    return _page(target_id)


def save(target_id: int | None = None) -> ResponseReturnValue:
    try:
        agreeing.save_target(_facts(), by=person(), target_id=target_id, seen=overtaken.seen())
    except Refused as refusal:
        return _page(target_id, refusal), status_of(refusal)
    flash(_("The target is saved. Open clocks follow."), "success")
    return redirect(url_for("admin.targets"), 303)


def remove(target_id: int) -> ResponseReturnValue:
    agreeing.remove_target(target_id, by=person())
    flash(_("The target is removed; the next less specific one holds."), "success")
    return redirect(url_for("admin.targets"), 303)


def _facts() -> TargetFacts:
    form = request.form
    return TargetFacts(
        priority=form.get("priority", 0, type=int),
        service=form.get("service", ""),
        team=form.get("team", ""),
        hours=form.get("hours", ""),
        respond_minutes=read_span(form.get("respond_minutes", ""), "respond_minutes"),
        update_minutes=read_span(form.get("update_minutes", ""), "update_minutes"),
        resolve_minutes=read_span(form.get("resolve_minutes", ""), "resolve_minutes"),
    )


def read_span(text: str, field: str) -> int:
    """Minutes of “90”, “45m”, “4h” or “1h 30m”."""
    minutes, known = 0, {"h": 60, "m": 1}
    for part in text.lower().replace("h", "h ").split():
        number, unit = (part[:-1], part[-1]) if part[-1] in known else (part, "m")
        if not (number.isascii() and number.isdecimal() and len(number) < 7):
            raise Invalid(_("Write a time like 45m, 4h or 1h 30m."), field=field)
        minutes += int(number) * known[unit]
    return minutes


def write_span(minutes: int) -> str:
    """As `read_span` reads it; hours are working hours, so they never become days."""
    hours, rest = divmod(minutes, 60)
    return " ".join([*([f"{hours}h"] if hours else []), *([f"{rest}m"] if rest or not hours else [])])


def _page(target_id: int | None, refusal: Refused | None = None) -> str:
    rows = agreeing.list_targets()
    chosen = next((row for row in rows if row.id == target_id), None)
    if target_id is not None and chosen is None:
        raise NotFound(_("There is no such target any more."))
    general = {row.priority for row in rows if row.service_id is None and row.team_id is None}
    return render_template(
        "admin/targets.html",
        targets=rows,
        shipped={n: spans for n, spans in SHIPPED.items() if n not in general},
        always=ALWAYS,
        chosen=chosen,
        typed=request.form if refusal else _form_of(chosen),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        span=write_span,
        calendars=agreeing.list_calendars(),
        default=shipped_calendar(),
        teams=administration.list_teams(),
        services=services.list_services(),
        **overtaken.state(chosen, _form_of(chosen), refusal),
    )


def _form_of(row: Target | None) -> dict[str, str]:
    if row is None:
        number = request.args.get("priority", 3, type=int)
        number = number if number in SHIPPED else 3
        spans = {name: write_span(minutes) for name, minutes in zip(MINUTES, SHIPPED[number], strict=True)}
        return {"priority": str(number), "hours": "always" if number in ALWAYS else "", **spans}
    return {
        "priority": str(row.priority),
        "service": row.service.slug if row.service else "",
        "team": row.team.slug if row.team else "",
        "hours": "always" if row.is_always else str(row.calendar_id or ""),
        **{name: write_span(getattr(row, name)) for name in MINUTES},
    }
