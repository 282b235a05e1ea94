"""One change or one reply for many incidents: chosen in the queue, looked at, done, undone."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.db import db
from firstline.i18n import gettext as _
from incidents import administration, bulk
from incidents.bulk import Deed, Row, Wanted
from incidents.errors import Invalid, Refused
from incidents.models import Incident
from incidents.resolutions import causes
from portal.access import person
from portal.errors import status_of
from portal.support import wording


def show() -> ResponseReturnValue:
    """What to do with those that were chosen; with `look` what it would do to each."""
    try:
        rows = bulk.preview(_chosen(), _wanted(), by=person()) if "look" in request.form else None
    except Refused as refusal:
        return _page(refusal=refusal), status_of(refusal)
    return _page(rows)


def run() -> ResponseReturnValue:
    """Do it; the next page says what became of each."""
    try:
        made = bulk.run(_ids(), _wanted(), by=person())
    except Refused as refusal:
        return _page(refusal=refusal), status_of(refusal)
    return redirect(url_for("support.bulk_done", change_id=made.id), 303)


def done(change_id: int) -> str:
    """What became of each, and the way back."""
    made = bulk.find(change_id, person())
    incidents = {row["incident"]: db.session.get(Incident, row["incident"]) for row in made.rows}
    return render_template("support/bulk_done.html", made=made, incidents=incidents, deeds=_deeds())


def undo(change_id: int) -> ResponseReturnValue:
    try:
        bulk.undo(change_id, by=person())
    except Refused as refusal:
        flash(refusal.sentence, "info")
    return redirect(url_for("support.bulk_done", change_id=change_id), 303)


def _page(rows: list[Row] | None = None, refusal: Refused | None = None) -> str:
    try:
        incidents = _chosen()
    except Invalid as nothing:
        refusal, incidents = refusal or nothing, []
    return render_template(
        "support/bulk.html",
        incidents=incidents,
        rows=rows,
        able=sum(not row.why_not for row in rows or []),
        deeds=_deeds(),
        teams=[team for team in administration.list_teams() if not team.is_vendor],
        resolutions={one.value: wording.resolution_words(one) for one in bulk.RESOLUTIONS},
        causes=causes.list_causes(),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        typed=request.form,
    )


def _deeds() -> dict[str, str]:
    return {
        Deed.TAKE: _("Take them"),
        Deed.HAND_OVER: _("Hand them to a team"),
        Deed.URGENCY: _("Set the urgency"),
        Deed.REPLY: _("Reply to all"),
        Deed.NOTE: _("Note on all"),
        Deed.RESOLVE: _("Resolve them"),
    }


def _wanted() -> Wanted:
    deed, form = request.form.get("deed", ""), request.form
    if deed not in set(Deed):
        raise Invalid(_("Say what to do."), field="deed")
    return Wanted(
        deed=Deed(deed),
        team=form.get("team", ""),
        urgency=form.get("urgency", ""),
        text=form.get("text", "").strip(),
        resolution=form.get("resolution", ""),
        cause=form.get("cause", "").strip(),
        cause_code=form.get("cause_code", ""),
    )


def _chosen() -> list[Incident]:
    return list(bulk.chosen(_ids(), person()))


def _ids() -> list[int]:
    given = request.form.getlist("incident")
    return [int(one) for one in dict.fromkeys(given) if one.isdecimal() and len(one) < 10]
