"""The digest: what somebody wanted to read later, in one mail at the time they chose.

Its notices are claimed, sent and settled together, each at most once, as in `outgoing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import flask_babel
import flask_mail
from sqlalchemy import ColumnElement, and_, select, update

from email_intake import outgoing, own_mail, render, transport
from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.i18n import ngettext, speaking
from incidents.notices import Delivery, Notice, inbox
from incidents.people import Person

MOST = 200
LONGEST_WORDS = 300


@dataclass(frozen=True)
class Line:
    """One piece of news: what happened, on which incident, in whose words, and where to read on."""

    headline: str
    title: str
    words: str
    url: str


def deliver_due() -> int:
    """Send every digest whose time has come; returns how many. Safe to run in many processes at once."""
    due = select(Notice.recipient_id).where(_is_due()).distinct()
    people = db.session.scalars(due).all()
    return sum(_deliver(person_id) for person_id in people)


def _is_due() -> ColumnElement[bool]:
    return and_(Notice.in_digest, Notice.state == Delivery.DUE, Notice.not_before <= clock.now())


def _deliver(person_id: int) -> bool:
    notice_ids = _claim(person_id)
    if not notice_ids:
        return False
    message, recipient = compose(person_id, notice_ids)
    # No read transaction stays open while the mail server takes its time.
    db.session.rollback()
    try:
        transport.send(message, recipient=recipient)
    except transport.Temporary as error:
        _settle(notice_ids, Delivery.DUE, error=str(error))
    except transport.Permanent as error:
        _settle(notice_ids, Delivery.FAILED, error=str(error))
    except transport.Unclear as error:
        _settle(notice_ids, Delivery.UNKNOWN, error=str(error))
    else:
        _settle(notice_ids, Delivery.SENT)
    return True


def _claim(person_id: int) -> Sequence[int]:
    with write() as session:
        due = select(Notice.id).where(Notice.recipient_id == person_id, _is_due())
        mine = session.scalars(due.order_by(Notice.id).limit(MOST).with_for_update(skip_locked=True)).all()
        lease = clock.now() + outgoing.LEASE_FOR
        claimed = update(Notice).where(Notice.id.in_(mine))
        session.execute(
            claimed.values(state=Delivery.SENDING, lease_until=lease, attempts=Notice.attempts + 1)
        )
    return mine


def compose(person_id: int, notice_ids: Sequence[int]) -> tuple[flask_mail.Message, str]:
    """The mail with these notices, in its reader's language, and its address."""
    person = db.session.get_one(Person, person_id)
    found = select(Notice).where(Notice.id.in_(notice_ids)).order_by(Notice.incident_id, Notice.id)
    with speaking(person.language):
        lines = [_line(notice) for notice in db.session.scalars(found)]
        subject = ngettext(
            "%(num)s piece of news from the desk", "%(num)s pieces of news from the desk", len(lines)
        )
        greeting = _("Hello %(name)s,", name=person.first_name)
        settings = _("What comes at once, in the digest or not at all:")
        told = {"greeting": greeting, "subject": subject, "lines": lines, "settings": settings}
        told |= {"url": render.link("/profile/notices"), "language": str(flask_babel.get_locale())}
        message = own_mail.letter(
            (person.name, person.email),
            name=f"digest-{notice_ids[0]}-{notice_ids[-1]}",
            subject=subject,
            text=render.environment().get_template("digest.txt").render(**told),
            html=render.environment().get_template("digest.html").render(**told),
        )
    return message, person.email


def _line(notice: Notice) -> Line:
    entry = notice.entry
    name = entry.author.name if entry and entry.author else ""
    words = " ".join(entry.text.split()) if entry else ""
    return Line(
        headline=inbox.headline(notice.topic, number=notice.incident.number, name=name),
        title=notice.incident.title,
        words=words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS]}…",
        url=render.link(render.page_of(notice)),
    )


def _settle(notice_ids: Sequence[int], state: Delivery, *, error: str = "") -> None:
    now = clock.now()
    values: dict[str, object] = {"state": state, "lease_until": None, "error": error[:2000]}
    if state in {Delivery.SENT, Delivery.UNKNOWN}:
        values["sent_at"] = now
    if state == Delivery.DUE:
        values["not_before"] = now + outgoing.LONGEST_WAIT / 4
    with write() as session:
        ours = update(Notice).where(Notice.id.in_(notice_ids), Notice.state == Delivery.SENDING)
        session.execute(ours.values(values))
