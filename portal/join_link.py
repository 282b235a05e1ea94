"""The signed link of a mail that says whether it is the same as something we know; its page has the button."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import Refused
from incidents.kinship import joining
from incidents.majors import telling
from incidents.models import Incident
from incidents.people import Person
from portal import mail_links
from portal.errors import status_of
from portal.limits import ANSWER, limiter

PURPOSE = "join"


@dataclass(frozen=True, kw_only=True)
class Link:
    """This person says that their incident is, or is not, another one, or that it is a known fault."""

    incident: Incident
    person: Person
    other: Incident | None
    outage_id: int | None
    is_same: bool

    @property
    def goes_on_at(self) -> Incident:
        """Where it goes on for this person: at an earlier one of their own, else where it is."""
        is_own = self.other is not None and self.other.requester_id == self.person.id
        return self.other if self.is_same and is_own and self.other else self.incident


def show(token: str) -> ResponseReturnValue:
    return render_template("employee/join.html", link=_read(token), token=token)


@limiter.limit(ANSWER)
def give(token: str) -> ResponseReturnValue:
    link = _read(token)
    try:
        _act(link)
    except Refused as refusal:
        page = render_template("employee/join.html", link=link, token=token, refused=refusal.sentence)
        return page, status_of(refusal)
    return render_template("employee/join.html", link=_read(token), token=token, was_given=True)


def _act(link: Link) -> None:
    if link.outage_id is not None:
        telling.join(link.incident.id, link.outage_id, by=link.person)
    elif link.other is not None and link.is_same:
        joining.join(link.incident.id, link.other.id, by=link.person)
    elif link.other is not None:
        joining.tell_apart(link.incident.id, link.other.id, by=link.person)


def _read(token: str) -> Link:
    stale = _("This link is too old or was cut short. Reply to the mail instead.")
    incident, person, said = mail_links.read(PURPOSE, token, stale=stale)
    return Link(
        incident=incident,
        person=person,
        other=db.session.get(Incident, said["other"]) if "other" in said else None,
        outage_id=said.get("outage"),
        is_same=bool(said.get("is_same", True)),
    )
