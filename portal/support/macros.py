"""Macros: used on an incident with one key, and kept in order on a page of their own."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.automation import deeds, macros
from incidents.automation.models import Macro
from incidents.errors import Refused
from incidents.models import Incident
from portal.access import person
from portal.admin.automation import choices, given_deeds
from portal.errors import status_of
from portal.support.actions import do


def use(number: str, macro_id: int) -> ResponseReturnValue:
    def run(incident: Incident, seen: int | None) -> None:
        did = macros.run(macro_id, incident.id, by=person(), seen=seen)
        flash("; ".join(did) or _("Nothing was left to do."), "success")

    return do(number, "macro", run)


def index() -> str:
    return _page()


def save() -> ResponseReturnValue:
    form, given = request.form, request.form.get("id", "")
    macro_id = int(given) if given.isdecimal() else None
    try:
        fields = {"name": form.get("name", ""), "given": given_deeds(), "is_shared": "shared" in form}
        macros.save(person(), macro_id=macro_id, **fields)  # type: ignore[arg-type]
    except Refused as refusal:
        return _page(refusal), status_of(refusal)
    flash(_("Kept."), "success")
    return redirect(url_for("support.macros"), 303)


def drop(macro_id: int) -> ResponseReturnValue:
    macros.drop(person(), macro_id)
    flash(_("The macro is gone."), "success")
    return redirect(url_for("support.macros"), 303)


def words(macro: Macro) -> str:
    """What a macro does, in words."""
    return "; ".join(map(deeds.sentence, macro.deeds))


def _page(refusal: Refused | None = None) -> str:
    me, chosen = person(), request.args.get("id", "")
    one = macros.find(me, int(chosen)) if chosen.isdecimal() else None
    return render_template(
        "support/macros.html",
        macros=[(each, words(each), macros.may_change(me, each)) for each in macros.list_macros(me)],
        deeds=deeds.DEEDS,
        choices=choices(by_person=True),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        typed=_typed() if refusal else _form_of(one),
    )


def _typed() -> dict[str, object]:
    form = request.form
    does = {one["do"]: one["value"] for one in given_deeds()}
    return {"id": form.get("id", ""), "name": form.get("name", ""), "shared": "shared" in form, "does": does}


def _form_of(macro: Macro | None) -> dict[str, object]:
    if macro is None:
        return {"id": "", "name": "", "shared": True, "does": {}}
    does = {one["do"]: one["value"] for one in macro.deeds}
    return {"id": macro.id, "name": macro.name, "shared": macro.is_shared, "does": does}
