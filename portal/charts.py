"""Columns by week, for every page that shows a course: one shape, one macro (`charts.html`)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date

from firstline import clock
from firstline.i18n import gettext as _
from incidents.reports.annotations import Mark

HEIGHT = 60
ALL_LABELLED = 14
"""More columns than these leave no room for a number on each: then the highest and the last have one."""


@dataclass(frozen=True)
class Column:
    """One week: its Monday, its number (None: not known), the number in words and short, and marks."""

    monday: date
    number: float | None
    words: str
    short: str
    marks: tuple[str, ...] = ()

    @property
    def begins(self) -> str:
        return begins(self.monday)


@dataclass(frozen=True)
class Drawn:
    """A column as it is drawn; `label` is empty where none fits."""

    column: Column
    height: float
    label: str


def marks_of(monday: date, marks: Iterable[Mark]) -> tuple[str, ...]:
    """What happened in the week, each with its day."""
    return tuple(f"{begins(one.on)}: {one.text}" for one in marks if clock.monday(one.on) == monday)


def begins(monday: date) -> str:
    """The day on which a week begins, short."""
    return str(format_date(monday, _("d MMM"), rebase=False))


def drawn(columns: Sequence[Column]) -> list[Drawn]:
    """Each with its height; the tallest is as high as the chart."""
    known = [one.number for one in columns if one.number is not None]
    most = max(known, default=0) or 1
    labelled = (
        {place for place, one in enumerate(columns) if one.number}
        if len(columns) <= ALL_LABELLED
        else {
            max(range(len(columns)), key=lambda place: columns[place].number or 0),
            max((place for place, one in enumerate(columns) if one.number), default=0),
        }
    )
    return [
        Drawn(one, round(HEIGHT * (one.number or 0) / most, 2), one.short if place in labelled else "")
        for place, one in enumerate(columns)
    ]
