"""The pages of the reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template, request

from firstline import clock
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import administration, services
from incidents.errors import NotFound
from incidents.reports import annotations, counting, mailing, wording
from incidents.reports.annotations import Mark
from incidents.reports.counting import Bar, Dimension, Value
from incidents.reports.figures import BY_SLUG, FIGURES, Figure
from incidents.reports.scope import Scope
from knowledge_base import articles
from portal import charts
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


@dataclass(frozen=True)
class Beside:
    """A bar with its name, and what it was in the days before."""

    name: str
    bar: Bar
    before: Value


@dataclass(frozen=True)
class Part:
    """A figure by one thing it can be told apart by."""

    dimension: Dimension
    label: object
    bars: list[Beside]


def index() -> str:
    question, errors = asked.understood()
    now, before = counting.all_figures(question.scope), counting.figures_before(question.scope)
    ends = counting.open_at_ends(question.scope)
    return render_template(
        "reports/index.html",
        figures=[(one, now[one.slug], before[one.slug]) for one in FIGURES],
        backlog=_backlog(question.scope),
        open_weeks=_open_weeks(
            ends, annotations.marks(clock.monday(question.scope.since), question.scope.until)
        ),
        open_before=_open_before(question.scope),
        errors=errors,
        boards=boards.of_mine(),
        mails=[(one, frame.filter_words(one)) for one in mailing.wanted_by(person())],
        notes=annotations.within(question.scope),
        **frame.common(question),
    )


def figure(slug: str) -> str:
    """One figure week by week and by everything it can be told apart by."""
    chosen, (question, errors) = chosen_figure(slug), asked.understood()
    weeks = counting.by(chosen, Dimension.WEEK, question.scope)
    marks = annotations.marks(clock.monday(question.scope.since), question.scope.until)
    return render_template(
        "reports/figure.html",
        figure=chosen,
        value=counting.all_figures(question.scope)[slug],
        before=counting.figures_before(question.scope)[slug],
        columns=(columns := columns_of(weeks, marks)),
        rows_of_weeks=list(zip(weeks, columns, strict=True)),
        parts=parts_of(chosen, question.scope),
        most_bars=MOST_BARS,
        errors=errors,
        **frame.common(question),
    )


def behind(slug: str) -> str:
    """The incidents that make up a figure."""
    chosen, (question, _errors) = chosen_figure(slug), asked.understood()
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
    now, before = counting.all_figures(question.scope), counting.figures_before(question.scope)
    shown = [(BY_SLUG[slug], now[slug], before[slug]) for slug in ON_THE_WALL]
    return render_template(
        "reports/wall.html", figures=shown, backlog=_backlog(question.scope), **frame.common(question)
    )


def parts_of(figure: Figure, scope: Scope) -> list[Part]:
    """The figure by everything it can be told apart by, each beside what it was in the days before."""
    names = names_of_keys()
    return [
        Part(dimension, label, _beside(figure, dimension, scope, names[dimension]))
        for dimension, label in DIMENSIONS.items()
    ]


def _beside(figure: Figure, dimension: Dimension, scope: Scope, names: dict[object, str]) -> list[Beside]:
    is_known = counting.is_comparable(scope)
    earlier = counting.by(figure, dimension, scope.before()) if is_known else []
    before = {bar.key: bar.value for bar in earlier}
    none = Value(figure, 0, 0, is_known=is_known)
    return [
        Beside(names.get(bar.key, str(bar.key or _("none"))), bar, before.get(bar.key, none))
        for bar in counting.by(figure, dimension, scope)
    ]


def columns_of(weeks: list[Bar], marks: Sequence[Mark]) -> list[Column]:
    """The weeks of a figure as a chart draws them, with what people wrote beside them."""
    return [
        Column(
            bar.key,
            bar.value.number,
            wording.value_words(bar.value),
            wording.short(bar.value),
            charts.marks_of(bar.key, marks),
        )
        for bar in weeks
        if isinstance(bar.key, date)
    ]


def chosen_figure(slug: str) -> Figure:
    """The figure of this name; raises `NotFound`."""
    if slug not in BY_SLUG:
        raise NotFound(_("There is no such figure."))
    return BY_SLUG[slug]


def _open_weeks(ends: Sequence[tuple[date, int]], marks: Sequence[Mark]) -> list[Column]:
    weeks = [(clock.monday(end), many) for end, many in ends]
    return [
        Column(monday, many, str(many), str(many), charts.marks_of(monday, marks)) for monday, many in weeks
    ]


def _open_before(scope: Scope) -> int | None:
    """How many were open at the end of the days before; None where that is not known."""
    return counting.open_at_ends(scope.before())[-1][1] if counting.is_comparable(scope) else None


def _backlog(scope: Scope) -> list[tuple[str, int]]:
    labels = [
        _("up to %(n)s days", n=age.days) if age.days > 1 else _("up to a day") for age in counting.AGES
    ]
    return list(zip([*labels, _("older")], counting.backlog(scope), strict=True))


def names_of_keys() -> dict[Dimension, dict[object, str]]:
    return {
        Dimension.CHANNEL: {value: str(look[1]) for value, look in CHANNELS.items()},
        Dimension.CATEGORY: {one.slug: one.name for one in articles.categories()},
        Dimension.SERVICE: {one.id: one.name for one in services.list_services()},
        Dimension.TEAM: {one.id: one.name for one in administration.list_teams()},
        Dimension.PRIORITY: {number: f"P{number}" for number in range(1, 6)},
    }
