"""What a person decides about who helps: ask a vendor, call the lead. Each is one transaction."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents import routing
from incidents.attachments import StoredFile
from incidents.errors import Invalid, NotFound
from incidents.lifecycle import Change, apply, locked, wait_for_vendor
from incidents.models import Entry, Incident, State
from incidents.people import Person, Team, normalise_address
from incidents.policy import Action, require
from incidents.routing import assignment, vendors
from incidents.routing.models import VendorRequest
from incidents.routing.vendors import Handover
from incidents.standing import require_open


def ask_vendor(
    incident_id: int, slug: str, handover: Handover, *, by: Person, seen: int | None = None
) -> VendorRequest:
    """Write to a vendor and let the incident wait for them; its team keeps it."""
    with locked(incident_id, seen=seen) as (session, incident):
        _require_open(incident, by)
        request = vendors.ask(session, incident, _vendor(session, slug), handover, by=by)
        wait_for_vendor(session, incident, by)
        return request


def hear_vendor(
    session: Session,
    incident: Incident,
    *,
    by: Person,
    given_to_id: int | None,
    text: str,
    files: Sequence[StoredFile] = (),
) -> Entry | None:
    """Take in what a vendor mailed, inside the caller's transaction; None when no vendor speaks.

    `given_to_id` is to whom the signed address was sent that this mail answers. A proven answer lets
    go on what waits for the vendor; the requester and support are heard as themselves, always.
    """
    if by.is_support or by.id == incident.requester_id:
        return None
    asked = vendors.asked_of(session, incident, given_to_id=given_to_id, sender_id=by.id)
    if asked is None:
        return None
    request, is_proven = asked
    entry = vendors.hear(session, incident, request, by=by, text=text, files=files, is_proven=is_proven)
    if is_proven and incident.state == State.WAITING and incident.waiting_on == "vendor":
        apply(session, incident, Change(to=State.IN_PROGRESS), by=None)
    return entry


def call_lead(incident_id: int, *, by: Person, because: str, seen: int | None = None) -> list[str]:
    """Hierarchical escalation by hand; returns the names of who was told."""
    with locked(incident_id, seen=seen) as (session, incident):
        _require_open(incident, by)
        if not because.strip():
            raise Invalid(_("Say in a sentence why the lead is needed."), field="note")
        return [lead.name for lead in routing.call_lead(session, incident, because=because, by=by)]


def give(incident_id: int, address: str, *, by: Person, seen: int | None = None) -> str:
    """Let somebody of support have it, or with an empty address the queue of its team.

    Returns the address of who had it, so that it can be given back.
    """
    with locked(incident_id, seen=seen) as (session, incident):
        require(by, Action.SHARE_OUT)
        _require_open(incident, by)
        chosen = _helper(session, address) if address else None
        had = incident.assignee.email if incident.assignee else ""
        if incident.state == State.OFFERED:
            apply(session, incident, Change(to=State.QUEUED), by=by)
        if chosen is None or chosen.id != incident.assignee_id:
            assignment.give(session, incident, chosen, by=by)
        return had


def _helper(session: Session, address: str) -> Person:
    found = session.scalar(select(Person).where(Person.email == normalise_address(address)))
    if found is None or not found.is_support or not found.active:
        raise Invalid(_("Choose somebody of support."), field="to")
    return found


def _require_open(incident: Incident, by: Person) -> None:
    require(by, Action.WORK, incident)
    require_open(incident)


def _vendor(session: Session, slug: str) -> Team:
    team = session.scalar(select(Team).where(Team.slug == slug, Team.is_vendor))
    if team is None:
        raise NotFound(_("There is no such vendor."))
    return team
