"""What a returned message says: which address failed, how, and whether for good (cases 57 to 62)."""

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from email_intake.addresses import read_return_path
from email_intake.parse import ParsedMail
from firstline import clock
from firstline.i18n import gettext as _
from incidents.notices import Notice

STATUS = re.compile(r"^\s*Status:\s*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
ANY_STATUS = re.compile(r"\b([45]\.\d{1,3}\.\d{1,3})\b")
RECIPIENT = re.compile(
    r"^\s*(?:Final|Original)-Recipient:\s*rfc822\s*;\s*<?([^\s<>;]+@[^\s<>;]+)", re.IGNORECASE | re.MULTILINE
)
DELAYED = re.compile(r"^\s*Action:\s*delayed", re.IGNORECASE | re.MULTILINE)
MOST_SOFT = 5
"""A full mailbox may be emptied: only so many failures in a row stop our mail (case 59)."""
SENT_BACK_WITHIN = timedelta(days=7)
"""Servers give up after five days; a return path that turns up later was kept by somebody."""
FAILED = re.compile(r"^\s*Action:\s*(?:failed|delayed)", re.IGNORECASE | re.MULTILINE)
ARRIVED = re.compile(r"^\s*Action:\s*(?:delivered|relayed|expanded)", re.IGNORECASE | re.MULTILINE)
GONE = re.compile(r"\A5\.(?:1\.(?:0|1|2|3|6|10)|4\.4|7\.13)\Z")


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A delivery that failed: RFC 3463 status (may be empty) and the address it failed for."""

    status: str
    recipient: str
    is_still_tried: bool = False

    @property
    def is_permanent(self) -> bool:
        return bool(GONE.match(self.status))

    @property
    def is_delay(self) -> bool:
        """The other server still tries: nothing has failed yet (case 58)."""
        return self.status.startswith("4") and self.is_still_tried

    @property
    def sentence(self) -> str:
        return _(
            "Our mail to %(address)s came back (%(status)s).",
            address=self.recipient or _("the recipient"),
            status=self.status or _("no reason given"),
        )


def says_it_arrived(mail: ParsedMail) -> bool:
    """Whether a report tells of success for everybody it names."""
    return ARRIVED.search(mail.returned) is not None and FAILED.search(mail.returned) is None


def read(mail: ParsedMail) -> Failure:
    """What the report says, or what can be guessed from one without form."""
    status = STATUS.search(mail.returned) or ANY_STATUS.search(mail.returned)
    recipient = RECIPIENT.search(mail.returned)
    failed = mail.head.raw("x-failed-recipients").split(",")[0].strip()
    return Failure(
        status=status[1] if status else "",
        recipient=(recipient[1] if recipient else failed).lower()[:320],
        is_still_tried=DELAYED.search(mail.returned) is not None,
    )


def mark_undeliverable(session: Session, failure: Failure, mail: ParsedMail) -> None:
    """Stop writing to an address that is gone, or that failed again and again.

    Only if it came to the signed return path of a late notice to that address: our Message-ID is known to
    all who had the letter or an answer to it, the return path only to the servers that carried it and to
    its recipient. What may pass counts; the count ends with the next mail from that person.
    """
    notice = None if failure.is_delay else _sent_back(session, mail)
    if notice is None or notice.recipient.email != failure.recipient:
        return
    notice.recipient.bounced_count += 1
    if failure.is_permanent or notice.recipient.bounced_count >= MOST_SOFT:
        notice.recipient.is_undeliverable = True


def _sent_back(session: Session, mail: ParsedMail) -> Notice | None:
    """The notice whose return path this mail was sent to."""
    for address in (*mail.delivered_to, *(one.address for one in mail.recipients)):
        proof = read_return_path(address)
        if proof is not None and proof.notice_id is not None:
            notice = session.get(Notice, proof.notice_id)
            is_late = notice is not None and notice.created_at > clock.now() - SENT_BACK_WITHIN
            return notice if is_late else None
    return None
