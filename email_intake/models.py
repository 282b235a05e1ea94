"""What the mail channel keeps: mailboxes, raw messages, known Message-IDs and local mail."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import BY_ITSELF, Model
from incidents.models import Incident

ID_LENGTH = 255
SUBJECT_LENGTH = 500


class Outcome(StrEnum):
    """What became of a message. All but `waiting` are final until an operator replays it."""

    WAITING = "waiting"
    OPENED = "opened"
    APPENDED = "appended"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


class Security(StrEnum):
    """How the connection to a mailbox is kept from listeners."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Login(StrEnum):
    """How we prove who we are: a kept password, or a token that a command prints each time."""

    PASSWORD = "password"  # noqa: S105 - the name of a way, no secret
    OAUTH2 = "oauth2"


class StartAt(StrEnum):
    """Which mail of a mailbox seen for the first time is taken."""

    NOW = "now"
    DAYS = "days"
    ALL = "all"


class Mailbox(Model):
    """An IMAP folder: how to get in, what its mail is about, and how far it was read.

    `secret` is encrypted under SECRET_KEY. One that comes from the settings is not changed in pages
    and keeps its password there. `move_to` empty: mail stays and is flagged as seen. `is_trusted`:
    X-headers may set priority. `opens_own`: a mail to two mailboxes is an incident in each.
    """

    __tablename__ = "mailbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)
    address: Mapped[str] = mapped_column(String(254), default="")
    host: Mapped[str] = mapped_column(String(255), default="")
    port: Mapped[int] = mapped_column(default=993)
    username: Mapped[str] = mapped_column(String(254), default="")
    folder: Mapped[str] = mapped_column(String(255), default="INBOX")
    security: Mapped[str] = mapped_column(String(10), default=Security.TLS)
    login: Mapped[str] = mapped_column(String(10), default=Login.PASSWORD)
    secret: Mapped[str] = mapped_column(Text, default="")
    move_to: Mapped[str] = mapped_column(String(255), default="")
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="SET NULL"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id", ondelete="SET NULL"))
    start_at: Mapped[str] = mapped_column(String(8), default=StartAt.DAYS)
    start_days: Mapped[int] = mapped_column(default=1)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_trusted: Mapped[bool] = mapped_column(default=False)
    opens_own: Mapped[bool] = mapped_column(default=False)
    from_settings: Mapped[bool] = mapped_column(default=False)
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger, info=BY_ITSELF)
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0, info=BY_ITSELF)
    started_at: Mapped[datetime] = mapped_column(default=clock.now, info=BY_ITSELF)
    fetched_at: Mapped[datetime | None] = mapped_column(info=BY_ITSELF)
    error: Mapped[str] = mapped_column(Text, default="", info=BY_ITSELF)


class RawMessage(Model):
    """The spool: one message as it came by one route; its bytes lie in `firstline.files`.

    The same bytes by the same route are the same row. `may_answer` is decided before anything is
    handed over, so that no acknowledgement can be quicker than the decision against it. `person_key` is
    the sender's address without tags, and `client` who brought it to the listener: floods are counted by them.
    """

    __tablename__ = "raw_message"
    __table_args__ = (
        UniqueConstraint("digest", "route", name="uq_raw_message_digest"),
        Index("ix_raw_message_outcome", "outcome", "not_before"),
        Index("ix_raw_message_place", "mailbox_id", "uidvalidity", "uid"),
        Index("ix_raw_message_person", "person_key", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    route: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailbox.id", ondelete="SET NULL"))
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    uid: Mapped[int | None] = mapped_column(BigInteger)
    envelope_from: Mapped[str | None] = mapped_column(String(320))
    envelope_to: Mapped[list[str]] = mapped_column(JSON, default=list)
    client: Mapped[str] = mapped_column(String(64), default="")
    received_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    outcome: Mapped[str] = mapped_column(String(12), default=Outcome.WAITING)
    reason: Mapped[str] = mapped_column(String(200), default="")
    is_released: Mapped[bool] = mapped_column(default=False)
    may_answer: Mapped[bool] = mapped_column(default=False)
    incident_id: Mapped[int | None] = mapped_column(
        ForeignKey("incident.id", ondelete="SET NULL"), index=True
    )
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id", ondelete="SET NULL"))

    fingerprint: Mapped[str] = mapped_column(String(64), default="", index=True)
    message_id: Mapped[str] = mapped_column(String(ID_LENGTH), default="", index=True)
    sender: Mapped[str] = mapped_column(String(320), default="")
    person_key: Mapped[str] = mapped_column(String(320), default="")
    domain: Mapped[str] = mapped_column(String(253), default="")
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH), default="")
    participants: Mapped[list[str]] = mapped_column(JSON, default=list)
    defects: Mapped[list[str]] = mapped_column(JSON, default=list)

    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(default=clock.now)
    lease_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    processed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    incident: Mapped[Incident | None] = relationship()


class MailId(Model):
    """A Message-ID, of theirs or ours, that belongs to an incident."""

    __tablename__ = "mail_id"
    __table_args__ = (UniqueConstraint("message_id", "incident_id", name="uq_mail_id_message_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Taken(Model):
    """How many messages we said yes to, by route and day: counted apart from the rows, to check them."""

    __tablename__ = "mail_taken"

    day: Mapped[date] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(String(80), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class Flood(Model):
    """More mail than a person writes: it counts on one incident instead of opening more.

    `sender` is a person's address without tags, `@` and a domain, or `client` and its address.
    """

    __tablename__ = "mail_flood"

    id: Mapped[int] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(String(320), index=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    count: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_at: Mapped[datetime] = mapped_column(default=clock.now)


class ExternalReference(Model):
    """The number another desk gave the same trouble; it threads mail from that desk's domain."""

    __tablename__ = "external_reference"
    __table_args__ = (UniqueConstraint("domain", "number", name="uq_external_reference_domain"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(String(253))
    number: Mapped[str] = mapped_column(String(60))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class LocalMail(Model):
    """A message delivered into the local mailbox, where no SMTP server is configured."""

    __tablename__ = "local_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    recipient: Mapped[str] = mapped_column(String(320), index=True)
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    delivered_at: Mapped[datetime] = mapped_column(default=clock.now)
