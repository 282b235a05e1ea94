"""Alerts where the woken are: the banner on every page of theirs, and the signed link in the mail.

Mail scanners follow links, so opening one changes nothing; its button acknowledges, without sign-in.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline import signing
from firstline.db import db
from firstline.i18n import gettext as _
from incidents import oncall
from incidents.errors import NotFound
from incidents.models import Incident
from incidents.oncall.models import Page
from incidents.people import Person
from incidents.policy import Action, may, require
from portal.access import person, sign_in_first, signed_in_person
from portal.limits import ANSWER, limiter

PURPOSE = "wake"
GOOD_FOR_DAYS = 3

blueprint = Blueprint("wake", __name__, url_prefix="/wake")


@blueprint.app_context_processor
def alerts_of_mine() -> dict[str, object]:
    """`alerts()`: what the person before the page was called for."""
    return {"alerts": _alerts}


@blueprint.get("/mine")
def mine() -> ResponseReturnValue:
    """The banner alone, for pages that stay open."""
    answer = sign_in_first()
    if answer is not None:
        return answer
    require(person(), Action.SEE_QUEUE)
    return render_template("wake/_banner.html")


@blueprint.post("/pages/<int:page_id>")
def acknowledge(page_id: int) -> ResponseReturnValue:
    answer = sign_in_first()
    if answer is not None:
        return answer
    page = oncall.acknowledge(page_id, by=person())
    if request.headers.get("HX-Request"):
        return render_template("wake/_banner.html")
    return redirect(url_for("support.incident", number=page.incident.number), 303)


@blueprint.get("/<token>")
def show(token: str) -> str:
    incident, woken = _read(token)
    return render_template(
        "wake/link.html", incident=incident, woken=woken, token=token, last=_last(incident)
    )


@blueprint.post("/<token>")
@limiter.limit(ANSWER)
def take(token: str) -> ResponseReturnValue:
    incident, woken = _read(token)
    for page in oncall.calling(incident.id):
        oncall.acknowledge(page.id, by=woken)
    return render_template(
        "wake/link.html", incident=incident, woken=woken, token=token, last=_last(incident)
    )


def _alerts() -> list[Page]:
    me = signed_in_person()
    return list(oncall.pages_for(me)) if me is not None and may(me, Action.SEE_QUEUE) else []


def _last(incident: Incident) -> Page | None:
    return next(iter(oncall.pages_of(incident.id)), None)


def _read(token: str) -> tuple[Incident, Person]:
    try:
        said = signing.unsign(PURPOSE, token, max_age_days=GOOD_FOR_DAYS)
    except signing.SignatureInvalid as error:
        raise NotFound(_("This link is too old or was cut short. Sign in to see your alerts.")) from error
    assert isinstance(said, dict), "we sign only links of this form"
    incident, woken = db.session.get(Incident, said["incident"]), db.session.get(Person, said["person"])
    if incident is None or woken is None or not woken.active:
        raise NotFound(_("There is no such alert any more."))
    return incident, woken
