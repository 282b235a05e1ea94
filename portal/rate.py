"""The signed link of a mail that says how it went: the page has the button, then room for words."""

from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from firstline import signing
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import Refused
from incidents.models import Channel, Incident
from incidents.people import Person
from incidents.resolutions import rating
from incidents.resolutions.models import Score
from portal import mail_links
from portal.errors import status_of
from portal.limits import ANSWER, limiter

PURPOSE = "rate"


@dataclass(frozen=True, kw_only=True)
class Link:
    """What a signed link says: this person finds that resolution so good."""

    incident: Incident
    person: Person
    resolution_id: int | None
    score: Score


def link_of(incident: Incident, score: Score) -> str:
    """The token by which the requester rates the present resolution."""
    resolution = rating.resolution_of(db.session(), incident.id)
    said = {"incident": incident.id, "person": incident.requester_id, "resolution": resolution}
    return signing.sign(PURPOSE, {**said, "score": score})


def show(token: str) -> ResponseReturnValue:
    return render_template("employee/rate.html", link=_read(token), token=token)


@limiter.limit(ANSWER)
def give(token: str) -> ResponseReturnValue:
    link = _read(token)
    try:
        given = rating.rate(
            link.incident.id,
            link.score,
            by=link.person,
            channel=Channel.MAIL,
            words=request.form.get("words", ""),
            resolution_id=link.resolution_id,
        )
    except Refused as refusal:
        page = render_template("employee/rate.html", link=link, token=token, refused=refusal.sentence)
        return page, status_of(refusal)
    return render_template("employee/rate.html", link=link, token=token, given=given)


def _read(token: str) -> Link:
    stale = _("This link is too old or was cut short. Sign in to tell us how it went.")
    incident, person, said = mail_links.read(PURPOSE, token, stale=stale)
    return Link(
        incident=incident,
        person=person,
        resolution_id=said["resolution"],
        score=Score(said["score"]),
    )
