"""Tells administrators what needs a look: once a day that mail does not add up or waits, once of a dead webhook."""

from collections.abc import Sequence

from flask import current_app
from sqlalchemy import select

from email_intake import accounting, own_mail, transport
from email_intake.models import RawMessage
from firstline import clock, log, options
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.people import Person, Role
from incidents.webhooks.models import Webhook

TOLD = "mail-alarm"
"""The option that holds the day of the last alarm and who was told of it."""
logger = log.get(__name__)


def watch() -> None:
    """Check the accounts; where something is wrong, tell whoever was not told today."""
    wrong, late = accounting.check().wrong, accounting.late()
    if not wrong and not late:
        return
    text = _words(wrong, late)
    for person_id, email in _admins():
        if _is_first_today(person_id):
            _tell(person_id, email, text, subject=_("Mail needs a look"))


def tell_of_webhooks() -> None:
    """Tell administrators, once, of webhooks that were switched off because they failed for too long."""
    off = select(Webhook).where(Webhook.off_since.is_not(None), ~Webhook.is_active, ~Webhook.is_told)
    found = [(one.id, _words_of(one)) for one in db.session.scalars(off)]
    for webhook_id, text in found:
        with write() as session:
            session.get_one(Webhook, webhook_id).is_told = True
        for person_id, email in _admins():
            _tell(person_id, email, text, subject=_("A webhook is switched off"))


def _words_of(webhook: Webhook) -> str:
    sentence = _(
        "%(name)s did not take what it was sent for too long, and is switched off: %(why)s",
        name=webhook.name,
        why=webhook.error,
    )
    kept = _("What it has not heard is kept. Switch it on when its receiver works again:")
    return f"{sentence}\n\n{kept}\n{current_app.config['SETTINGS'].base_url}/admin/webhooks/{webhook.id}\n"


def _admins() -> list[tuple[int, str]]:
    admins = select(Person).where(Person.role == Role.ADMIN, Person.active, ~Person.is_undeliverable)
    return [(one.id, one.email) for one in db.session.scalars(admins)]


def _words(wrong: Sequence[str], late: Sequence[RawMessage]) -> str:
    lines = [_("Nothing was answered twice or thrown away by us; but please look at this:"), ""]
    lines += [_("Mail does not add up on %(line)s.", line=line) for line in wrong]
    lines += [
        _(
            "A mail waits to be read: no. %(id)d of %(when)s UTC. %(why)s",
            id=row.id,
            when=f"{row.received_at:%Y-%m-%d %H:%M}",
            why=row.error,
        )
        for row in late
    ]
    return "\n".join([*lines, "", f"{current_app.config['SETTINGS'].base_url}/admin/mail", ""])


def _is_first_today(person_id: int) -> bool:
    """Claimed before it is sent: better once too seldom than twice."""
    today = clock.now().date().isoformat()
    with write() as session:
        kept = options.read(TOLD, {"day": "", "told": [0]})
        told = list(kept["told"]) if kept["day"] == today else []
        options.choose(session, TOLD, {"day": today, "told": [*told, person_id]})
        return person_id not in told


def _tell(person_id: int, email: str, text: str, *, subject: str) -> None:
    name = f"alarm-{clock.now():%Y%m%d%H%M%S%f}-{person_id}"
    message = own_mail.letter(email, name=name, subject=subject, text=text)
    try:
        transport.send(message, recipient=email)
    except (transport.Temporary, transport.Permanent, transport.Unclear) as error:
        logger.error("an administrator could not be told", about=subject, error=str(error))
