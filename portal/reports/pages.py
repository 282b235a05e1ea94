"""The pages of the reports."""

from collections.abc import Sequence
from datetime import date

from flask import render_template, request

from firstline import clock
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import administration, services
from incidents.errors import NotFound
from incidents.reports import annotations, counting, mailing, wording
from incidents.reports.counting import Bar, Dimension
from incidents.reports.figures import BY_SLUG, FIGURES, Figure
from incidents.reports.models import Annotation
from knowledge_base import articles
from portal.access import person
from portal.charts import Column
from portal.display import CHANNELS
from portal.reports import asked, boards, frame

DIMENSIONS = {
    Dimension.CHANNEL: lazy_gettext("By channel"),
    Dimension.CATEGORY: lazy_gettext("By category"),
    Dimension.SERVICE: lazy_gettext("By service"),
    Dimension.TEAM: lazy_gettext("By team"),
    Dimension.PRIORITY: lazy_gettext("By priority"),
}
ON_THE_WALL = ("reports", "resolved", "self_service", "answer_working", "resolve_working", "resolved_in_time")
MOST_BARS = 12
AT_ONCE = 50


def index() -> str:
    question, errors = asked.understood()
    now, before = counting.all_figures(question.scope), counting.all_figures(question.scope.before())
    return render_template(
        "reports/index.html",
        figures=[(one, now[one.slug], before[one.slug]) for one in FIGURES],
        backlog=_backlog(),
        errors=errors,
        since_ever=counting.first_day(),
        boards=boards.of_mine(),
        mails=[(one, frame.filter_words(one)) for one in mailing.wanted_by(person())],
        notes=annotations.within(question.scope),
        **frame.common(question),
    )


def figure(slug: str) -> str:
    """One figure week by week and by everything it can be told apart by."""
    chosen, (question, errors) = _figure(slug), asked.understood()
    weeks = counting.by(chosen, Dimension.WEEK, question.scope)
    names, notes = _names(), annotations.within(question.scope)
    parts = [
        (dimension, label, _named(counting.by(chosen, dimension, question.scope), dimension, names))
        for dimension, label in DIMENSIONS.items()
    ]
    return render_template(
        "reports/figure.html",
        figure=chosen,
        value=counting.all_figures(question.scope)[slug],
        before=counting.all_figures(question.scope.before())[slug],
        columns=(columns := columns_of(weeks, notes)),
        rows_of_weeks=list(zip(weeks, columns, strict=True)),
        parts=parts,
        errors=errors,
        **frame.common(question),
    )


def behind(slug: str) -> str:
    """The incidents that make up a figure."""
    chosen, (question, _errors) = _figure(slug), asked.understood()
    after = request.args.get("after", 0, type=int)
    found = counting.behind(chosen, question.scope, after=after, limit=AT_ONCE)
    return render_template(
        "reports/behind.html",
        figure=chosen,
        incidents=found,
        next=found[-1].id if len(found) == AT_ONCE else None,
        **frame.common(question),
    )


def wall() -> str:
    """For a screen on the wall: today's weeks, large, renewed every minute."""
    question = asked.usual()
    now, before = counting.all_figures(question.scope), counting.all_figures(question.scope.before())
    shown = [(BY_SLUG[slug], now[slug], before[slug]) for slug in ON_THE_WALL]
    return render_template("reports/wall.html", figures=shown, backlog=_backlog(), **frame.common(question))


def columns_of(weeks: list[Bar], notes: Sequence[Annotation]) -> list[Column]:
    """The weeks of a figure as a chart draws them, with what people wrote beside them."""
    return [
        Column(
            bar.key,
            bar.value.number,
            wording.value_words(bar.value),
            wording.short(bar.value),
            tuple(note.text for note in notes if clock.monday(note.on) == bar.key),
        )
        for bar in weeks
        if isinstance(bar.key, date)
    ]


def _figure(slug: str) -> Figure:
    if slug not in BY_SLUG:
        raise NotFound(_("There is no such figure."))
    return BY_SLUG[slug]


def _backlog() -> list[tuple[str, int]]:
    labels = [
        _("up to %(n)s days", n=age.days) if age.days > 1 else _("up to a day") for age in counting.AGES
    ]
    return list(zip([*labels, _("older")], counting.backlog(), strict=True))


def _names() -> dict[Dimension, dict[object, str]]:
    return {
        Dimension.CHANNEL: {value: str(look[1]) for value, look in CHANNELS.items()},
        Dimension.CATEGORY: {one.slug: one.name for one in articles.categories()},
        Dimension.SERVICE: {one.id: one.name for one in services.list_services()},
        Dimension.TEAM: {one.id: one.name for one in administration.list_teams()},
        Dimension.PRIORITY: {number: f"P{number}" for number in range(1, 6)},
    }


def _named(
    bars: list[Bar], dimension: Dimension, names: dict[Dimension, dict[object, str]]
) -> list[tuple[str, Bar]]:
    shown = [(names[dimension].get(bar.key, str(bar.key or _("none"))), bar) for bar in bars]
    return shown[:MOST_BARS]
