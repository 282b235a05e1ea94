"""Our own addresses and Message-IDs: made here, recognised here, proven by a signature.

A guessable number is never a credential (rule 5): everything that threads a mail onto an incident
carries a MAC, compared in constant time.
"""

import re
from dataclasses import dataclass
from hmac import compare_digest
from time import monotonic

from flask import current_app, g
from sqlalchemy import select

from email_intake.models import Mailbox
from firstline.db import db
from firstline.signing import mac_matches, short_mac
from incidents.models import Incident, number_of

REPLY = "mail-reply"
NOTICE = "mail-notice"
SUBJECT = "mail-subject"
RETURN = "mail-return"
LOOP = "mail-loop"
LOOP_HEADER = "X-Firstline-Loop"
TAG = re.compile(r"\Ainc-(\d{1,9})\.(\d{1,9})\.([0-9a-f]{16})\Z", re.IGNORECASE)
RETURN_TAG = re.compile(r"\Areturn-(\d{1,9})\.(\d{1,12})\.([0-9a-f]{16})\Z", re.IGNORECASE)
OUR_ID = re.compile(r"inc-(\d{1,9})\.notice-(\d{1,12})\.([0-9a-f]{16})@", re.IGNORECASE)
BROKEN = re.compile(r"=?\r?\n[ \t>]*|[ \t]+")
"""Where a returned header may have been torn apart (case 61)."""
MARKER = re.compile(r"\[ref:(\d{1,9})\.(\d{1,12})\.([0-9a-f]{16})\]", re.IGNORECASE)
SUBJECT_TAG = re.compile(r"\[INC-(\d{1,9})-([0-9a-f]{10})\]", re.IGNORECASE)
SUBJECT_MAC = 10
"""40 bits are enough here: the sender must also take part, and each guess costs a mail."""
KNOWN_FOR_S = 5.0
"""How long the addresses of the mailboxes are believed without asking the database."""


@dataclass(frozen=True)
class Proof:
    """What a valid signature says: which incident, and by which notice or to whom (None where not said)."""

    incident_id: int
    person_id: int | None = None
    notice_id: int | None = None


def helpdesk() -> str:
    """The address people write to."""
    address: str = current_app.config["SETTINGS"].helpdesk_address
    return address


def domain() -> str:
    return helpdesk().rpartition("@")[2]


def is_ours(address: str) -> bool:
    """Whether this is the helpdesk's address or a mailbox's, with or without a tag."""
    return untagged(address.casefold()) in intake()


def intake() -> frozenset[str]:
    """Every address whose mail comes back to us: what we send there would go round (case 54)."""
    read_at, known = g.get("firstline_intake", (0.0, None))
    if known is None or monotonic() - read_at > KNOWN_FOR_S:
        boxes = db.session.scalars(select(Mailbox.address).where(Mailbox.address != ""))
        known = frozenset([helpdesk().casefold(), *(untagged(one.casefold()) for one in boxes)])
        g.firstline_intake = (monotonic(), known)
    return frozenset(known)


def reply_address(incident_id: int, person_id: int) -> str:
    """Where one person answers about one incident: `helpdesk+INC-000123.45.MAC@example.com`."""
    local, _, host = helpdesk().rpartition("@")
    mac = short_mac(REPLY, f"{incident_id}/{person_id}")
    return f"{local}+{number_of(incident_id)}.{person_id}.{mac}@{host}"


def read_reply_address(address: str) -> Proof | None:
    """What a tagged address of ours proves, None if it is not ours or not signed by us."""
    match = TAG.match(_tag(address)) if "+" in address and is_ours(address) else None
    if match is None:
        return None
    incident_id, person_id = int(match[1]), int(match[2])
    return (
        Proof(incident_id, person_id) if mac_matches(REPLY, f"{incident_id}/{person_id}", match[3]) else None
    )


def return_path(incident_id: int, notice_id: int) -> str:
    """Where a notice comes back to if it cannot be delivered; no header of it says so, unlike its Message-ID."""
    local, _, host = helpdesk().rpartition("@")
    return (
        f"{local}+return-{incident_id}.{notice_id}.{short_mac(RETURN, f'{incident_id}/{notice_id}')}@{host}"
    )


def read_return_path(address: str) -> Proof | None:
    """What a return path of ours proves: that a server had to send this notice back, or its reader wrote there."""
    match = RETURN_TAG.match(_tag(address)) if "+" in address and is_ours(address) else None
    if match is None:
        return None
    incident_id, notice_id = int(match[1]), int(match[2])
    valid = mac_matches(RETURN, f"{incident_id}/{notice_id}", match[3])
    return Proof(incident_id, notice_id=notice_id) if valid else None


def notice_id(incident_id: int, notice_id: int) -> str:
    """The Message-ID of a notice, without brackets."""
    mac = short_mac(NOTICE, f"{incident_id}/{notice_id}")
    return f"inc-{incident_id}.notice-{notice_id}.{mac}@{domain()}"


def read_notice_id(message_id: str) -> Proof | None:
    """What a Message-ID of ours proves, None if it is not signed by us."""
    match = OUR_ID.match(message_id)
    return _proven(match) if match else None


def find_notice_id(text: str) -> Proof | None:
    """The first Message-ID of ours in a text, such as a returned message, however it was folded."""
    for form in (text, BROKEN.sub("", text)):
        proof = next((proof for match in OUR_ID.finditer(form) if (proof := _proven(match))), None)
        if proof is not None:
            return proof
    return None


def subject_tag(incident: Incident) -> str:
    """What stands in our subjects: the number people use, signed (cases 24, 37)."""
    return f"[{incident.number}-{short_mac(SUBJECT, str(incident.id))[:SUBJECT_MAC]}]"


def read_subject(subject: str) -> Proof | None:
    """What a signed tag in a subject proves; a bare number proves nothing."""
    for match in SUBJECT_TAG.finditer(subject[:2000]):
        mac = short_mac(SUBJECT, str(int(match[1])))[:SUBJECT_MAC]
        if compare_digest(mac, match[2].lower()):
            return Proof(int(match[1]))
    return None


def marker(incident_id: int, notice_id: int) -> str:
    """What stands at the top of a letter of ours, to find its quote again (cases 25, 124)."""
    return f"[ref:{incident_id}.{notice_id}.{short_mac(NOTICE, f'{incident_id}/{notice_id}')}]"


def find_marker(text: str) -> Proof | None:
    """The first marker in a text that we really wrote."""
    return next((proof for match in MARKER.finditer(text) if (proof := _proven(match))), None)


def loop_value() -> str:
    """What our own mails carry, so that we know them again."""
    return short_mac(LOOP, helpdesk())


def _proven(match: re.Match[str]) -> Proof | None:
    incident_id, notice_id = int(match[1]), int(match[2])
    valid = mac_matches(NOTICE, f"{incident_id}/{notice_id}", match[3])
    return Proof(incident_id, notice_id=notice_id) if valid else None


def _tag(address: str) -> str:
    return address.rpartition("@")[0].partition("+")[2]


def untagged(address: str) -> str:
    """The mailbox behind an address with a tag: `name+tag@host` is delivered to `name@host`."""
    local, _, host = address.rpartition("@")
    return f"{local.partition('+')[0]}@{host}"
