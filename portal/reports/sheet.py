"""The rows behind the figures for a spreadsheet, streamed: a million of them fit."""

from collections.abc import Iterator

from flask import Flask, Response, current_app

from incidents.reports import counting, rows
from incidents.reports.models import Fact
from incidents.reports.rows import Batches
from portal.reports import asked, boards, pages, tables


def download() -> Response:
    """One line an incident of the range; what cannot be known is an empty cell, never 0."""
    return _streamed("incidents", rows.that_are(asked.read().scope.conditions(Fact.opened_on)))


def behind(slug: str) -> Response:
    """One line an incident that a figure is made of."""
    figure = pages.chosen_figure(slug)
    return _streamed(figure.slug, rows.that_are(counting.made_of(figure, asked.read().scope)))


def board_behind(slug: str) -> Response:
    """One line an incident behind a row of a board."""
    board = boards.chosen(slug)
    scope = asked.read().only(board.filters).scope
    row = boards.chosen_row(board, scope)
    return _streamed(board.slug, rows.of(boards.behind_row(board, row, scope)))


def _streamed(name: str, batches: Batches) -> Response:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return tables.attached(_lines(app, batches), name)


def _lines(app: Flask, batches: Batches) -> Iterator[str]:
    """Each batch in a context of its own: the reader may take its time between two."""
    yield tables.written([rows.NAMES])
    last = 0
    while True:
        with app.app_context():
            batch, reached = batches(last)
        if reached == last:
            return
        last = reached
        yield tables.written(batch)
