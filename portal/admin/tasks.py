"""Recurring tasks: what the desk opens for itself by the calendar."""

from babel.dates import get_day_names
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import services
from incidents.automation import recurring
from incidents.automation.models import RecurringTask
from incidents.automation.recurring import TaskFacts
from incidents.errors import Refused
from incidents.models import Level
from incidents.sla import administration as calendars
from portal.access import person
from portal.admin import overtaken
from portal.errors import status_of

NAMES = {
    "title": lazy_gettext("Title"),
    "text": lazy_gettext("What is to be done"),
    "requester": lazy_gettext("For whom (their address)"),
    "urgency": lazy_gettext("Urgency"),
    "days": lazy_gettext("On these days"),
    "month_day": lazy_gettext("Or on this day of the month"),
    "at": lazy_gettext("At"),
    "calendar_id": lazy_gettext("Only on working days of"),
    "is_on": lazy_gettext("Switched on"),
}


def index(task_id: int | None = None) -> str:
    return _page(task_id)


def save(task_id: int | None = None) -> ResponseReturnValue:
    try:
        task = recurring.save(_facts(), by=person(), task_id=task_id, seen=overtaken.seen())
    except Refused as refusal:
        return _page(task_id, refusal), status_of(refusal)
    flash(_("“%(name)s” is saved.", name=task.title), "success")
    return redirect(url_for("admin.tasks"), 303)


def remove(task_id: int) -> ResponseReturnValue:
    recurring.remove(task_id, by=person())
    flash(_("The task is gone."), "success")
    return redirect(url_for("admin.tasks"), 303)


def _page(task_id: int | None, refusal: Refused | None = None) -> str:
    chosen = recurring.get(task_id) if task_id is not None else None
    empty = {"urgency": Level.LOW, "days": (), "month_day": 1, "at": "08:00", "is_on": True}
    return render_template(
        "admin/tasks.html",
        tasks=[(task, _when(task)) for task in recurring.list_tasks()],
        chosen=chosen,
        typed=vars(_facts()) if refusal else chosen.facts() if chosen else empty,
        **overtaken.state(chosen, _known(chosen), refusal, {**overtaken.LABELS, **NAMES}),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        services=services.list_services(),
        calendars=calendars.list_calendars(),
        weekdays=list(_weekdays().items()),
    )


def _facts() -> TaskFacts:
    form = request.form
    return TaskFacts(
        title=form.get("title", ""),
        text=form.get("text", ""),
        requester=form.get("requester", ""),
        service=form.get("service", ""),
        urgency=form.get("urgency", ""),
        days=tuple(int(day) for day in form.getlist("days") if day.isdecimal()),
        month_day=form.get("month_day", 1, type=int),
        at=form.get("at", ""),
        calendar_id=form.get("calendar_id", None, type=int),
        is_on="is_on" in form,
    )


def _known(task: RecurringTask | None) -> dict[str, object]:
    """The task as its form sends it."""
    facts = task.facts() if task else {}
    return facts | {"days": [str(day) for day in facts.get("days", ())]}


def _when(task: RecurringTask) -> str:
    if task.days:
        days = ", ".join(_weekdays()[day] for day in task.days)
        return _("%(days)s at %(time)s", days=days, time=task.at)
    return _("on day %(n)s of the month at %(time)s", n=task.month_day, time=task.at)


def _weekdays() -> dict[int, str]:
    names = get_day_names("abbreviated", locale=get_locale())
    return {number: names[number] for number in range(7)}
