"""A figure, or a board, as a table for a spreadsheet: what the page shows, and the days before."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import Response

from incidents.reports import counting
from incidents.reports.counting import Dimension, Value
from portal.outcomes.sheet import plain
from portal.reports import asked, boards, pages

Line = Sequence[object]


def figure(slug: str) -> Response:
    """Week by week and by everything else; empty where it is not known."""
    chosen, scope = pages.chosen_figure(slug), asked.read().scope
    lines: list[Line] = [("by", "what", chosen.slug, "incidents", "before", "incidents_before")]
    for week in counting.by(chosen, Dimension.WEEK, scope):
        lines.append(("week", week.key, *_cells(week.value)))
    for part in pages.parts_of(chosen, scope):
        lines += [(part.dimension, plain(b.name), *_cells(b.bar.value), *_cells(b.before)) for b in part.bars]
    return attached([written(lines)], f"{chosen.slug}-by")


def board(slug: str) -> Response:
    """Each row with what it is a share of, now and in the days before."""
    chosen = boards.chosen(slug)
    now, before = boards.both(chosen, asked.read().only(chosen.filters).scope)
    return attached(
        [written([("row", "what", "number", "of", "before", "of_before"), *_rows(chosen, now, before)])],
        chosen.slug,
    )


def attached(lines: Iterable[str], name: str) -> Response:
    """An answer that a browser keeps as a file."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)


def written(lines: Iterable[Line]) -> str:
    """As RFC 4180 has it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue()


def _rows(chosen: boards.Board, now: Sequence[boards.Row], before: dict[str, boards.Row]) -> Iterator[Line]:
    for row in now:
        was = before.get(row.key)
        earlier = (was.number, was.of) if was else (None, None)
        yield plain(row.key), plain(str(boards.name_of(chosen, row))), row.number, row.of, *earlier


def _cells(value: Value) -> Line:
    return (value.number, value.count) if value.is_known else (None, None)
