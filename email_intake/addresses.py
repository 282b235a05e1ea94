"""Our own addresses and Message-IDs: made here, recognised here, proven by a signature.

A guessable number is never a credential (rule 5): everything that threads a mail onto an incident
carries a MAC, compared in constant time.
"""

import re
from dataclasses import dataclass

from flask import current_app

from firstline.signing import mac_matches, short_mac
from incidents.models import Incident

REPLY = "mail-reply"
NOTICE = "mail-notice"
LOOP = "mail-loop"
LOOP_HEADER = "X-Firstline-Loop"
TAG = re.compile(r"\Ainc-(\d{1,9})\.(\d{1,9})\.([0-9a-f]{16})\Z", re.IGNORECASE)
OUR_ID = re.compile(r"inc-(\d{1,9})\.notice-(\d{1,12})\.([0-9a-f]{16})@", re.IGNORECASE)


@dataclass(frozen=True)
class Proof:
    """What a valid signature says: which incident, and to whom it was sent (None where not said)."""

    incident_id: int
    person_id: int | None


def helpdesk() -> str:
    """The address people write to."""
    address: str = current_app.config["SETTINGS"].helpdesk_address
    return address


def domain() -> str:
    return helpdesk().rpartition("@")[2]


def is_ours(address: str) -> bool:
    """Whether this is the helpdesk's address, with or without a tag."""
    return _untagged(address.casefold()) == helpdesk().casefold()


def reply_address(incident_id: int, person_id: int) -> str:
    """Where one person answers about one incident: `helpdesk+INC-000123.45.MAC@example.com`."""
    local, _, host = helpdesk().rpartition("@")
    mac = short_mac(REPLY, f"{incident_id}/{person_id}")
    return f"{local}+INC-{incident_id:06d}.{person_id}.{mac}@{host}"


def read_reply_address(address: str) -> Proof | None:
    """What a tagged address of ours proves, None if it is not ours or not signed by us."""
    match = TAG.match(_tag(address)) if is_ours(address) else None
    if match is None:
        return None
    incident_id, person_id = int(match[1]), int(match[2])
    return (
        Proof(incident_id, person_id) if mac_matches(REPLY, f"{incident_id}/{person_id}", match[3]) else None
    )


def notice_id(incident_id: int, notice_id: int) -> str:
    """The Message-ID of a notice, without brackets."""
    mac = short_mac(NOTICE, f"{incident_id}/{notice_id}")
    return f"inc-{incident_id}.notice-{notice_id}.{mac}@{domain()}"


def read_notice_id(message_id: str) -> Proof | None:
    """What a Message-ID of ours proves, None if it is not signed by us."""
    match = OUR_ID.match(message_id)
    return _proven(match) if match else None


def find_notice_id(text: str) -> Proof | None:
    """The first Message-ID of ours in a text, such as a returned message."""
    return next((proof for match in OUR_ID.finditer(text) if (proof := _proven(match))), None)


def loop_value() -> str:
    """What our own mails carry, so that we know them again."""
    return short_mac(LOOP, helpdesk())


def number_of(incident: Incident) -> str:
    return f"[{incident.number}]"


def _proven(match: re.Match[str]) -> Proof | None:
    incident_id = int(match[1])
    valid = mac_matches(NOTICE, f"{incident_id}/{int(match[2])}", match[3])
    return Proof(incident_id, None) if valid else None


def _tag(address: str) -> str:
    return address.rpartition("@")[0].partition("+")[2]


def _untagged(address: str) -> str:
    local, _, host = address.rpartition("@")
    return f"{local.partition('+')[0]}@{host}"
