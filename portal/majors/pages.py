"""Each page asks the domain; a refusal keeps what was typed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from incidents import administration, queue
from incidents.catalogue import explaining
from incidents.errors import Invalid, Refused
from incidents.majors import leading, telling
from incidents.majors.leading import Declaration
from incidents.majors.models import Major
from incidents.models import Incident
from incidents.people import Person
from incidents.trends import watching
from portal.access import person
from portal.errors import status_of
from portal.majors import trend

NEWS_IN = (15, 30, 60, 120, 240)
"""In how many minutes the next news may be promised."""


def index() -> str:
    return render_template("majors/index.html", majors=leading.lately())


def new(number: str) -> str:
    return _new(queue.find(person(), number))


def declare(number: str) -> ResponseReturnValue:
    incident, form = queue.find(person(), number), request.form
    try:
        told = Declaration(
            title=form.get("title", ""),
            site=form.get("site", ""),
            commander=_support("commander") or person(),
            speaker=_support("speaker"),
            next_update_at=_next(),
        )
        major = leading.declare(incident.id, told, by=person())
    except Refused as refusal:
        return _new(incident, refusal), status_of(refusal)
    flash(_("Declared. Everybody concerned reads of it now."), "success")
    return redirect(url_for("majors.major", major_id=major.id), 303)


def propose(number: str) -> ResponseReturnValue:
    incident = queue.find(person(), number)
    major = leading.propose(incident.id, because=_("%(name)s thinks so.", name=person().name), by=person())
    return redirect(url_for("majors.major", major_id=major.id), 303)


def show(major_id: int) -> str:
    return _page(major_id)


def tell(major_id: int) -> ResponseReturnValue:
    try:
        told = telling.tell(major_id, request.form.get("text", ""), next_update_at=_next(), by=person())
    except Refused as refusal:
        return _page(major_id, refusal), status_of(refusal)
    flash(_("Told. %(n)s people hear it in their own channel.", n=told), "success")
    return redirect(url_for("majors.major", major_id=major_id), 303)


def hang_on(major_id: int) -> ResponseReturnValue:
    try:
        incident = queue.find(person(), request.form.get("incident", ""))
        telling.hang_on(major_id, incident.id, by=person())
    except Refused as refusal:
        return _page(major_id, Invalid(refusal.sentence, field="incident")), status_of(refusal)
    return redirect(url_for("majors.major", major_id=major_id), 303)


def decline(major_id: int) -> ResponseReturnValue:
    leading.decline(major_id, by=person())
    return redirect(url_for("majors.index"), 303)


def end(major_id: int) -> ResponseReturnValue:
    try:
        leading.end(major_id, note=request.form.get("note", ""), by=person())
    except Refused as refusal:
        return _page(major_id, refusal), status_of(refusal)
    flash(_("It is over. Everybody concerned is asked whether it works for them."), "success")
    return redirect(url_for("majors.major", major_id=major_id), 303)


def _may_be_part(major: Major, explained: Sequence[Incident]) -> list[Incident]:
    """What a trend rests on, then what a dependency explains; the incident itself is no part of it."""
    found = watching.of_major(major.id)
    rests_on = watching.behind(found) if found else []
    return [one for one in dict.fromkeys([*rests_on, *explained]) if one.id != major.incident_id]


def _support(field: str) -> Person | None:
    given = request.form.get(field, "")
    if not given:
        return None
    if not given.isdecimal():
        raise Invalid(_("Choose somebody of the list."), field=field)
    return administration.find_person(int(given[:9]))


def _next() -> datetime:
    given = request.form.get("news_in", "")
    if given not in {str(minutes) for minutes in NEWS_IN}:
        raise Invalid(_("Say when people hear more."), field="news_in")
    return clock.now() + timedelta(minutes=int(given))


def _new(incident: Incident, refusal: Refused | None = None) -> str:
    team = {member.id: member for team in administration.list_teams() for member in team.members}
    team[person().id] = person()
    return render_template(
        "majors/new.html",
        incident=incident,
        people=sorted(team.values(), key=lambda one: one.name),
        news_in=NEWS_IN,
        typed=request.form if refusal else {"title": incident.title, "news_in": "30"},
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )


def _page(major_id: int, refusal: Refused | None = None) -> str:
    major = leading.find(major_id)
    reports = leading.reports_of(db.session(), major)
    known = {report.id for report in reports}
    explained = explaining.proposed_children(major.incident)
    return render_template(
        "majors/major.html",
        major=major,
        reports=reports,
        **trend.for_page(major_id),
        proposed=[one for one in _may_be_part(major, explained) if one.id not in known],
        explained={one.id for one in explained},
        news_in=NEWS_IN,
        typed=request.form if refusal else {},
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )
