"""The signed link of a mail: the page says what will happen, its button does it. No sign-in needed.

Mail scanners follow links, so opening one changes nothing.
"""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import lifecycle, selfhelp
from incidents.errors import Refused
from incidents.lifecycle import Change
from incidents.models import Incident, State
from incidents.people import Person
from incidents.resolutions import rating
from incidents.resolutions.models import Score
from portal import join_link, mail_links, rate
from portal.limits import ANSWER, limiter

PURPOSE = "answer"

blueprint = Blueprint("answer", __name__, url_prefix="/answer")


blueprint.add_url_rule("/rate/<token>", "rating", rate.show, methods=["GET"])
blueprint.add_url_rule("/rate/<token>", "give_rating", rate.give, methods=["POST"])
blueprint.add_url_rule("/join/<token>", "joining", join_link.show, methods=["GET"])
blueprint.add_url_rule("/join/<token>", "join", join_link.give, methods=["POST"])


@dataclass(frozen=True, kw_only=True)
class Link:
    """What a signed link says: this person finds this incident solved (by that article) or not."""

    incident: Incident
    person: Person
    is_solved: bool
    article_id: int | None

    @property
    def confirms(self) -> bool:
        return self.is_solved and self.incident.state == State.RESOLVED

    @property
    def is_done(self) -> bool:
        """Whether the incident stands already as the link would have it."""
        closed = {State.CLOSED, State.CANCELLED, State.MERGED}
        return self.incident.state in closed and self.is_solved


@blueprint.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    return render_template("employee/answer.html", link=_read(token), token=token)


@blueprint.post("/<token>")
@limiter.limit(ANSWER)
def give(token: str) -> ResponseReturnValue:
    link = _read(token)
    try:
        _act(link)
    except Refused as refusal:
        return render_template("employee/answer.html", link=link, token=token, refused=refusal.sentence), 409
    return render_template(
        "employee/answer.html", link=link, token=token, was_given=True, ratings=_ratings(link.incident)
    )


def _ratings(incident: Incident) -> dict[Score, str]:
    """The tokens by which they may say at once how it went."""
    if not rating.may_be_rated(incident) or rating.of_present(incident) is not None:
        return {}
    return {score: rate.link_of(incident, score) for score in Score}


def _act(link: Link) -> None:
    if link.is_done:
        return
    if link.confirms:
        lifecycle.change(link.incident.id, Change(to=State.CLOSED), by=link.person)
        return
    selfhelp.tell_outcome(
        link.incident.id,
        by=link.person,
        solved=link.is_solved,
        article_id=link.article_id,
        note=request.form.get("note", "").strip(),
    )


def _read(token: str) -> Link:
    stale = _("This link is too old or was cut short. Sign in to answer, or reply to the mail.")
    incident, person, said = mail_links.read(PURPOSE, token, stale=stale)
    return Link(
        incident=incident, person=person, is_solved=bool(said["solved"]), article_id=said.get("article")
    )
