"""Articles from files and as files. What would happen is shown first, then one button does it."""

from collections.abc import Iterable

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from firstline import clock
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import authors
from incidents.policy import Action, require
from knowledge_base import exporting, folders, indexing
from knowledge_base.errors import ArticleError
from knowledge_base.importing import ImportReport, import_files, import_jsonl
from knowledge_base.models import State
from knowledge_base.storing import Outcome, Plan, Row
from portal.access import person
from portal.errors import status_of
from portal.knowledge import uploads
from portal.knowledge.uploads import Kept
from portal.streaming import piece_by_piece

MOST_SHOWN = 300
ORDER = (Outcome.LEFT_OUT, Outcome.CHANGED, Outcome.ADDED, Outcome.UNCHANGED)
"""Outcomes in which rows are shown: what needs somebody comes first."""
LOOKS = {
    Outcome.LEFT_OUT: ("circle-x", "red", lazy_gettext("Left out")),
    Outcome.CHANGED: ("edit", "azure", lazy_gettext("Changed")),
    Outcome.ADDED: ("plus", "green", lazy_gettext("New")),
    Outcome.UNCHANGED: ("circle-check", "secondary", lazy_gettext("As before")),
}


def page() -> str:
    require(person(), Action.WRITE_ARTICLES)
    return _page()


def look() -> ResponseReturnValue:
    """What the file would add and change."""
    require(person(), Action.WRITE_ARTICLES)
    try:
        token = uploads.keep(request.files.get("file"), person_id=person().id)
        report = _read(uploads.find(token, person_id=person().id), is_dry_run=True)
    except ArticleError as refusal:
        return _page(errors={"file": str(refusal)}), status_of(refusal)
    return _page(report=report, token=token, name=uploads.find(token, person_id=person().id).name)


def run() -> ResponseReturnValue:
    """Take in what was looked at."""
    require(person(), Action.WRITE_ARTICLES)
    try:
        kept = uploads.find(request.form.get("token", ""), person_id=person().id)
        report = _read(kept, is_dry_run=False)
    except ArticleError as refusal:
        return _page(errors={"file": str(refusal)}), status_of(refusal)
    kept.forget()
    return _page(report=report, name=kept.name)


def as_markdown() -> Response:
    require(person(), Action.WRITE_ARTICLES)
    return _download(exporting.to_zip(_addresses()), "zip", "application/zip")


def as_lines() -> Response:
    require(person(), Action.WRITE_ARTICLES)
    lines = (line.encode() for line in exporting.to_jsonl(_addresses()))
    return _download(lines, "jsonl", "application/jsonl")


def progress() -> str:
    """How far the search has got with new and changed articles; asks again until it has all."""
    return render_template("knowledge/_indexing.html", indexing=indexing.progress(), was_busy=True)


def _read(kept: Kept, *, is_dry_run: bool) -> ImportReport:
    plan = Plan(
        is_dry_run=is_dry_run,
        begin_as=_begin_as(),
        author_id=person().id,
        owners={author.email.lower(): author.id for author in authors.list_authors()},
    )
    if kept.path.suffix != ".jsonl":
        return import_files(folders.open_path(kept.path, name=kept.name), plan)
    with kept.path.open(encoding="utf-8-sig", errors="replace") as lines:
        return import_jsonl(lines, plan)


def _begin_as() -> State:
    return State.DRAFT if request.form.get("begin_as") == State.DRAFT else State.PUBLISHED


def _page(
    *,
    report: ImportReport | None = None,
    token: str = "",
    name: str = "",
    errors: dict[str, str] | None = None,
) -> str:
    rows = _rows(report) if report else []
    return render_template(
        "knowledge/exchange.html",
        counts={outcome: report.count(outcome) for outcome in ORDER} if report else {},
        rows=rows[:MOST_SHOWN],
        more=max(0, len(rows) - MOST_SHOWN),
        looks=LOOKS,
        token=token,
        name=name,
        begin_as=_begin_as(),
        errors=errors or {},
        kinds=",".join(sorted(uploads.KINDS)),
    )


def _rows(report: ImportReport) -> list[Row]:
    """Those that tell something; what stays as before is only counted."""
    told = [row for row in report.rows if row.outcome != Outcome.UNCHANGED or row.sentences]
    return sorted(told, key=lambda row: (not row.sentences, ORDER.index(row.outcome)))


def _addresses() -> dict[int, str]:
    return {author.id: author.email for author in authors.list_authors()}


def _download(pieces: Iterable[bytes], suffix: str, media_type: str) -> Response:
    answer = Response(piece_by_piece(iter(pieces)), mimetype=media_type)
    name = _("articles")
    answer.headers.set(
        "Content-Disposition", "attachment", filename=f"{name}-{clock.now():%Y-%m-%d}.{suffix}"
    )
    return answer
