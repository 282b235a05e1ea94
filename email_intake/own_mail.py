"""Mail the desk sends by itself and about no one incident: the digest, reports, news of a service, alarms."""

import flask_mail

from email_intake import addresses, transport
from email_intake.message import Message
from firstline import clock
from firstline.i18n import gettext as _

SUPPRESSED = "OOF, AutoReply"
"""What Exchange is asked not to answer; a bounce is wanted, it tells that an address is dead."""


def letter(
    recipient: str | tuple[str, str], *, name: str, subject: str, text: str, html: str | None = None
) -> flask_mail.Message:
    """A mail to an address, or to a name and an address, that nothing answers by itself (RFC 3834).

    `name` makes its Message-ID: the same name is the same mail, however often it is tried.
    """
    transport.register()
    message = Message(
        subject=subject,
        recipients=[recipient],
        body=text,
        html=html,
        sender=(_("Service Desk"), addresses.helpdesk()),
        date=clock.now().timestamp(),
        charset="utf-8",
        extra_headers={
            addresses.LOOP_HEADER: addresses.loop_value(),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": SUPPRESSED,
        },
    )
    message.msgId = f"<{name}@{addresses.domain()}>"
    return message
