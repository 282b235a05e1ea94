"""Working calendars: hours of the week, holidays, who keeps them, and the next two weeks by them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import administration, services
from incidents.errors import NotFound, Refused
from incidents.sla import administration as agreeing
from incidents.sla import hours, public_holidays
from incidents.sla.administration import CalendarFacts
from incidents.sla.agreements import shipped_calendar, value_of
from incidents.sla.models import WorkCalendar
from portal.access import person
from portal.admin import overtaken
from portal.auth.profile import zones
from portal.errors import status_of

DAYS = dict(
    zip(
        hours.DAYS,
        (
            lazy_gettext("Monday"),
            lazy_gettext("Tuesday"),
            lazy_gettext("Wednesday"),
            lazy_gettext("Thursday"),
            lazy_gettext("Friday"),
            lazy_gettext("Saturday"),
            lazy_gettext("Sunday"),
        ),
        strict=True,
    )
)


def index(calendar_id: int | None = None) -> str:
    return _page(calendar_id)


def save(calendar_id: int | None = None) -> ResponseReturnValue:
    form = request.form
    country, _dash, part = form.get("country", "").strip().partition("-")
    facts = CalendarFacts(
        name=form.get("name", ""),
        zone=form.get("zone", ""),
        week=[form.get(day, "") for day in DAYS],
        country=country.upper(),
        subdivision=part,
        days_off=form.get("days_off", ""),
        is_default="is_default" in form,
        teams=form.getlist("teams"),
        services=form.getlist("services"),
    )
    try:
        row = agreeing.save_calendar(facts, by=person(), calendar_id=calendar_id, seen=overtaken.seen())
    except Refused as refusal:
        return _page(calendar_id, refusal), status_of(refusal)
    flash(_("%(name)s is saved. Open clocks follow.", name=row.name), "success")
    return redirect(url_for("admin.calendar", calendar_id=row.id), 303)


def remove(calendar_id: int) -> ResponseReturnValue:
    try:
        agreeing.remove_calendar(calendar_id, by=person())
    except Refused as refusal:
        return _page(calendar_id, refusal), status_of(refusal)
    flash(_("The calendar is removed."), "success")
    return redirect(url_for("admin.calendars"), 303)


def _page(calendar_id: int | None, refusal: Refused | None = None) -> str:
    rows = agreeing.list_calendars()
    chosen = next((row for row in rows if row.id == calendar_id), None)
    if calendar_id is not None and chosen is None:
        raise NotFound(_("There is no such calendar any more."))
    shown = value_of(chosen) if chosen else shipped_calendar()
    return render_template(
        "admin/calendars.html",
        calendars=rows,
        chosen=chosen,
        shown=shown,
        preview=agreeing.preview(shown),
        typed=request.form if refusal else _form_of(chosen),
        **overtaken.state(chosen, dict(_form_of(chosen).lists()), refusal, {**overtaken.LABELS, **DAYS}),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        days=DAYS,
        zones=["UTC", *zones()],
        countries=public_holidays.countries(),
        teams=administration.list_teams(),
        services=services.list_services(),
    )


def _form_of(row: WorkCalendar | None) -> MultiDict[str, str]:
    if row is None:
        week = dict.fromkeys(hours.DAYS[:5], "09:00-17:00")
        return MultiDict({"zone": shipped_calendar().zone, **week})
    teams, kept_by = agreeing.users_of(row.id)
    form: MultiDict[str, str] = MultiDict(
        {day: hours.write_day(spans) for day, spans in zip(hours.DAYS, row.week, strict=True)}
    )
    place = f"{row.country}-{row.subdivision}" if row.subdivision else row.country
    form.update({"name": row.name, "zone": row.zone, "country": place})
    form.update({"days_off": "\n".join(row.days_off), **({"is_default": "1"} if row.is_default else {})})
    form.setlist("teams", teams)
    form.setlist("services", kept_by)
    return form
