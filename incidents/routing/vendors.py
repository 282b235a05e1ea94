"""Vendors work by mail: they see what the hand-over says and nothing else of the incident.

The team keeps the incident; the vendor is asked, and has a clock of their own. What they answer is
for support. Who answers is proven by the address we gave them, never by a number (docs/decisions/0046).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents import notices
from incidents.attachments import StoredFile
from incidents.errors import Conflict, Invalid
from incidents.models import Channel, Entry, Event, Incident, Visibility
from incidents.notices import Topic
from incidents.people import Person, Team, ensure_person
from incidents.routing.models import NAME_LENGTH, VendorRequest
from incidents.timeline import record

MOST_WORDS = 8000


@dataclass(frozen=True, kw_only=True)
class Handover:
    """All that a vendor gets to see: what their mail has as its subject, and its words."""

    subject: str
    words: str


def ask(
    session: Session, incident: Incident, vendor: Team, handover: Handover, *, by: Person
) -> VendorRequest:
    """Write to a vendor, inside the caller's transaction. The caller sets what waits for them."""
    contact = _contact(session, incident, vendor)
    _check(handover)
    now = clock.now()
    request = VendorRequest(
        incident=incident,
        vendor_id=vendor.id,
        vendor_name=vendor.name,
        contact=contact,
        asked_by=by,
        subject=" ".join(handover.subject.split())[:NAME_LENGTH],
        words=handover.words.strip(),
        asked_at=now,
        answer_by=now + timedelta(hours=vendor.answer_hours),
    )
    session.add(request)
    facts: dict[str, object] = {"vendor": vendor.name, "subject": request.subject}
    entry = record(
        session,
        incident,
        Event.VENDOR_ASKED,
        author=by,
        text=request.words,
        facts=facts,
        visibility=Visibility.INTERNAL,
    )
    notices.owe(session, Topic.VENDOR_ASKED, incident, contact, entry=entry)
    return request


def asked_of(
    session: Session, incident: Incident, *, given_to_id: int | None, sender_id: int
) -> tuple[VendorRequest, bool] | None:
    """What a mail answers, and whether that is proven; None when no vendor was asked here.

    Proven is an answer to the address or message that went to the vendor, whoever of theirs wrote
    it. The vendor's own address alone proves nothing: such words are kept, and nothing follows.
    """
    if given_to_id is not None and (request := _latest(session, incident, given_to_id)):
        return request, True
    request = _latest(session, incident, sender_id)
    return (request, False) if request else None


def hear(
    session: Session,
    incident: Incident,
    request: VendorRequest,
    *,
    by: Person,
    text: str,
    files: Sequence[StoredFile] = (),
    is_proven: bool,
) -> Entry:
    """Keep a vendor's words for support, inside the caller's transaction, and tell whoever waits for them."""
    facts: dict[str, object] = {"vendor": request.vendor_name} | ({} if is_proven else {"unverified": True})
    entry = record(
        session,
        incident,
        Event.VENDOR_ANSWERED,
        author=by,
        text=text,
        facts=facts,
        visibility=Visibility.INTERNAL,
        channel=Channel.MAIL,
        files=files,
    )
    if is_proven:
        request.answered_at = request.answered_at or clock.now()
    reader = incident.assignee or request.asked_by
    if reader is not None:
        notices.owe(session, Topic.COMMENTED, incident, reader, entry=entry)
    return entry


def requests_of(session: Session, incident: Incident) -> Sequence[VendorRequest]:
    """What vendors were asked about this incident, latest first."""
    asked = select(VendorRequest).where(VendorRequest.incident_id == incident.id)
    return session.scalars(asked.order_by(VendorRequest.id.desc())).all()


def _latest(session: Session, incident: Incident, contact_id: int) -> VendorRequest | None:
    asked = select(VendorRequest).where(
        VendorRequest.incident_id == incident.id, VendorRequest.contact_id == contact_id
    )
    found: VendorRequest | None = session.scalar(asked.order_by(VendorRequest.id.desc()).limit(1))
    return found


def _contact(session: Session, incident: Incident, vendor: Team) -> Person:
    if not vendor.is_vendor or not vendor.email:
        raise Invalid(_("%(team)s is no vendor with an address.", team=vendor.name), field="vendor")
    contact = ensure_person(session, vendor.email, name=vendor.name)
    if contact.id == incident.requester_id or contact.is_support:
        raise Conflict(_("%(address)s is not only the vendor's. Correct it in set-up.", address=vendor.email))
    if contact.is_undeliverable:
        raise Conflict(
            _("Mail to %(address)s comes back. Correct the vendor's address in set-up.", address=vendor.email)
        )
    return contact


def _check(handover: Handover) -> None:
    if not handover.words.strip():
        raise Invalid(
            _("Say in a sentence what you found and tried: the next tier starts from it."), field="note"
        )
    if len(handover.words) > MOST_WORDS:
        raise Invalid(_("A hand-over has at most %(most)s characters.", most=MOST_WORDS), field="note")
    if not handover.subject.strip():
        raise Invalid(_("Give the vendor a subject that tells no more than they may know."), field="subject")
