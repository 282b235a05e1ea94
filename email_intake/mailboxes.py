"""The mailboxes we fetch from: entered by administrators, or seeded from `FIRSTLINE_IMAP_URL`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from email_intake import addresses
from email_intake.connection import PROBLEMS, TRY_S, Account, connect, explain
from email_intake.models import Login, Mailbox, Security, StartAt
from firstline import clock, options, secrets
from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.settings import Settings
from incidents.errors import Conflict, Invalid, NotFound
from incidents.overtaking import require_unchanged
from incidents.people import Person, Team, find_by_address
from incidents.policy import Action, require
from incidents.services import Service

LATE = timedelta(minutes=15)
"""After so long without a good fetch a mailbox counts as broken; IDLE looks every minute."""
NAME_LENGTH, HOST_LENGTH, ADDRESS_LENGTH = 255, 255, 254
MOST_DAYS = 3650


@dataclass(frozen=True, kw_only=True)
class MailboxFacts:
    """What an administrator says of a mailbox. An empty `secret` keeps the old one; `team`, `service`: slugs."""

    name: str
    address: str = ""
    host: str = ""
    port: str = ""
    username: str = ""
    folder: str = ""
    security: str = Security.TLS
    login: str = Login.PASSWORD
    secret: str = ""
    move_to: str = ""
    team: str = ""
    service: str = ""
    start_at: str = StartAt.DAYS
    start_days: str = "1"
    is_trusted: bool = False
    opens_own: bool = False


def list_mailboxes() -> Sequence[Mailbox]:
    """Every mailbox, by name."""
    return db.session.scalars(select(Mailbox).order_by(Mailbox.name)).all()


def find(mailbox_id: int) -> Mailbox:
    """This mailbox; raises `NotFound`."""
    return _get(db.session(), mailbox_id)


def save(facts: MailboxFacts, *, by: Person, mailbox_id: int | None = None, seen: str = "") -> int:
    """Add or change one; the running intake takes it up within seconds. Returns its id.

    `seen` as in `incidents.overtaking`.
    """
    require(by, Action.ADMINISTER)
    kept = secrets.encrypt(facts.secret)
    with write() as session:
        mailbox = _get(session, mailbox_id) if mailbox_id else Mailbox()
        if mailbox_id:
            require_unchanged(mailbox, seen)
        _check(session, facts, mailbox)
        if not mailbox.from_settings:
            _fill_connection(mailbox, facts)
            mailbox.secret = kept or mailbox.secret or ""
        _fill_rules(session, mailbox, facts)
        mailbox.error = ""
        session.add(mailbox)
        session.flush()
        return mailbox.id


def pause(mailbox_id: int, *, is_active: bool, by: Person) -> None:
    """Stop fetching from a mailbox, or go on where it was left."""
    require(by, Action.ADMINISTER)
    with write() as session:
        mailbox = _get(session, mailbox_id)
        mailbox.is_active, mailbox.error = is_active, ""


def try_out(mailbox_id: int, *, by: Person) -> int:
    """Connect now as the intake would; returns how many mails lie there, raises `Conflict` with why not."""
    require(by, Action.ADMINISTER)
    mailbox = find(mailbox_id)
    try:
        account = account_of(mailbox)
        db.session.rollback()
        with connect(account, timeout_s=TRY_S) as box:
            return int(box.folder.status(account.folder, ["MESSAGES"])["MESSAGES"])
    except secrets.Unreadable as error:
        raise Conflict(explain(error, Account(host="", port=0, username="")), field="secret") from error
    except PROBLEMS as error:
        raise Conflict(explain(error, account)) from error


def account_of(mailbox: Mailbox) -> Account:
    """How to get in; raises `Unreadable` when the secret was kept under another SECRET_KEY."""
    if mailbox.from_settings and (url := current_app.config["SETTINGS"].imap_url):
        return Account.from_url(url)
    return Account(
        host=mailbox.host,
        port=mailbox.port,
        username=mailbox.username,
        folder=mailbox.folder,
        security=mailbox.security,
        login=mailbox.login,
        secret=secrets.decrypt(mailbox.secret),
    )


def seed(settings: Settings) -> None:
    """Make the row of `FIRSTLINE_IMAP_URL`; one that stands there no longer is paused."""
    account = Account.from_url(settings.imap_url) if settings.imap_url else None
    with write() as session:
        for former in session.scalars(select(Mailbox).where(Mailbox.from_settings)):
            if account is None or former.name != account.name:
                former.from_settings = former.is_active = False
        if account is not None:
            _seed_one(session, account, settings.helpdesk_address)


def _seed_one(session: Session, account: Account, address: str) -> None:
    mailbox = session.scalar(select(Mailbox).where(Mailbox.name == account.name))
    if mailbox is None:
        mailbox = Mailbox(name=account.name, address=address, from_settings=True)
        session.add(mailbox)
    elif not mailbox.from_settings:
        mailbox.from_settings = mailbox.is_active = True
    mailbox.host, mailbox.port, mailbox.username = account.host, account.port, account.username
    mailbox.folder, mailbox.security, mailbox.login = account.folder, account.security, account.login


def is_readable_by_others(mailbox: Mailbox) -> bool:
    """Whether its password and mail cross a network in the clear."""
    account = Account(
        host=mailbox.host, port=mailbox.port, username=mailbox.username, security=mailbox.security
    )
    return account.is_readable_by_others


def trouble(mailbox: Mailbox) -> str:
    """What is wrong with an active mailbox, in words; empty when nothing is."""
    if not mailbox.is_active:
        return ""
    if mailbox.error:
        return mailbox.error
    last = mailbox.fetched_at or mailbox.started_at
    if clock.now() - last > LATE:
        return _(
            "Nothing was fetched since %(when)s UTC: does “firstline intake” run?",
            when=f"{last:%Y-%m-%d %H:%M}",
        )
    return ""


def note_renewal(session: Session, mailbox: Mailbox) -> None:
    """Remember that the server made the folder anew, for those who want to know why (case 42)."""
    options.choose(session, f"mailbox-renewed-{mailbox.id}", clock.now().isoformat())


def renewed_at(mailbox_id: int) -> datetime | None:
    """When the server last made the folder anew, None when it never did."""
    said = options.read(f"mailbox-renewed-{mailbox_id}", "")
    return datetime.fromisoformat(said) if said else None


def _get(session: Session, mailbox_id: int) -> Mailbox:
    mailbox = session.get(Mailbox, mailbox_id)
    if mailbox is None:
        raise NotFound(_("There is no such mailbox."))
    return mailbox


def _check(session: Session, facts: MailboxFacts, mailbox: Mailbox) -> None:
    if facts.start_at not in set(StartAt):
        raise Invalid(_("Choose from when on mail is taken."), field="start_at")
    if facts.start_at == StartAt.DAYS and not _is_within(facts.start_days, 1, MOST_DAYS):
        raise Invalid(_("Write how many days back, from 1 to %(most)d.", most=MOST_DAYS), field="start_days")
    if facts.address.strip() and "@" not in facts.address.strip().strip("@"):
        raise Invalid(_("Write the whole address people mail to, or leave it empty."), field="address")
    _check_nobody_works_with(facts.address)
    if not mailbox.from_settings:
        _check_connection(session, facts, mailbox)


def _check_nobody_works_with(address: str) -> None:
    """Support's notices to it would come back to us (case 54)."""
    person = find_by_address(addresses.untagged(address.strip()))
    if person is not None and person.is_support:
        raise Conflict(
            _(
                "%(address)s is where %(name)s gets their notices: they would come back to us. Give the mailbox "
                "or %(name)s another address.",
                address=address.strip(),
                name=person.name,
            ),
            field="address",
        )


def _check_connection(session: Session, facts: MailboxFacts, mailbox: Mailbox) -> None:
    if not facts.name.strip():
        raise Invalid(_("Give the mailbox a name."), field="name")
    twin = session.scalar(select(Mailbox.id).where(Mailbox.name == facts.name.strip()[:NAME_LENGTH]))
    if twin is not None and twin != mailbox.id:
        raise Conflict(_("There is a mailbox with this name already."), field="name")
    if not facts.host.strip() or len(facts.host.split()) != 1 or "/" in facts.host:
        raise Invalid(_("Write the name of the IMAP server, such as imap.example.com."), field="host")
    if facts.port.strip() and not _is_within(facts.port, 1, 65535):
        raise Invalid(_("A port is a number from 1 to 65535; usual is 993."), field="port")
    if not facts.username.strip():
        raise Invalid(_("Write the user name of the mailbox."), field="username")
    if facts.security not in set(Security) or facts.login not in set(Login):
        raise Invalid(_("Choose security and login from the lists."), field="security")
    if facts.login == Login.PASSWORD and not facts.secret and not mailbox.secret:
        raise Invalid(_("Enter the password of the mailbox."), field="secret")
    if facts.login == Login.PASSWORD and not facts.secret and _is_elsewhere(facts, mailbox):
        # Else whoever may change a mailbox could have its password sent to a server of theirs.
        raise Invalid(_("The server or its security has changed: enter the password again."), field="secret")


def _is_elsewhere(facts: MailboxFacts, mailbox: Mailbox) -> bool:
    is_opener = facts.security != mailbox.security and facts.security == Security.NONE
    return facts.host.strip() != mailbox.host or is_opener


def _fill_connection(mailbox: Mailbox, facts: MailboxFacts) -> None:
    before = mailbox.host, mailbox.username, mailbox.folder
    standard = 993 if facts.security == Security.TLS else 143
    mailbox.name, mailbox.host = facts.name.strip()[:NAME_LENGTH], facts.host.strip()[:HOST_LENGTH]
    mailbox.port = int(facts.port) if facts.port.strip() else standard
    mailbox.username = facts.username.strip()[:ADDRESS_LENGTH]
    mailbox.folder = facts.folder.strip()[:NAME_LENGTH] or "INBOX"
    mailbox.security, mailbox.login = facts.security, facts.login
    if before != (mailbox.host, mailbox.username, mailbox.folder):
        # Another folder: its numbers say nothing about what we hold.
        mailbox.uidvalidity, mailbox.last_uid, mailbox.started_at = None, 0, clock.now()
        mailbox.fetched_at = None


def _fill_rules(session: Session, mailbox: Mailbox, facts: MailboxFacts) -> None:
    mailbox.address = facts.address.strip()[:ADDRESS_LENGTH]
    mailbox.move_to = facts.move_to.strip()[:NAME_LENGTH]
    mailbox.team_id = _id_of(session, Team, facts.team, "team")
    mailbox.service_id = _id_of(session, Service, facts.service, "service")
    if mailbox.start_at != facts.start_at or facts.start_days.strip() != str(mailbox.start_days):
        # What was left out may be wanted now; what we hold is known again.
        mailbox.last_uid = 0
    mailbox.start_at = facts.start_at
    if facts.start_at == StartAt.DAYS:
        mailbox.start_days = int(facts.start_days)
    mailbox.is_trusted, mailbox.opens_own = facts.is_trusted, facts.opens_own


def _id_of(session: Session, model: type[Team] | type[Service], slug: str, field: str) -> int | None:
    found = session.scalar(select(model.id).where(model.slug == slug)) if slug else None
    if slug and found is None:
        raise Invalid(_("Choose one of the list."), field=field)
    return found


def _is_within(number: str, least: int, most: int) -> bool:
    return number.strip().isdecimal() and least <= int(number) <= most
