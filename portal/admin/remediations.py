"""The allow-list of remediations, and their latest runs."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.errors import Invalid, NotFound, Refused
from incidents.remediations import actions, keeping
from incidents.remediations.keeping import BOUNDS, RemediationFacts
from incidents.remediations.models import WEBHOOK, Reach, Remediation
from knowledge_base import articles
from portal.access import person
from portal.admin import overtaken
from portal.errors import status_of
from portal.support import wording
from portal.support.remedies import RESULTS

REACHES = {
    Reach.PERSON: lazy_gettext("the requester's own things"),
    Reach.ITEM: lazy_gettext("the device it is about"),
    Reach.SERVICE: lazy_gettext("the whole service it is about"),
}
NUMBERS = {
    "timeout_s": lazy_gettext("Time-out, in seconds"),
    "hourly_limit": lazy_gettext("Runs an hour"),
    "repeat_limit": lazy_gettext("Runs on the same thing a day"),
    "target_limit": lazy_gettext("Different things a day"),
}
SWITCHES = {
    "is_offered": lazy_gettext("Offer it to the requester"),
    "is_by_rule": lazy_gettext("Run it by itself, for what comes in from now on"),
    "needs_approval": lazy_gettext("A lead approves each run"),
    "is_active": lazy_gettext("In use"),
}
LISTS = ("articles", "categories", "alerts")
TEXTS = ("slug", "name", "offer", "description", "action", "url", "secret", "reach")


def index(remediation_id: int | None = None) -> str:
    return _page(remediation_id)


def save(remediation_id: int | None = None) -> ResponseReturnValue:
    try:
        kept = keeping.save(_facts(), by=person(), remediation_id=remediation_id, seen=overtaken.seen())
    except Refused as refusal:
        return _page(remediation_id, refusal), status_of(refusal)
    flash(_("%(name)s is saved.", name=kept.name), "success")
    return redirect(url_for("admin.remediations"), 303)


def _facts() -> RemediationFacts:
    form = request.form
    return RemediationFacts(
        **{name: form.get(name, "") for name in TEXTS},
        **{name: name in form for name in SWITCHES},
        **{name: _number(name) for name in NUMBERS},
        articles=form.get("articles", "").split(","),
        categories=form.getlist("categories"),
        alerts=form.get("alerts", "").split(","),
    )


def _number(name: str) -> int:
    given = request.form.get(name, "").strip()
    if not given.isdecimal() or len(given) > 6:
        least, most = BOUNDS[name]
        raise Invalid(_("Write a number from %(least)s to %(most)s.", least=least, most=most), field=name)
    return int(given)


def _page(remediation_id: int | None, refusal: Refused | None = None) -> str:
    known = keeping.every()
    chosen = next((one for one in known if one.id == remediation_id), None)
    if remediation_id is not None and chosen is None:
        raise NotFound(_("There is no such remediation any more."))
    return render_template(
        "admin/remediations.html",
        known=known,
        chosen=chosen,
        runs=keeping.lately(),
        RESULTS=RESULTS,
        reaches=REACHES,
        numbers=NUMBERS,
        switches=SWITCHES,
        actions=[WEBHOOK, *actions.plugins()],
        categories=wording.category_names(articles.categories()),
        picked=request.form.getlist("categories") if refusal else chosen.categories if chosen else [],
        **overtaken.state(chosen, _known(chosen), refusal, {**overtaken.LABELS, **NUMBERS, **SWITCHES}),
        typed=request.form if refusal else _form_of(chosen),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )


def _known(chosen: Remediation | None) -> dict[str, object]:
    return {**_form_of(chosen), "categories": chosen.categories if chosen else []}


def _form_of(chosen: Remediation | None) -> Mapping[str, object]:
    shown = chosen or RemediationFacts(slug="", name="")
    texts = {name: getattr(shown, name) for name in TEXTS if name != "secret"}
    return {
        **texts,
        **{name: getattr(shown, name) for name in (*NUMBERS, *SWITCHES)},
        **{name: ", ".join(getattr(shown, name)) for name in LISTS},
    }
