"""A mail on its way through intake: what it says, what we think of it, and who is known to have sent it."""

from dataclasses import dataclass
from datetime import datetime

from email_intake.guard import Nature, Verdict
from email_intake.headers import Address
from email_intake.models import Mailbox
from email_intake.parse import ParsedMail
from incidents.people import SUPPORT, Role

UNKNOWN = Address("", "unknown@localhost")


@dataclass(frozen=True, kw_only=True)
class Case:
    """`person_id`, `role` and `language` are the sender's where we know them, and `is_settled_person` says that
    this mail changes nothing about them. `mailbox` is where the mail came in,
    None for the listener and files, `client` who brought it to the listener, `spool.FILE` where a person did by the command. `may_answer`: an automatic answer is allowed.
    """

    raw_id: int
    received_at: datetime
    key: str
    is_released: bool
    mail: ParsedMail
    verdict: Verdict
    may_answer: bool = False
    person_id: int | None = None
    role: str = ""
    language: str = ""
    is_settled_person: bool = False
    client: str = ""
    mailbox: Mailbox | None = None

    @property
    def sender(self) -> Address:
        return self.mail.sender or UNKNOWN

    @property
    def nature(self) -> Nature:
        return Nature.HUMAN if self.is_released else self.verdict.nature

    @property
    def is_from_monitor(self) -> bool:
        return self.role == Role.MONITOR

    @property
    def is_from_proven_support(self) -> bool:
        return self.role in SUPPORT and self.verdict.is_verified

    @property
    def is_trusted(self) -> bool:
        """Whether it came into a mailbox that only our own machines can write to (case 137)."""
        return self.mailbox is not None and self.mailbox.is_trusted
