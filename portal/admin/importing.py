"""Services and configuration items out of a spreadsheet: looked at first; the page keeps the rows for the import."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.catalogue import importing
from incidents.catalogue.importing import COLUMNS, Fate, Line, Sheet
from incidents.errors import Invalid, Refused
from portal.access import person
from portal.errors import status_of


def index() -> str:
    return _page()


def take_in() -> ResponseReturnValue:
    try:
        raw = _raw()
        if request.form.get("do") != "import":
            return _page(importing.look_at(raw, _sheet(), by=person()), text=raw.decode("utf-8-sig"))
        counts = importing.counted(importing.take_in(raw, _sheet(), by=person()))
    except Refused as refusal:
        return _page(refusal=refusal, text=request.form.get("rows", "")), status_of(refusal)
    told = _("%(added)s added, %(changed)s changed.", added=counts[Fate.ADDED], changed=counts[Fate.CHANGED])
    flash(told, "success")
    return redirect(url_for("admin.services"), 303)


def _raw() -> bytes:
    file = request.files.get("file")
    # One byte more than allowed is enough to be refused.
    sent = file.stream.read(importing.MOST_BYTES + 1) if file and file.filename else b""
    return sent or request.form.get("rows", "").encode()


def _sheet() -> Sheet:
    given = request.form.get("sheet", Sheet.SERVICES)
    if given not in set(Sheet):
        raise Invalid(_("Choose what the rows are."), field="sheet")
    return Sheet(given)


def _page(lines: Sequence[Line] = (), *, refusal: Refused | None = None, text: str = "") -> str:
    return render_template(
        "admin/importing.html",
        lines=lines,
        is_whole=bool(lines) and all(line.fate != Fate.REFUSED for line in lines),
        columns=COLUMNS,
        sheet=request.form.get("sheet", Sheet.SERVICES),
        text=text,
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )
