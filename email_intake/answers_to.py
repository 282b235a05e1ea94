"""Where answers go when a mail asks for another address than its own (case 18).

Who somebody is says From; Reply-To only moves the answers. That is believed of a stranger whom our mail
server vouches for, of one at the same domain, and of a form that writes as nobody; never of people
with an account, whose address we know: else a forged From would carry their news elsewhere.
"""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from email_intake import addresses
from email_intake.case import Case
from email_intake.signs import NO_REPLY
from firstline.db import db
from incidents.models import Entry, Incident
from incidents.notices import Notice
from incidents.people import ADDRESS_LENGTH, Role

FACT = "reply_to"
FIRST_FACTS = (
    select(Entry.facts).where(Entry.incident_id == bindparam("incident_id")).order_by(Entry.id).limit(1)
)


def remember(session: Session, case: Case, incident: Incident) -> None:
    """Keep the address beside the report that named it."""
    asked = _asked_for(case)
    if not asked:
        return
    first = select(Entry).where(Entry.incident_id == incident.id).order_by(Entry.id).limit(1)
    entry = session.scalar(first)
    if entry is not None:
        entry.facts = {**entry.facts, FACT: asked}


def address_of(notice: Notice) -> str:
    """The address this notice is sent to."""
    person = notice.recipient
    if person.role != Role.CONTACT or notice.incident.requester_id != person.id:
        return person.email
    first = db.session.scalar(FIRST_FACTS, {"incident_id": notice.incident_id}) or {}
    return str(first.get(FACT) or person.email)


def _asked_for(case: Case) -> str:
    asked, sender = case.mail.reply_to, case.sender
    if asked is None or asked.address == sender.address or case.role not in {"", Role.CONTACT}:
        return ""
    if not asked.is_deliverable or len(asked.address) > ADDRESS_LENGTH or addresses.is_ours(asked.address):
        return ""
    is_near = asked.address.rpartition("@")[2] == sender.address.rpartition("@")[2]
    believed = is_near or case.verdict.is_verified or NO_REPLY.match(sender.address)
    return asked.address if believed else ""
