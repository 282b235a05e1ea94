"""The outbox: claims notices that are due, sends each at most once, and says what became of it.

A row is claimed by a conditional update with a lease and gets its Message-ID before anything is
sent. Where a process died while sending, nobody knows whether the server took the mail: that is
`unknown`, and a person decides (docs/decisions/0012).
"""

from datetime import datetime, timedelta

import flask_mail
from flask import current_app
from sqlalchemy import CursorResult, bindparam, func, literal, or_, select, update
from sqlalchemy.orm import joinedload

from email_intake import addresses, answers_to, flood, own_mail, render, transport
from email_intake.message import Message
from email_intake.models import RawMessage
from email_intake.opening import CALLER
from email_intake.render import Rendered
from email_intake.settle import remember
from firstline import clock, log
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.models import Channel, Incident, IntakeKey
from incidents.notices import Delivery, Notice, Topic

LEASE_FOR = timedelta(minutes=3)
LOCAL_LEASE_FOR = timedelta(seconds=20)
FIXES_AWAITED_FOR = timedelta(seconds=30)
LATEST_ACKNOWLEDGEMENT = timedelta(days=1)
MOST_ACKNOWLEDGEMENTS = 10
"""To one person in an hour: two desks that answer each other end here (case 53)."""
MOST_ATTEMPTS = 10
RETRY_AFTER = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=2)
BATCH = 100
OWED = (
    select(Notice)
    .options(joinedload(Notice.recipient), joinedload(Notice.incident))
    .where(Notice.id == bindparam("notice"))
)
OURS = select(literal(0).label("whose"), Notice.id, Notice.message_id).where(
    Notice.incident_id == bindparam("incident"),
    Notice.recipient_id == bindparam("person"),
    Notice.state == Delivery.SENT,
    Notice.message_id != "",
)
THEIRS = select(literal(1), RawMessage.id, RawMessage.message_id).where(
    RawMessage.incident_id == bindparam("incident"),
    RawMessage.sender == bindparam("address"),
    RawMessage.message_id != "",
)
EARLIER = OURS.union_all(THEIRS).order_by("whose", "id")
"""Made once, for to put them together takes as long as to ask them."""
logger = log.get(__name__)


def deliver_due() -> int:
    """Send what is due; returns how many were tried. Safe to run in many processes at once."""
    _declare_unknown()
    tried = 0
    with transport.Courier() as courier:
        for notice_id in _due():
            if _claim(notice_id):
                tried += 1
                _deliver(notice_id, courier)
    return tried


def _due() -> list[int]:
    now = clock.now()
    is_ready = or_(
        Notice.topic != Topic.ACKNOWLEDGED,
        Incident.suggested_at.is_not(None),
        Notice.created_at <= now - FIXES_AWAITED_FOR,
    )
    due = (
        select(Notice.id)
        .join(Incident, Notice.incident_id == Incident.id)
        .where(Notice.state == Delivery.DUE, Notice.not_before <= now, Notice.in_digest.is_(False), is_ready)
    )
    return list(db.session.scalars(due.order_by(Notice.not_before, Notice.id).limit(BATCH)))


def _claim(notice_id: int) -> bool:
    with write() as session:
        notice = session.get(Notice, notice_id)
        if notice is None:
            return False
        claimed = update(Notice).where(Notice.id == notice_id, Notice.state == Delivery.DUE)
        message_id = addresses.notice_id(notice.incident_id, notice_id)
        incident_id = notice.incident_id
        result = session.execute(
            claimed.values(
                state=Delivery.SENDING,
                lease_until=clock.now() + (LOCAL_LEASE_FOR if _is_local() else LEASE_FOR),
                attempts=Notice.attempts + 1,
                message_id=message_id,
            )
        )
        assert isinstance(result, CursorResult), "an update tells how many rows it changed"
        if result.rowcount > 0:
            remember(session, message_id, incident_id)
        return result.rowcount > 0


def _deliver(notice_id: int, courier: transport.Courier) -> None:
    notice = owed(notice_id)
    reason = _why_not(notice)
    if reason:
        incident_id, address = notice.incident_id, notice.recipient.email
        _set(notice_id, Delivery.SUPPRESSED, error=reason)
        if reason == _too_many():
            flood.tell_of_too_many_answers(incident_id, address)
        return
    try:
        message = compose(notice)
        recipient = message.recipients[0][1]
        return_path = addresses.return_path(notice.incident_id, notice_id)
        # No read transaction stays open while the mail server takes its time.
        db.session.rollback()
        courier.send(message, recipient=recipient, return_path=return_path)
    except transport.Temporary as error:
        _try_again(notice_id, str(error))
    except transport.Permanent as error:
        _set(notice_id, Delivery.FAILED, error=str(error))
    except transport.Unclear as error:
        _set(notice_id, Delivery.UNKNOWN, error=str(error))
    except Exception as error:  # noqa: BLE001 - becomes `failed`; the other notices go on
        logger.error("a notice could not be rendered or sent", notice=notice_id, error=repr(error))
        db.session.rollback()
        _set(notice_id, Delivery.FAILED, error=repr(error))
    else:
        _set(notice_id, Delivery.SENT)


def owed(notice_id: int) -> Notice:
    """A notice with what its letter needs, read by one statement."""
    return db.session.scalars(OWED, {"notice": notice_id}).one()


def compose(notice: Notice) -> flask_mail.Message:
    """The message for this notice, headers and all."""
    transport.register()
    rendered: Rendered = render.render(notice)
    message = Message(
        subject=rendered.subject,
        recipients=[(notice.recipient.name, answers_to.address_of(notice))],
        body=rendered.text,
        html=rendered.html,
        sender=(_("Service Desk"), addresses.helpdesk()),
        reply_to=addresses.reply_address(notice.incident_id, notice.recipient_id),
        date=clock.now().timestamp(),
        charset="utf-8",
        extra_headers=_headers(notice),
    )
    message.msgId = f"<{notice.message_id}>"
    return message


def _headers(notice: Notice) -> dict[str, str]:
    headers = {
        addresses.LOOP_HEADER: addresses.loop_value(),
        "List-Id": f"{notice.incident.number} <{notice.incident.number.lower()}.{addresses.domain()}>",
        "X-Auto-Response-Suppress": own_mail.SUPPRESSED,
    }
    if notice.topic == Topic.ACKNOWLEDGED:
        headers["Auto-Submitted"] = "auto-replied"
        headers["Precedence"] = "bulk"
    elif notice.topic not in {Topic.ANSWERED, Topic.VENDOR_ASKED}:
        # An answer or a question to a vendor is a person's own words; everything else we say by ourselves (RFC 3834).
        headers["Auto-Submitted"] = "auto-generated"
    references = _references(notice)
    if references:
        headers["In-Reply-To"] = references[-1]
        headers["References"] = " ".join(references)
    return headers


def _references(notice: Notice) -> list[str]:
    """The recipient's own mail, then what we sent them before, so that their client keeps it together."""
    who = {"address": notice.recipient.email, "person": notice.recipient_id}
    earlier = db.session.execute(EARLIER, {"incident": notice.incident_id, **who})
    ids = [row.message_id for row in earlier]
    usable = [one for one in ids if one.isascii() and ":" not in one and " " not in one]
    return [f"<{one}>" for one in usable[-8:]]


def _why_not(notice: Notice) -> str:
    """Why this must not be sent, empty when it may be."""
    if notice.recipient.is_undeliverable and answers_to.address_of(notice) == notice.recipient.email:
        return _("the address is undeliverable")
    if addresses.is_ours(notice.recipient.email):
        return _("the address %(address)s is our own", address=notice.recipient.email)
    if notice.topic != Topic.ACKNOWLEDGED:
        return ""
    if notice.incident.channel == Channel.MAIL and not _may_answer(notice.incident_id):
        return _("the mail asked for no automatic answer")
    if _acknowledged_lately(notice) >= MOST_ACKNOWLEDGEMENTS:
        return _too_many()
    if clock.now() - notice.created_at > LATEST_ACKNOWLEDGEMENT:
        return _("too late for an acknowledgement")
    return ""


def _too_many() -> str:
    return _("enough acknowledgements to this person for an hour")


def _may_answer(incident_id: int) -> bool:
    """What was decided of the mail that opened this incident, found by its intake key."""
    opened_by = (
        select(RawMessage.may_answer)
        .join(IntakeKey, IntakeKey.key == RawMessage.fingerprint)
        .where(IntakeKey.caller == CALLER, IntakeKey.incident_id == incident_id)
    )
    return all(db.session.scalars(opened_by))


def _acknowledged_lately(notice: Notice) -> int:
    sent = select(func.count(Notice.id)).where(
        Notice.recipient_id == notice.recipient_id,
        Notice.topic == Topic.ACKNOWLEDGED,
        Notice.state.in_([Delivery.SENT, Delivery.UNKNOWN]),
        Notice.sent_at > clock.now() - timedelta(hours=1),
    )
    return db.session.scalar(sent) or 0


def _try_again(notice_id: int, error: str) -> None:
    with write() as session:
        notice = session.get(Notice, notice_id)
        assert notice is not None, "a claimed notice exists"
        if notice.attempts >= MOST_ATTEMPTS:
            notice.state = Delivery.FAILED
        else:
            notice.state = Delivery.DUE
            notice.not_before = clock.now() + min(RETRY_AFTER * 2 ** (notice.attempts - 1), LONGEST_WAIT)
        notice.lease_until, notice.error = None, error[:2000]


def _set(notice_id: int, state: Delivery, *, error: str = "") -> None:
    now: datetime = clock.now()
    with write() as session:
        claimed = update(Notice).where(Notice.id == notice_id, Notice.state == Delivery.SENDING)
        sent_at = now if state in {Delivery.SENT, Delivery.UNKNOWN} else None
        session.execute(claimed.values(state=state, lease_until=None, sent_at=sent_at, error=error[:2000]))


def _declare_unknown() -> None:
    """A lease ran out while sending: its process is gone, and with it the knowledge."""
    now = clock.now()
    cut_off = Notice.state == Delivery.SENDING, Notice.lease_until < now
    if db.session.scalar(select(Notice.id).where(*cut_off).limit(1)) is None:
        return
    # The local mailbox takes the same Message-ID once, so there it may be tried again.
    state, sent_at = (Delivery.DUE, None) if _is_local() else (Delivery.UNKNOWN, now)
    change = {"state": state, "lease_until": None, "sent_at": sent_at, "error": "cut off while sending"}
    with write() as session:
        session.execute(update(Notice).where(*cut_off).values(change))


def _is_local() -> bool:
    return current_app.config["SETTINGS"].smtp_url is None
