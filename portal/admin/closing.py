"""How long a resolution may be objected to, and the list of causes."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.errors import Invalid, Refused
from incidents.resolutions import acceptance, causes
from incidents.resolutions.acceptance import Rule
from portal.access import person
from portal.errors import status_of


def show() -> str:
    return _page()


def choose() -> ResponseReturnValue:
    try:
        acceptance.choose(Rule(_days("close_after_days"), _days("reopen_within_days")), by=person())
    except Refused as refusal:
        return _page(refusal), status_of(refusal)
    flash(_("Saved. It holds for what is resolved or closed from now on."), "success")
    return redirect(url_for("admin.closing"), 303)


def save_cause(slug: str | None = None) -> ResponseReturnValue:
    try:
        saved = causes.save_cause(
            request.form.get("name", ""),
            by=person(),
            slug=slug,
            is_active=slug is None or "is_active" in request.form,
        )
    except Refused as refusal:
        return _page(refusal), status_of(refusal)
    flash(_("%(name)s is saved.", name=saved.name), "success")
    return redirect(url_for("admin.closing", _anchor="causes"), 303)


def _days(field: str) -> int:
    given = request.form.get(field, "").strip()
    if not given.isascii() or not given.isdecimal():
        raise Invalid(_("Write the working days as a whole number, such as 5."), field=field)
    return int(given[:4])


def _page(refusal: Refused | None = None) -> str:
    return render_template(
        "admin/closing.html",
        rule=acceptance.rule(),
        least=acceptance.LEAST,
        most=acceptance.MOST,
        causes=causes.list_causes(with_retired=True),
        typed=request.form if refusal else {},
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )
