"""Moving in from another desk, looked at first; and everything as a file for whoever moves on."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from email_intake import markup, mbox
from email_intake.models import Mailbox
from firstline import clock
from firstline.app import settings_of
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.errors import Invalid, Refused
from incidents.moving import arriving, django_helpdesk, leaving, tables, zammad
from incidents.moving.arriving import Fate, Line
from incidents.moving.records import Record
from knowledge_base.errors import ArticleError
from portal.access import person
from portal.errors import status_of
from portal.knowledge import uploads
from portal.streaming import piece_by_piece

MOST_SHOWN = 300
CSV = frozenset({".csv", ".tsv", ".txt"})
KINDS = CSV | {".mbox", ".json", ".sqlite3", ".sqlite", ".db"}
FORMS = {
    "people": lazy_gettext("People as CSV"),
    "incidents": lazy_gettext("Incidents as CSV"),
    "mbox": lazy_gettext("Mail as mbox"),
    "zammad": lazy_gettext("Tickets of Zammad as JSON"),
    "django-helpdesk": lazy_gettext("SQLite database of a django-helpdesk"),
}
LOOKS = {
    Fate.SKIPPED: ("circle-x", "red", lazy_gettext("Skipped")),
    Fate.INCIDENT: ("plus", "green", lazy_gettext("New incidents")),
    Fate.PERSON: ("plus", "green", lazy_gettext("New people")),
    Fate.KNOWN: ("circle-check", "secondary", lazy_gettext("Known already")),
}
Do = Callable[..., Iterator[Line]]


def index() -> str:
    return _page()


def look() -> ResponseReturnValue:
    """What the file would make, and what is skipped and why."""
    try:
        token = uploads.keep(request.files.get("file"), person_id=person().id, kinds=KINDS)
        kept = uploads.find(token, person_id=person().id)
        return _page(_run(arriving.look_at, kept.path), token=token, name=kept.name)
    except (ArticleError, Refused) as refusal:
        return _page(error=refusal), status_of(refusal)


def take_in() -> ResponseReturnValue:
    """Take in what was looked at."""
    try:
        kept = uploads.find(request.form.get("token", ""), person_id=person().id)
        lines = _run(arriving.take_in, kept.path)
    except (ArticleError, Refused) as refusal:
        return _page(error=refusal), status_of(refusal)
    kept.forget()
    return _page(lines, name=kept.name)


def export() -> Response:
    pieces = leaving.stream((Mailbox,), by=person())
    answer = Response(piece_by_piece(pieces), mimetype="application/zip")
    name = f"firstline-{clock.now():%Y-%m-%d}.zip"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _run(do: Do, path: Path) -> list[Line]:
    return list(do(_records(path), source=_source(), by=person()))


def _records(path: Path) -> Iterator[Record]:
    zone = ZoneInfo(settings_of(current_app).timezone)
    readers: dict[str, Callable[[], Iterator[Record]]] = {
        "people": lambda: tables.read_people(path.read_bytes()),
        "incidents": lambda: tables.read_incidents(path.read_bytes(), zone),
        "mbox": lambda: mbox.read(path),
        "zammad": lambda: zammad.read(path.read_bytes(), markup.to_text),
        "django-helpdesk": lambda: django_helpdesk.read(f"sqlite:///{path}"),
    }
    if _form() not in readers:
        raise Invalid(_("Choose what the file is."), field="form")
    return readers[_form()]()


def _form() -> str:
    return request.form.get("form", "")


def _source() -> str:
    """The other desk's name; the kind of file, as on the command line, where none is given."""
    kind = "csv" if _form() in {"people", "incidents"} else _form()
    return request.form.get("source", "").strip() or kind


def _page(
    lines: list[Line] | None = None,
    *,
    token: str = "",
    name: str = "",
    error: ArticleError | Refused | None = None,
) -> str:
    told = [line for line in lines or () if line.fate == Fate.SKIPPED or line.why]
    told.sort(key=lambda line: line.fate != Fate.SKIPPED)
    counted = Counter(line.fate for line in lines or ())
    return render_template(
        "admin/moving.html",
        counts={fate: counted[fate] for fate in LOOKS} if lines is not None else {},
        makes=counted[Fate.INCIDENT] + counted[Fate.PERSON],
        rows=told[:MOST_SHOWN],
        more=max(0, len(told) - MOST_SHOWN),
        looks=LOOKS,
        forms=FORMS,
        form=_form(),
        source=request.form.get("source", ""),
        token=token,
        name=name,
        kinds=",".join(sorted(KINDS)),
        errors={error.field or "file": str(error)} if error else {},
    )
