"""Reports: every figure with its definition, one figure taken apart, the incidents behind it, and a wallboard."""

from flask import Blueprint

from incidents.policy import Action
from portal.access import only_who_may
from portal.reports import annotations, boards, mails, pages, sheet, tables

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
blueprint.before_request(only_who_may(Action.SEE_QUEUE))

GET, POST = ["GET"], ["POST"]
for rule, endpoint, view, methods in (
    ("", "index", pages.index, GET),
    ("/wall", "wall", pages.wall, GET),
    ("/incidents.csv", "sheet", sheet.download, GET),
    ("/annotations", "annotate", annotations.annotate, POST),
    ("/annotations/<int:annotation_id>/remove", "remove_annotation", annotations.remove, POST),
    ("/mails", "begin_mail", mails.begin, POST),
    ("/mails/<int:mailing_id>/stop", "stop_mail", mails.stop, POST),
    ("/boards/<slug>", "board", boards.show, GET),
    ("/boards/<slug>/board.csv", "board_sheet", tables.board, GET),
    ("/boards/<slug>/incidents", "board_behind", boards.behind, GET),
    ("/boards/<slug>/incidents.csv", "board_behind_sheet", sheet.board_behind, GET),
    ("/<slug>", "figure", pages.figure, GET),
    ("/<slug>/figure.csv", "figure_sheet", tables.figure, GET),
    ("/<slug>/incidents", "behind", pages.behind, GET),
    ("/<slug>/incidents.csv", "behind_sheet", sheet.behind, GET),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)
