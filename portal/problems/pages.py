"""What one sees of problems."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.db import db
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import people, queue, services
from incidents.errors import Refused
from incidents.models import Incident, number_of
from incidents.policy import Action, may
from incidents.problems import proposals, recurrence, table, watch, work
from incidents.problems.models import Happening, Note, Problem, Standing
from incidents.problems.recurrence import Week
from incidents.reports import annotations
from knowledge_base import articles
from portal import charts
from portal.access import person
from portal.charts import Column

STANDINGS = {
    Standing.INVESTIGATED: ("search", "blue", lazy_gettext("Looked into")),
    Standing.KNOWN_ERROR: ("bulb", "yellow", lazy_gettext("Known error")),
    Standing.FIXED: ("tool", "azure", lazy_gettext("Cured, watched")),
    Standing.CLOSED: ("archive", "secondary", lazy_gettext("Closed")),
    Standing.MERGED: ("git-merge", "secondary", lazy_gettext("Merged")),
}
"""Icon, colour and word of where a problem stands."""

SAYINGS = {
    Happening.OPENED: lazy_gettext("opened it"),
    Happening.CHANGED: lazy_gettext("changed what is known"),
    Happening.LINKED: lazy_gettext("linked"),
    Happening.UNLINKED: lazy_gettext("took out"),
    Happening.KNOWN: lazy_gettext("made it a known error: the workaround is offered to everybody"),
    Happening.FIXED: lazy_gettext("declared it cured"),
    Happening.CLOSED: lazy_gettext("closed it"),
    Happening.REOPENED: lazy_gettext("opened it again"),
    Happening.MERGED: lazy_gettext("merged"),
}


def index() -> str:
    """`?standing=` keeps one kind."""
    wanted = request.args.get("standing", "")
    standing = Standing(wanted) if wanted in set(Standing) - {Standing.MERGED} else None
    worth, others = ([], []) if standing else proposals.worth_it(person())
    return render_template(
        "problems/index.html",
        problems=work.listed(person(), standing),
        standing=standing,
        standings=STANDINGS,
        proposals=worth,
        below_the_bar=others,
        newest=proposals.newest_of([*worth, *others]),
        bar={"minutes": proposals.WORTH_MINUTES, "people": proposals.WORTH_PEOPLE},
        dismissed=request.args.get("dismissed", type=int),
    )


def new() -> str:
    """`?incident=INC-000123` begins from that incident."""
    given = request.args.get("incident", "")
    incident = queue.find(person(), given) if given else None
    return form(from_incident=incident)


def show(number: str) -> ResponseReturnValue:
    problem = work.find(person(), number)
    if problem.number != number:
        return redirect(url_for("problems.problem", number=problem.number))
    return page(problem)


def form(refusal: Refused | None = None, from_incident: Incident | None = None) -> str:
    """The empty form, or what was typed into it."""
    begun = {"title": from_incident.title, "symptoms": from_incident.description} if from_incident else {}
    if from_incident and from_incident.service:
        begun["service"] = from_incident.service.slug
    return render_template(
        "problems/new.html",
        typed=request.form if refusal else begun,
        incident=from_incident,
        **_choices(),
        **_refused(refusal),
    )


def page(problem: Problem, refusal: Refused | None = None) -> str:
    """One problem; with a refusal it keeps what was typed."""
    is_form = refusal is not None and "title" in request.form
    return render_template(
        "problems/problem.html",
        problem=problem,
        typed=request.form if is_form else _known(problem),
        note=request.form.get("note", "") if refusal and not is_form else "",
        standings=STANDINGS,
        ways=table.ways(problem),
        may_publish=may(person(), Action.WRITE_ARTICLES),
        people_again=watch.since_the_cure(db.session(), problem),
        watch_days=watch.WATCH_FOR.days,
        weeks=(weeks := recurrence.by_week(problem)),
        columns=columns(weeks),
        drawn=charts.drawn,
        begins=charts.begins,
        saying=saying,
        **_choices(),
        **_refused(refusal),
    )


def columns(weeks: list[Week]) -> list[Column]:
    """The weeks as a chart draws them, marked with the cures and with what happened meanwhile."""
    if not weeks:
        return []
    beside = annotations.marks(weeks[0].monday, weeks[-1].monday + recurrence.WEEK)
    return [
        Column(
            week.monday,
            week.incidents,
            str(week.incidents),
            str(week.incidents),
            (
                *(_("%(day)s: cured", day=charts.begins(on)) for on in week.cured_on),
                *charts.marks_of(week.monday, beside),
            ),
        )
        for week in weeks
    ]


def saying(note: Note) -> str:
    """Who did what, with the numbers it was about."""
    who = note.author.name if note.author else _("The desk")
    about = [number_of(one) for one in note.facts.get("incidents", [])]  # type: ignore[attr-defined]
    about += [str(note.facts[name]) for name in ("into", "from") if name in note.facts]
    return " ".join([who, str(SAYINGS[Happening(note.happening)]), *about])


def _known(problem: Problem) -> dict[str, str]:
    return {
        **{name: getattr(problem, name) for name in ("title", *work.TEXTS, "category")},
        "service": problem.service.slug if problem.service else "",
        "owner": str(problem.owner_id or ""),
    }


def _choices() -> dict[str, object]:
    return {
        "services": services.list_services(),
        "categories": articles.categories(),
        "owners": people.supporters(),
    }


def _refused(refusal: Refused | None) -> dict[str, object]:
    return {"errors": {refusal.field or "": refusal.sentence} if refusal else {}, "refusal": refusal}
