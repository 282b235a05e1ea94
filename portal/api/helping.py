"""Others help with an incident: a team, its lead, a vendor, a swarm."""

from flask.typing import ResponseReturnValue

from firstline.db import db
from firstline.i18n import gettext as _
from incidents import handovers, lifecycle, queue, swarms
from incidents.errors import Conflict, Invalid
from incidents.models import Incident
from incidents.people import Person
from incidents.policy import Action, require
from incidents.routing.vendors import Handover
from incidents.swarms.models import Standing, Swarm
from portal.api import views
from portal.api.bodies import Body, read_body
from portal.api.callers import caller

LEAD, NEXT = "lead", "next_tier"


def escalate(number: str) -> ResponseReturnValue:
    body, me = read_body(), caller()
    incident = _incident(number, me)
    to, note = body.text("to") or NEXT, body.text("note") or ""
    if to == LEAD:
        return {"to": LEAD, "told": handovers.call_lead(incident.id, by=me, because=note)}
    team = lifecycle.escalate(incident.id, by=me, note=note, team_slug=None if to == NEXT else to)
    return {"to": team.slug, "told": []}


def ask_vendor(number: str) -> ResponseReturnValue:
    body, me = read_body(), caller()
    incident = _incident(number, me)
    handover = Handover(subject=body.text("subject") or "", words=body.text("words") or "")
    asked = handovers.ask_vendor(incident.id, body.required_text("vendor"), handover, by=me)
    return views.vendor_request(asked), 201


def show_swarm(number: str) -> ResponseReturnValue:
    incident = _incident(number, caller())
    return {"swarms": [views.swarm(one) for one in swarms.of(db.session(), incident)]}


def start_swarm(number: str) -> ResponseReturnValue:
    """Starts one, or invites into the one that runs."""
    body, me = read_body(), caller()
    incident = _incident(number, me)
    people, teams = body.strings("people"), body.strings("teams")
    if swarms.running(db.session(), incident.id) is None:
        swarms.start(incident.id, by=me, purpose=body.text("purpose") or "", people=people, teams=teams)
    else:
        swarms.invite(incident.id, by=me, people=people, teams=teams)
    return views.swarm(_swarm(incident)), 201


def change_swarm(number: str) -> ResponseReturnValue:
    """One thing at a time: `standing`, `note`, `findings` with the `version` that was read, or `ended`."""
    body, me = read_body(), caller()
    incident = _incident(number, me)
    swarm_id = _swarm(incident).id
    _change(incident, body, me)
    return views.swarm(db.session.get_one(Swarm, swarm_id))


def _change(incident: Incident, body: Body, me: Person) -> None:
    standing, findings, note = body.choice("standing", Standing), body.text("findings"), body.text("note")
    if standing is not None:
        swarms.answer(incident.id, standing, by=me)
    elif findings is not None:
        swarms.write_findings(incident.id, findings, by=me, seen=body.number("version") or 0)
    elif note is not None:
        swarms.note(incident.id, by=me, text=note)
    elif body.flag("ended"):
        swarms.end(incident.id, by=me)
    else:
        raise Invalid(_("Say what changes: standing, findings, note or ended."))


def _incident(number: str, me: Person) -> Incident:
    incident = queue.find(me, number)
    require(me, Action.WORK, incident)
    return incident


def _swarm(incident: Incident) -> Swarm:
    found = swarms.running(db.session(), incident.id)
    if found is None:
        raise Conflict(_("No swarm looks at this incident. Start one."))
    return found
