"""The pages of the boards: one question each, its rows, and the incidents behind them."""

from flask import render_template, request, url_for
from flask_babel import format_decimal, format_percent
from sqlalchemy import select

from chatbot.client import board as chat
from email_intake import board as mail
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import NotFound
from incidents.models import Incident
from incidents.policy import Action, may, require
from incidents.reports import boards, wording
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


def of_mine() -> list[Board]:
    """The boards this person may see."""
    return [board for board in BOARDS.values() if may(person(), board.allowed)]


def show(slug: str) -> str:
    board, (question, errors) = _board(slug), asked.understood()
    now = board.count(boards.span_of(question.scope))
    before = {row.key: row for row in board.count(boards.span_of(question.scope.before()))}
    return render_template(
        "reports/board.html",
        board=board,
        rows=now,
        before=before,
        most=max((row.number for row in now), default=0) or 1,
        more=_more(board),
        difference=deflection.difference() if board is deflection.BOARD else "",
        name_of=lambda row: board.words.get(row.key, row.label),
        number_words=lambda row: _number(board, row),
        share_words=lambda row: format_percent(row.share, "#,##0.##%"),
        errors=errors,
        **frame.common(question),
    )


def behind(slug: str) -> str:
    """The incidents behind one row."""
    board, (question, _errors) = _board(slug), asked.understood()
    key, after = request.args.get("row", ""), request.args.get("after", 0, type=int)
    span = boards.span_of(question.scope)
    row = next((one for one in board.count(span) if one.key == key), None)
    if row is None:
        raise NotFound(_("There is nothing like this in the range. Choose other days."))
    wanted = select(Incident).where(Incident.id.in_(board.behind(span, key)))
    wanted = wanted.where(Incident.id < after) if after else wanted
    found = db.session.scalars(wanted.order_by(Incident.id.desc()).limit(AT_ONCE)).all()
    return render_template(
        "reports/board_behind.html",
        board=board,
        name=board.words.get(key, row.label),
        key=key,
        incidents=found,
        next=found[-1].id if len(found) == AT_ONCE else None,
        **frame.common(question),
    )


def _board(slug: str) -> Board:
    board = BOARDS.get(slug)
    if board is None:
        raise NotFound(_("There is no such report."))
    require(person(), board.allowed)
    return board


def _more(board: Board) -> str:
    endpoint, action = MORE.get(board.slug, ("", Action.SEE_QUEUE))
    return url_for(endpoint) if endpoint and may(person(), action) else ""


def _number(board: Board, row: Row) -> str:
    return wording.length(row.number) if board.unit == Unit.DURATION else str(format_decimal(row.number))
