"""The rows behind the figures for a spreadsheet, streamed: a million of them fit."""

import csv
import io
from collections.abc import Iterator

from flask import Flask, Response, current_app

from incidents.reports import rows
from incidents.reports.scope import Scope
from portal.reports import asked

AT_ONCE = 1_000


def download() -> Response:
    """One line an incident of the range; what cannot be known is an empty cell, never 0."""
    lines = _lines(current_app._get_current_object(), asked.read().scope)  # type: ignore[attr-defined]
    headers = {"Content-Disposition": 'attachment; filename="incidents.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)


def _lines(app: Flask, scope: Scope) -> Iterator[str]:
    """Each batch in a context of its own: the reader may take its time between two."""
    yield _written([rows.NAMES])
    last = 0
    while True:
        with app.app_context():
            batch, last = rows.batch(scope, after=last, size=AT_ONCE)
        if not batch:
            return
        yield _written(batch)


def _written(lines: list[rows.Row]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue()
