"""The share of reports that is shown no fixes: off, or up to a half."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import holdout
from incidents.errors import Invalid, Refused
from incidents.overtaking import NOTHING_YET
from portal.access import person
from portal.admin import overtaken
from portal.errors import status_of


def show() -> str:
    return _page()


def choose() -> ResponseReturnValue:
    try:
        holdout.choose(_percent(), by=person(), seen=overtaken.seen())
    except Refused as refusal:
        return _page(refusal), status_of(refusal)
    running = holdout.running()
    if running is None:
        flash(_("The hold-out is off. Everybody is shown fixes."), "success")
    else:
        flash(
            _("%(percent)s %% of reports are shown no fixes from now on.", percent=running.percent), "success"
        )
    return redirect(url_for("admin.holdout"), 303)


def _percent() -> int:
    """The chosen share; the button that ends it needs none."""
    if "end" in request.form:
        return 0
    given = request.form.get("percent", "").strip().rstrip("%").strip()
    if not given.isascii() or not given.isdigit():
        raise Invalid(_("Write a whole number from 0 to 50."), field="percent")
    return int(given[:4])


def _page(refusal: Refused | None = None) -> str:
    running = holdout.running()
    return render_template(
        "admin/holdout.html",
        running=running,
        draws=holdout.draws(),
        most=holdout.MOST_PERCENT,
        typed=request.form.get("percent", "") if refusal else str(running.percent if running else 10),
        **overtaken.state(
            running or NOTHING_YET,
            {"percent": str(running.percent if running else 0)},
            refusal,
            {"percent": _("Share of reports that is shown no fixes")},
        ),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )
