"""Joining and parting incidents over the interface."""

from flask.typing import ResponseReturnValue

from firstline.db import db
from firstline.i18n import gettext as _
from incidents import queue
from incidents.errors import Invalid
from incidents.kinship import joining, lookalikes, splitting
from incidents.models import Incident, State
from portal.api.bodies import Body, read_body
from portal.api.callers import caller
from portal.api.incidents import whole

HOW = frozenset({"same", "merge", "child"})


def join(number: str) -> ResponseReturnValue:
    """`same` lets the desk choose: one person's are merged, another's follows the earlier one."""
    body, me = read_body(), caller()
    incident = queue.find(me, number)
    how = body.text("how") or "same"
    if how not in HOW:
        raise Invalid(_("“how” must be one of: %(known)s.", known="same, merge, child"), field="how")
    if how == "same":
        joining.join(incident.id, _proposed_or_named(body, incident), by=me)
    elif how == "merge":
        joining.merge(incident.id, joining.other_by_number(me, _other(body)), by=me)
    else:
        follows = body.flag("follows") is not False
        joining.adopt(incident.id, joining.other_by_number(me, _other(body)), by=me, follows=follows)
    return whole(queue.find(me, number))


def apart(number: str) -> ResponseReturnValue:
    """Say that they are not the same, or take back that they were joined."""
    body, me = read_body(), caller()
    incident = queue.find(me, number)
    if _other(body) or (incident.state != State.MERGED and incident.parent_id is None):
        joining.tell_apart(incident.id, _proposed_or_named(body, incident), by=me)
    elif incident.state == State.MERGED:
        joining.split(incident.id, by=me)
    else:
        joining.part(incident.id, by=me)
    return whole(queue.find(me, number))


def split_off(number: str) -> ResponseReturnValue:
    """Words of one entry that tell another trouble become an incident of their own."""
    body, me = read_body(), caller()
    incident = queue.find(me, number)
    entry_id = body.number("entry")
    if entry_id is None:
        raise Invalid(_("“entry” is missing: the id of the words on the timeline."), field="entry")
    title, text = body.text("title") or "", body.text("text") or ""
    opened = splitting.split_off(incident, entry_id, by=me, text=text, title=title)
    return whole(queue.find(me, opened.number)), 201


def _other(body: Body) -> str:
    return body.text("other") or ""


def _proposed_or_named(body: Body, incident: Incident) -> int:
    """Support names the other; who reported it need not know its number: the desk proposed it."""
    if _other(body):
        return joining.other_by_number(caller(), _other(body))
    pair = lookalikes.for_requester(db.session.get_one(Incident, incident.id))
    if pair is None:
        raise Invalid(_("Nothing looks like it. Name the other incident."), field="other")
    return pair.earlier_id
