"""How long a resolution may be objected to, and the list of causes."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.errors import Invalid, Refused
from incidents.resolutions import acceptance, causes
from incidents.resolutions.acceptance import Rule
from incidents.resolutions.models import CauseCode
from portal.access import person
from portal.admin import overtaken
from portal.errors import status_of

RULE = {
    "close_after_days": lazy_gettext("Close after working days"),
    "reopen_within_days": lazy_gettext("Reopen within working days"),
}
CAUSE = {"name": lazy_gettext("Name"), "is_active": lazy_gettext("offered")}


def show() -> str:
    return _page()


def choose() -> ResponseReturnValue:
    try:
        wanted = Rule(_days("close_after_days"), _days("reopen_within_days"))
        acceptance.choose(wanted, by=person(), seen=overtaken.seen())
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
            seen=overtaken.seen(),
        )
    except Refused as refusal:
        return _page(refusal, slug), status_of(refusal)
    flash(_("%(name)s is saved.", name=saved.name), "success")
    return redirect(url_for("admin.closing", _anchor="causes"), 303)


def _days(field: str) -> int:
    given = request.form.get(field, "").strip()
    if not given.isascii() or not given.isdecimal():
        raise Invalid(_("Write the working days as a whole number, such as 5."), field=field)
    return int(given[:4])


def _page(refusal: Refused | None = None, slug: str | None = None) -> str:
    """The page; `slug` is the cause that was to be changed when it was refused."""
    rule = acceptance.rule()
    kept = causes.list_causes(with_retired=True)
    of_rule = refusal if "close_after_days" in request.form else None
    return render_template(
        "admin/closing.html",
        rule=rule,
        closing=overtaken.state(vars(rule), vars(rule), of_rule, RULE),
        marks={one.slug: _state(one, refusal if one.slug == slug else None) for one in kept},
        least=acceptance.LEAST,
        most=acceptance.MOST,
        causes=kept,
        changing=slug if refusal else None,
        typed=request.form if refusal else {},
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )


def _state(cause: CauseCode, refusal: Refused | None) -> dict[str, object]:
    known = {"name": cause.name, "is_active": cause.is_active}
    return overtaken.state(cause, known, refusal, CAUSE)
