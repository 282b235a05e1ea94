"""The pages of the boards: one question each, its rows, and the incidents behind them."""

from collections.abc import Sequence

from flask import render_template, request, url_for
from flask_babel import format_decimal
from sqlalchemy import Select, select

from chatbot.client import board as chat
from email_intake import board as mail
from firstline.db import db
from firstline.i18n import gettext as _
from firstline.i18n import percent
from incidents.errors import NotFound
from incidents.models import Incident
from incidents.policy import Action, may, require
from incidents.reports import boards, counting, wording
from incidents.reports.boards import (
    Board,
    Row,
    deflection,
    downtime,
    missed,
    noise,
    recurrence,
    satisfaction,
    vendors,
)
from incidents.reports.figures import Unit
from incidents.reports.scope import Scope
from portal.access import person
from portal.reports import asked, frame

BOARDS = {
    board.slug: board
    for board in (
        deflection.BOARD,
        chat.BOARD,
        mail.BOARD,
        missed.BOARD,
        satisfaction.BOARD,
        downtime.BOARD,
        noise.BOARD,
        recurrence.BOARD,
        vendors.BOARD,
    )
}
MORE = {
    deflection.BOARD.slug: ("outcomes.index", Action.WRITE_ARTICLES),
    satisfaction.BOARD.slug: ("support.satisfaction", Action.SEE_SATISFACTION),
    noise.BOARD.slug: ("admin.alerts", Action.ADMINISTER),
    recurrence.BOARD.slug: ("problems.index", Action.SEE_QUEUE),
}
"""Pages that say more, and who may open them."""
AT_ONCE = 50
SHARE, SHARE_OF_TIME = 1, 3
"""Digits behind the point."""


def of_mine() -> list[Board]:
    """The boards this person may see."""
    return [board for board in BOARDS.values() if may(person(), board.allowed)]


def show(slug: str) -> str:
    board, (question, errors) = chosen(slug), asked.understood()
    question = question.only(board.filters)
    now, before = both(board, question.scope)
    return render_template(
        "reports/board.html",
        board=board,
        rows=now,
        before=before,
        most=max((row.number for row in now), default=0) or 1,
        more=_more(board),
        difference=deflection.difference() if board is deflection.BOARD else "",
        name_of=lambda row: name_of(board, row),
        number_words=lambda row: _number(board, row),
        share_words=lambda row: _share(board, row),
        errors=errors,
        **frame.common(question),
    )


def behind(slug: str) -> str:
    """The incidents behind one row."""
    board, (question, _errors) = chosen(slug), asked.understood()
    question, after = question.only(board.filters), request.args.get("after", 0, type=int)
    row = chosen_row(board, question.scope)
    wanted = select(Incident).where(Incident.id.in_(behind_row(board, row, question.scope)))
    wanted = wanted.where(Incident.id < after) if after else wanted
    found = db.session.scalars(wanted.order_by(Incident.id.desc()).limit(AT_ONCE)).all()
    return render_template(
        "reports/board_behind.html",
        board=board,
        name=name_of(board, row),
        key=row.key,
        incidents=found,
        next=found[-1].id if len(found) == AT_ONCE else None,
        **frame.common(question),
    )


def both(board: Board, scope: Scope) -> tuple[Sequence[Row], dict[str, Row]]:
    """The rows of the range, and by their keys those of the days before; none where there was no data yet."""
    now = board.count(boards.span_of(scope))
    earlier = board.count(boards.span_of(scope.before())) if counting.is_comparable(scope) else []
    return now, {row.key: row for row in earlier}


def chosen_row(board: Board, scope: Scope) -> Row:
    """The row that is named in the address; raises `NotFound`."""
    key = request.args.get("row", "")
    row = next((one for one in board.count(boards.span_of(scope)) if one.key == key), None)
    if row is None:
        raise NotFound(_("There is nothing like this in the range. Choose other days."))
    return row


def behind_row(board: Board, row: Row, scope: Scope) -> Select[int]:
    """The ids of the incidents behind it."""
    return board.behind(boards.span_of(scope), row.key)


def name_of(board: Board, row: Row) -> object:
    """What the row is called."""
    return board.words.get(row.key, row.label)


def chosen(slug: str) -> Board:
    """The board of this name, if this person may see it; raises `NotFound`."""
    board = BOARDS.get(slug)
    if board is None:
        raise NotFound(_("There is no such report."))
    require(person(), board.allowed)
    return board


def _more(board: Board) -> str:
    endpoint, action = MORE.get(board.slug, ("", Action.SEE_QUEUE))
    return url_for(endpoint) if endpoint and may(person(), action) else ""


def _share(board: Board, row: Row) -> str:
    """An hour of a year is a small share, and not none."""
    exact = SHARE_OF_TIME if board.unit == Unit.DURATION else SHARE
    return _("not known") if row.share is None else percent(row.share, digits=exact)


def _number(board: Board, row: Row) -> str:
    return wording.length(row.number) if board.unit == Unit.DURATION else str(format_decimal(row.number))
